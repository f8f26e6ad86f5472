import Foundation
import Tensors
import Testing

@testable import Modalities

/// The installed fonts, searched once.
private let fonts = try? FontCollection.installed()

/// Whether espeak-ng and enough fonts are installed.
private let canMakeDigits = (try? SpeechSynthesizer.withEngine { !$0.variants().isEmpty }) == true && fonts != nil

@Suite(.enabled(if: canMakeDigits, "espeak-ng or fonts are not installed"))
final class DigitsGeneratorTests {
  let folder: URL

  private func write(_ options: DigitsOptions, to url: URL, force: Bool = false) throws {
    try DigitsGenerator(options).write(to: url, force: force, fonts: #require(fonts))
  }

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "digits-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  private func options(samples: Int = 60, seed: UInt64 = 3) -> DigitsOptions {
    var options = DigitsOptions()
    options.samples = samples
    options.seed = seed
    return options
  }

  /// Relative path → content.
  private func contents(_ url: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for path in FileManager.default.enumerator(atPath: url.path)?.compactMap({ $0 as? String }) ?? [] {
      let file = url.appending(path: path)
      if !file.hasDirectoryPath, let data = try? Data(contentsOf: file) { files[path] = data }
    }
    return files
  }

  @Test func writesTheContract() throws {
    let url = folder.appending(path: "digits")
    var done: [Int] = []
    try DigitsGenerator(options(samples: 100)).write(to: url) { count, all in
      done.append(count)
      #expect(all == 100)
    }
    #expect(done == Array(1...100))

    let manifest = try Manifest.read(url.appending(path: "dataset.yaml"))
    #expect(manifest.task == .classification && manifest.target == "digit")
    #expect(manifest.classes == (0..<10).map(String.init))
    #expect(manifest.modalities["image"]?.size == [28, 28] && manifest.modalities["audio"]?.rate == 8000)
    let table = try SampleTable.read(url.appending(path: "samples.csv"))
    #expect(table.rows.count == 100)
    let columns = try ["id", "split", "digit", "image_path", "audio_path", "voice", "font"].map {
      try #require(table.cells($0))
    }
    #expect(Set(columns[0]).count == 100)
    #expect(columns[1].filter { $0 == "train" }.count == 60 && columns[1].filter { $0 == "test" }.count == 20)
    for digit in 0..<10 { #expect(columns[2].filter { $0 == String(digit) }.count == 10) }
    for row in 0..<100 {
      let picture = try MediaFile.picture(url.appending(path: columns[3][row]), channels: 1)
      #expect(picture.height == 28 && picture.width == 28)
      let sound = try MediaFile.sound(url.appending(path: columns[4][row]))
      #expect(sound.rate == 8000 && sound.samples.count == 6400)
      let peak = sound.samples.map(abs).max() ?? 0
      #expect(peak > 0.29 && peak < 0.91)
    }
    // Speakers, and designs of fonts, are in one split each.
    for column in [columns[5], try #require(fonts).designs(columns[6])] {
      var split: [String: String] = [:]
      for (name, place) in zip(column, columns[1]) {
        #expect(split[name] == nil || split[name] == place, "\(name)")
        split[name] = place
      }
      #expect(Set(split.values).count == 3)
    }
  }

  @Test func sameSeedSameBytes() throws {
    let (first, second, other) = (
      folder.appending(path: "a"), folder.appending(path: "b"), folder.appending(path: "c")
    )
    try write(options(), to: first)
    try write(options(), to: second)
    try write(options(seed: 4), to: other)
    let (a, b, c) = (try contents(first), try contents(second), try contents(other))
    #expect(a.count == 122)
    #expect(a == b)
    #expect(a["samples.csv"] != c["samples.csv"] && a["audio/00000.wav"] != c["audio/00000.wav"])
  }

  @Test func replacesOnlyItsOwn() throws {
    let url = folder.appending(path: "digits")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    try write(options(), to: url)  // an empty folder is free
    let before = try contents(url)
    let held = #expect(throws: InputError.self) { try write(options(seed: 9), to: url) }
    #expect(held?.problem.contains("--force") == true)
    #expect(try contents(url) == before)
    try write(options(seed: 9), to: url, force: true)
    #expect(try contents(url) != before)

    let foreign = folder.appending(path: "foreign")
    try FileManager.default.createDirectory(at: foreign, withIntermediateDirectories: true)
    try Data("mine".utf8).write(to: foreign.appending(path: "thesis.txt"))
    #expect(throws: InputError.self) { try write(options(), to: foreign, force: true) }
    #expect(try contents(foreign) == ["thesis.txt": Data("mine".utf8)])

    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try FolderReplacement.write(to: url, force: true, isOurs: { _ in true }) { _ in throw Stop() }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["digits", "foreign"])
  }

  @Test func refusesSenselessOptions() {
    let url = folder.appending(path: "none")
    for change in [
      { $0.samples = 0 }, { $0.imageNoise = -1 }, { $0.audioNoise = .nan }, { $0.occlusion = 2 },
      { $0.voices = ["m1", "m1", "f1"] }, { $0.voices = ["m1", "f1", "nobody"] },
    ] as [(inout DigitsOptions) -> Void] {
      var options = options()
      change(&options)
      #expect(throws: UsageError.self) { try write(options, to: url) }
    }
    #expect(!FileManager.default.fileExists(atPath: url.path))
  }

