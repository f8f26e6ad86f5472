public import Foundation
import Tensors

/// What `DigitsGenerator` makes.
public struct DigitsOptions: Codable, Sendable, Equatable {
  /// Samples in all: three fifths for training, one fifth each for validation and test.
  public var samples = 3000
  /// Standard deviation of the noise on pixels in 0…1.
  public var imageNoise = 0.2
  /// Largest share of a picture's height and width that a covering rectangle takes; 0: none.
  public var occlusion = 0.3
  /// Root mean square of the noise over that of the speech: 1 is 0 dB, 2 is −6 dB; a sample has half to twice as much.
  public var audioNoise = 0.25
  /// Voice variants of espeak-ng that speak, at least three; empty: all that sound like people.
  public var voices: [String] = []
  public var seed: UInt64 = 0

  public init() {}

  /// - Throws: `UsageError` naming the option, what was found and what is expected.
  func check() throws {
    guard (60...1_000_000).contains(samples) else {
      throw UsageError("samples: found \(samples), expected 60 to 1000000")
    }
    for (name, value, most) in [
      ("image noise", imageNoise, 10.0), ("occlusion", occlusion, 1.0), ("audio noise", audioNoise, 100.0),
    ] where !(value >= 0 && value <= most) {
      throw UsageError("\(name): found \(value), expected 0 to \(most)")
    }
    guard voices.isEmpty || Set(voices).count >= 3 else {
      throw UsageError("voices: found \(voices.count), expected at least 3: they are disjoint between the three splits")
    }
  }
}

/// Audio-visual digits made on the spot: speech by espeak-ng in many voices, pictures by the installed fonts, each with
/// its own noise, so that either alone leaves doubt and both together less.
///
/// Speakers and font designs are disjoint between train, validation and test. Given the digit, picture and sound are
/// independent. The same seed gives the same bytes where the same fonts and the same espeak-ng are installed.
public struct DigitsGenerator: Sendable {
  /// The `name` of the data set in its manifest.
  public static let datasetName = "audio-visual-digits"
  /// Samples per second of the sound files.
  public static let rate = 8000
  /// Samples of every sound file: 0.8 seconds.
  public static let soundLength = 6400
  /// Height and width of the pictures.
  public static let side = 28

  public let options: DigitsOptions

  public init(_ options: DigitsOptions = DigitsOptions()) { self.options = options }

  /// Writes the data set into a new folder, or with `force` in place of an earlier one.
  ///
  /// Everything is made in a folder beside it, which then takes the name. `progress` hears how many samples are done.
  /// - Throws: `UsageError` for a wrong option; `InputError` where the folder holds something else, or fonts or voices
  ///   are missing, or the disk is full.
  public func write(to url: URL, force: Bool = false, progress: (_ done: Int, _ all: Int) -> Void = { _, _ in }) throws
  {
    try options.check()
    try write(to: url, force: force, fonts: FontCollection.installed(), progress: progress)
  }

  func write(to url: URL, force: Bool, fonts: FontCollection, progress: (Int, Int) -> Void = { _, _ in }) throws {
    try options.check()
    try FolderReplacement.write(to: url, force: force, isOurs: Self.isDigits) { folder in
      try SpeechSynthesizer.withEngine { engine in
        try write(into: folder, engine: engine, fonts: fonts, progress: progress)
      }
    }
  }

  private static func isDigits(_ folder: URL) -> Bool {
    (try? Manifest.read(folder.appending(path: Manifest.fileName)))?.name == datasetName
  }

  private func write(
    into folder: URL, engine: SpeechSynthesizer, fonts: FontCollection, progress: (Int, Int) -> Void
  ) throws {
    for name in ["audio", "images"] {
      try FileManager.default.createDirectory(at: folder.appending(path: name), withIntermediateDirectories: true)
    }
    let voices = DigitVoices(engine: engine, rate: Self.rate, longest: Self.soundLength)
    let renderer = GlyphRenderer()
    let noise = DigitNoise(image: options.imageNoise, occlusion: options.occlusion, audio: options.audioNoise)
    var random = SplitMix64(seed: options.seed)
    let casts = try self.casts(engine: engine, fonts: fonts, &random)
    var rows: [[String]] = []
    for cast in casts {
      let babble = try (0..<60).map { index in
        try voices.speak(
          index % 10, speaker: pick(cast.speakers, &random), accent: pick(DigitVoices.accents, &random), &random)
      }.map { DigitNoise.scaled($0, to: 1) }
      for digit in random.shuffled((0..<cast.samples).map { $0 % 10 }) {
        let id = String(repeating: "0", count: max(0, 5 - String(rows.count).count)) + String(rows.count)
        let image = "images/\(id).png"
        let audio = "audio/\(id).wav"
        let face = pick(pick(cast.families, &random), &random)
        let drawn = try renderer.render(
          DigitVoices.digit(digit), face: face, pose: pose(&random), height: Self.side, width: Self.side)
        try MediaFile.writePNG(
          noise.picture(drawn, height: Self.side, width: Self.side, &random), height: Self.side, width: Self.side,
          to: folder.appending(path: image))
        let speaker = pick(cast.speakers, &random)
        let accent = pick(DigitVoices.accents, &random)
        let spoken = try voices.speak(digit, speaker: speaker, accent: accent, &random)
        try MediaFile.writeWAV(
          noise.sound(spoken, count: Self.soundLength, babble: babble, &random), rate: Self.rate,
          to: folder.appending(path: audio))
        rows.append([id, cast.split.rawValue, String(digit), image, audio, speaker, accent, face.name])
        progress(rows.count, options.samples)
      }
    }
    let header = ["id", "split", "digit", "image_path", "audio_path", "voice", "accent", "font"]
    try SampleTable(header: header, rows: rows).write(to: folder.appending(path: "samples.csv"))
    try manifest.write(to: folder.appending(path: Manifest.fileName))
  }

  private var manifest: Manifest {
    Manifest(
      name: Self.datasetName, licence: "CC0-1.0", task: .classification, target: "digit",
      classes: (0..<10).map(String.init), group: "voice",
      modalities: [
        "image": ModalitySpecification(
          kind: .image, column: "image_path", size: [Self.side, Self.side], channels: 1),
        "audio": ModalitySpecification(
          kind: .audio, column: "audio_path", rate: Self.rate, features: .logmel, bands: 40),
      ])
  }

  private func pose(_ random: inout SplitMix64) -> GlyphRenderer.Pose {
    GlyphRenderer.Pose(
      height: random.uniform(15...21), stretch: random.uniform(0.85...1.2), rotation: random.uniform(-0.25...0.25),
      shear: random.uniform(-0.2...0.25), stroke: random.uniform(0...1.2), right: random.uniform(-2.5...2.5),
      up: random.uniform(-2.5...2.5))
  }

  private func pick<Element>(_ elements: [Element], _ random: inout SplitMix64) -> Element {
    elements[random.next(below: elements.count)]
  }
}
