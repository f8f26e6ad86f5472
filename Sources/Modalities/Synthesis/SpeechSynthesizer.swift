import CSpeech
public import Foundation
import Synchronization
import Tensors

/// Speech by espeak-ng, inside this process.
///
/// The library keeps running phases and noise in variables that it never sets back, so that the same word sounds a
/// little different each time. It is therefore loaded afresh for each `withEngine` and unloaded after: what is spoken depends
/// on the calls in it alone. That also keeps it out of the way of programs that never speak.
public final class SpeechSynthesizer {
  /// Samples per second that espeak-ng makes.
  public let sampleRate: Int
  /// The folder with espeak-ng's voice data.
  public let dataFolder: URL
  private let library: Library

  private static let oneAtATime = Mutex(())

  /// Runs `body` with a freshly loaded engine; one at a time in a process.
  /// - Throws: `InputError` where espeak-ng or its voices are not installed.
  public static func withEngine<Value>(_ body: (SpeechSynthesizer) throws -> Value) throws -> Value {
    try oneAtATime.withLock { _ in
      let library = try Library()
      defer { library.close() }
      return try body(try SpeechSynthesizer(library))
    }
  }

  private init(_ library: Library) throws {
    self.library = library
    let rate = library.initialize(
      AUDIO_OUTPUT_SYNCHRONOUS, 0, nil, Int32(espeakINITIALIZE_DONT_EXIT))
    guard rate > 0 else {
      throw InputError("espeak-ng does not find its voices; install the Debian package espeak-ng-data")
    }
    sampleRate = Int(rate)
    var path: UnsafePointer<CChar>?
    _ = library.info(&path)
    dataFolder = URL(filePath: path.map { String(cString: $0) } ?? "")
    library.setCallback { samples, count, events in
      guard let sink = events?.pointee.user_data else { return 1 }
      Unmanaged<Sink>.fromOpaque(sink).takeUnretainedValue().append(samples, Int(count))
      return 0
    }
  }

  /// The voice variants (the part after `+` in `en-us+f2`) that are installed, sorted.
  public func variants() -> [String] {
    let folder = dataFolder.appending(path: "voices/!v")
    return ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).sorted()
  }

  /// The samples, in −1…1 at `sampleRate`, of a text.
  ///
  /// - Parameters:
  ///   - text: what is said.
  ///   - voice: a language, with a variant behind `+` if wanted: `en-us+f2`.
  ///   - wordsPerMinute: 80…450, espeak-ng's own is 175.
  ///   - pitch: 0…99, 50 is the voice's own.
  ///   - seed: of the noise in breathy and whispered voices.
  /// - Throws: `InputError` for a voice that is not installed.
  public func speak(
    _ text: String, voice: String, wordsPerMinute: Int = 175, pitch: Int = 50, seed: UInt32 = 0
  ) throws -> [Float] {
    let parts = voice.split(separator: "+", maxSplits: 1).map(String.init)
    // An unknown variant is passed over in silence by espeak-ng.
    if parts.count == 2, !FileManager.default.fileExists(atPath: dataFolder.path + "/voices/!v/" + parts[1]) {
      throw InputError("espeak-ng has no voice variant \"\(parts[1])\"")
    }
    guard library.setVoice(voice) == EE_OK else { throw InputError("espeak-ng has no voice \"\(voice)\"") }
    _ = library.setParameter(espeakRATE, Int32(wordsPerMinute), 0)
    _ = library.setParameter(espeakPITCH, Int32(pitch), 0)
    srand(seed)
    let sink = Sink()
    let status = withExtendedLifetime(sink) {
      library.synthesize(
        text, text.utf8.count + 1, 0, POS_CHARACTER, 0, UInt32(espeakCHARS_UTF8), nil,
        Unmanaged.passUnretained(sink).toOpaque())
    }
    guard status == EE_OK, !sink.samples.isEmpty else {
      throw InputError("espeak-ng said nothing for \"\(text)\" with the voice \(voice)")
    }
    return sink.samples.map { Float($0) / 32768 }
  }
}

/// Where the engine's callback leaves the samples.
private final class Sink {
  var samples: [Int16] = []

  func append(_ pointer: UnsafeMutablePointer<Int16>?, _ count: Int) {
    if count > 0 { samples.append(contentsOf: UnsafeBufferPointer(start: pointer, count: count)) }
  }
}

/// The functions of a loaded libespeak-ng.
private struct Library {
  typealias Initialize = @convention(c) (espeak_AUDIO_OUTPUT, Int32, UnsafePointer<CChar>?, Int32) -> Int32
  typealias Info = @convention(c) (UnsafeMutablePointer<UnsafePointer<CChar>?>?) -> UnsafePointer<CChar>?
  typealias Callback =
    @convention(c) (UnsafeMutablePointer<Int16>?, Int32, UnsafeMutablePointer<espeak_EVENT>?) -> Int32
  typealias SetCallback = @convention(c) (Callback?) -> Void
  typealias SetVoice = @convention(c) (UnsafePointer<CChar>?) -> espeak_ERROR
  typealias SetParameter = @convention(c) (espeak_PARAMETER, Int32, Int32) -> espeak_ERROR
  typealias Synthesize =
    @convention(c) (
      UnsafeRawPointer?, Int, UInt32, espeak_POSITION_TYPE, UInt32, UInt32, UnsafeMutablePointer<UInt32>?,
      UnsafeMutableRawPointer?
    ) -> espeak_ERROR
  typealias Terminate = @convention(c) () -> espeak_ERROR

  let handle: UnsafeMutableRawPointer
  let initialize: Initialize
  let info: Info
  let setCallback: SetCallback
  let setVoice: SetVoice
  let setParameter: SetParameter
  let synthesize: Synthesize
  let terminate: Terminate

  init() throws {
    let name = "libespeak-ng.so.1"
    guard let handle = dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
      throw InputError(file: name, "cannot be loaded; install the Debian package libespeak-ng1")
    }
    func symbol<Function>(_ symbol: String, as type: Function.Type) throws -> Function {
      guard let address = dlsym(handle, symbol) else { throw InputError(file: name, "has no function \(symbol)") }
      return unsafeBitCast(address, to: type)
    }
    self.handle = handle
    initialize = try symbol("espeak_Initialize", as: Initialize.self)
    info = try symbol("espeak_Info", as: Info.self)
    setCallback = try symbol("espeak_SetSynthCallback", as: SetCallback.self)
    setVoice = try symbol("espeak_SetVoiceByName", as: SetVoice.self)
    setParameter = try symbol("espeak_SetParameter", as: SetParameter.self)
    synthesize = try symbol("espeak_Synth", as: Synthesize.self)
    terminate = try symbol("espeak_Terminate", as: Terminate.self)
  }

  func close() {
    _ = terminate()
    dlclose(handle)
  }
}