  @Test func tooFewFontsNameThePackages() {
    let error = #expect(throws: InputError.self) { try FontCollection(folders: [folder.path]) }
    #expect(error?.problem.contains("fonts-dejavu") == true && error?.problem.contains("\n") == false)
  }

  @Test func digitsAreInTheMiddleAndUpright() throws {
    let renderer = GlyphRenderer()
    let face = try #require(fonts?.families.first?.first)
    for digit in 0..<10 {
      let pixels = try renderer.render(DigitVoices.digit(digit), face: face)
      let rows = (0..<28).filter { y in (0..<28).contains { pixels[y * 28 + $0] > 0.5 } }
      let columns = (0..<28).filter { x in (0..<28).contains { pixels[$0 * 28 + x] > 0.5 } }
      #expect((19...21).contains(rows.count), "\(digit): \(rows)")
      #expect(
        abs((rows.first ?? 0) + (rows.last ?? 0) - 27) <= 1 && abs((columns.first ?? 0) + (columns.last ?? 0) - 27) <= 1
      )
    }
    func ink(_ digit: Int, _ rows: Range<Int>) throws -> Float {
      let pixels = try renderer.render(DigitVoices.digit(digit), face: face)
      return pixels[rows.lowerBound * 28..<rows.upperBound * 28].reduce(0, +)
    }
    // A 6 is heavy below and a 9 above: the picture is not upside down.
    let (six, nine) = (try ink(6, 14..<28) - ink(6, 0..<14), try ink(9, 14..<28) - ink(9, 0..<14))
    #expect(six > 0 && nine < 0)
    let bold = try renderer.render("8", face: face, pose: GlyphRenderer.Pose(stroke: 1.5)).reduce(0, +)
    let plain = try renderer.render("8", face: face).reduce(0, +)
    #expect(bold > 1.1 * plain)
  }

  @Test func speechIsRepeatableAndDiffersByVoice() throws {
    func spoken(_ voice: String, pitch: Int = 50) throws -> [Float] {
      try SpeechSynthesizer.withEngine { try $0.speak("seven", voice: voice, pitch: pitch, seed: 5) }
    }
    let first = try spoken("en-us+m3")
    let again = try spoken("en-us+m3")
    #expect(first == again)
    let (woman, high) = (try spoken("en-us+f2"), try spoken("en-us+m3", pitch: 80))
    #expect(first != woman && first != high)
    #expect((4000...30000).contains(first.count))
    let level = (first.reduce(0) { $0 + $1 * $1 } / Float(first.count)).squareRoot()
    #expect(level > 0.01 && level < 0.5)
    try SpeechSynthesizer.withEngine { engine in
      #expect(throws: InputError.self) { try engine.speak("one", voice: "xx") }
      #expect(throws: InputError.self) { try engine.speak("one", voice: "en-us+nobody") }
    }
  }

  @Test(arguments: [0.5, 2.0]) func noiseHasItsLevel(level: Double) {
    var random = SplitMix64(seed: 1)
    let noise = DigitNoise(image: 0, occlusion: 0, audio: level)
    // Speech that ends before the window does: what follows it is noise alone.
    let speech = (0..<3200).map { Float(sin(Double($0) * 0.3)) }
    let babble = [(0..<3000).map { Float(cos(Double($0) * 0.17)) }]
    var ratios: [Double] = []
    for _ in 0..<60 {
      let clean = DigitNoise(image: 0, occlusion: 0, audio: 0).sound(speech, count: 3200, babble: [], &random)
      #expect(clean.allSatisfy { abs($0) <= 0.91 })
      let noisy = noise.sound(speech, count: 3200, babble: babble, &random)
      // The share of the speech by least squares; the rest is noise.
      let gain = zip(noisy, speech).reduce(0) { $0 + Double($1.0 * $1.1) } / speech.reduce(0) { $0 + Double($1 * $1) }
      let rest = zip(noisy, speech).reduce(0) { $0 + pow(Double($1.0) - gain * Double($1.1), 2) }
      let kept = speech.reduce(0) { $0 + pow(gain * Double($1), 2) }
      ratios.append((rest / kept).squareRoot() / level)
    }
    #expect(ratios.allSatisfy { $0 > 0.4 && $0 < 2.3 }, "\(ratios.min() ?? 0) \(ratios.max() ?? 0)")
    #expect(ratios.contains { $0 < 0.7 } && ratios.contains { $0 > 1.4 })
  }

  @Test func pictureNoiseHasItsLevel() {
    var random = SplitMix64(seed: 2)
    let grey = [Float](repeating: 0.5, count: 100 * 100)
    let bytes = DigitNoise(image: 0.05, occlusion: 0, audio: 0).picture(grey, height: 100, width: 100, &random)
    let values = bytes.map { Double($0) / 255 }
    let mean = values.reduce(0, +) / 10000
    let deviation = (values.reduce(0) { $0 + pow($1 - mean, 2) } / 10000).squareRoot()
    #expect(abs(deviation - 0.05) < 0.003)
    let covered = DigitNoise(image: 0, occlusion: 0.5, audio: 0).picture(grey, height: 100, width: 100, &random)
    let changed = Dictionary(grouping: covered, by: { $0 }).map(\.value.count)
    #expect(changed.count == 2 && (changed.min() ?? 0) > 100 && (changed.min() ?? 0) <= 2500)
  }
}

extension FontCollection {
  /// The design that each face name belongs to.
  fileprivate func designs(_ names: [String]) throws -> [String] {
    try names.map { name in
      String(try #require(families.firstIndex { $0.contains { $0.name == name } }))
    }
  }
}
