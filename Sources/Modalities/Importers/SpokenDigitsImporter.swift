public import Foundation
import Tensors

/// Free Spoken Digit recordings paired by digit with MNIST test pictures; no picture is used twice.
public enum SpokenDigitsImporter: Importer {
  public static let name = "spoken-digits"
  public static let summary = "Free Spoken Digit WAV files with MNIST pictures of the same digit"
  public static let options = [
    ImportOption(
      name: "split", defaultValue: "leave-one-speaker-out",
      help: "leave-one-speaker-out, or official: recordings 0–4 of each are test, and 5–9 validation"),
    ImportOption(
      name: "test-speaker", defaultValue: "", help: "the speaker held out for test; the first by name when empty"),
    ImportOption(
      name: "validation-speaker", defaultValue: "", help: "the speaker held out for validation; the next when empty"),
    ImportOption(name: "seed", defaultValue: "0", help: "which picture goes with which recording"),
  ]

  private struct Recording {
    var digit: Int
    var speaker: String
    var index: Int
    var stem: String { "\(digit)_\(speaker)_\(index)" }
  }

  public static func convert(_ source: ImportSource, into folder: URL, options: ImportOptions) throws {
    let seed = try options.seed()
    let recordings = try recordings(source)
    let split = try splitter(recordings, options: options)
    let pictures = try MNISTPictures(source)
    for part in ["wav", "pictures"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(part), withIntermediateDirectories: true)
    }
    var pools = (0...9).map { digit in
      var generator = SplitMix64(seed: seed, stream: UInt64(digit))
      return generator.shuffled(pictures.labels.indices.filter { pictures.labels[$0] == digit })
    }
    var rows: [[String]] = []
    for recording in recordings {
      guard let picture = pools[recording.digit].popLast() else {
        throw InputError(
          file: MNISTPictures.labelFile, "too few pictures of digit \(recording.digit) for its recordings")
      }
      let (sound, image) = ("wav/\(recording.stem).wav", "pictures/\(recording.stem).png")
      let data = try InputFile.contents(of: source.file("recordings/\(recording.stem).wav"))
      try PlainFile.write(data, to: folder.appendingPathComponent(sound))
      try MediaFile.writePNG(
        pictures.pixels(picture), height: 28, width: 28, to: folder.appendingPathComponent(image))
      rows.append([
        recording.stem, split(recording).rawValue, String(recording.digit), recording.speaker, sound, image,
        String(picture),
      ])
    }
    let bySpeaker = options.string("split") != "official"
    try SampleTable(
      header: ["id", "split", "digit", "speaker", "wav_path", "image_path", "mnist_index"], rows: rows
    ).write(to: folder.appendingPathComponent("samples.csv"))
    try Manifest(
      name: name, licence: "recordings CC BY-SA 4.0; pictures (MNIST) CC BY-SA 3.0",
      citation: "Jackson et al., Free Spoken Digit Dataset, 2018; LeCun and Cortes, MNIST, 1998",
      task: .classification, target: "digit", classes: (0...9).map { String($0) },
      group: bySpeaker ? "speaker" : nil,
      modalities: [
        "audio": ModalitySpecification(kind: .audio, column: "wav_path", rate: 8000, features: .logmel, bands: 40),
        "image": ModalitySpecification(kind: .image, column: "image_path", size: [28, 28], channels: 1),
      ], metric: "accuracy"
    ).write(to: folder.appendingPathComponent(Manifest.fileName))
  }

  private static func recordings(_ source: ImportSource) throws -> [Recording] {
    let folder = try source.file("recordings")
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: folder.path) else {
      throw InputError(file: "recordings", "is not a folder that can be read")
    }
    let found = try names.filter { $0.hasSuffix(".wav") }.map { name in
      let parts = name.dropLast(4).split(separator: "_", omittingEmptySubsequences: false)
      guard parts.count == 3, let digit = Int(parts[0]), (0...9).contains(digit), let index = Int(parts[2]), index >= 0,
        !parts[1].isEmpty
      else { throw InputError(file: "recordings/\(name)", "is not named DIGIT_SPEAKER_INDEX.wav") }
      return Recording(digit: digit, speaker: String(parts[1]), index: index)
    }
    guard !found.isEmpty else { throw InputError(file: "recordings", "holds no WAV file") }
    return found.sorted { ($0.digit, $0.speaker, $0.index) < ($1.digit, $1.speaker, $1.index) }
  }

  private static func splitter(
    _ recordings: [Recording], options: ImportOptions
  ) throws -> (Recording) -> Split {
    let speakers = Set(recordings.map(\.speaker)).sorted()
    switch options.string("split") {
    case "official":
      for name in ["test-speaker", "validation-speaker"] where !options.string(name).isEmpty {
        throw options.wrong(name, "nothing with the official split")
      }
      return { $0.index < 5 ? .test : $0.index < 10 ? .validation : .train }
    case "leave-one-speaker-out":
      guard speakers.count >= 3 else {
        throw InputError(file: "recordings", "\(speakers.count) speakers; at least 3 expected")
      }
      func position(_ name: String, otherwise: Int) throws -> Int {
        if options.string(name).isEmpty { return otherwise }
        guard let position = speakers.firstIndex(of: options.string(name)) else {
          throw options.wrong(name, "one of \(speakers.joined(separator: ", "))")
        }
        return position
      }
      let test = try position("test-speaker", otherwise: 0)
      let validation = try position("validation-speaker", otherwise: (test + 1) % speakers.count)
      guard test != validation else { throw options.wrong("validation-speaker", "another than the test speaker") }
      return { recording in
        recording.speaker == speakers[test]
          ? .test : recording.speaker == speakers[validation] ? .validation : .train
      }
    default: throw options.wrong("split", "leave-one-speaker-out or official")
    }
  }
}

/// The MNIST test pictures in their IDX files.
private struct MNISTPictures {
  static let labelFile = "t10k-labels-idx1-ubyte.gz"
  static let pictureFile = "t10k-images-idx3-ubyte.gz"

  let labels: [Int]
  private let bytes: [UInt8]

  init(_ source: ImportSource) throws {
    let labels = try Self.read(source, Self.labelFile, magic: 0x0801, shape: [])
    let pictures = try Self.read(source, Self.pictureFile, magic: 0x0803, shape: [28, 28])
    guard pictures.count == labels.count * 784 else {
      throw InputError(file: Self.pictureFile, "\(pictures.count / 784) pictures for \(labels.count) labels")
    }
    if let wrong = labels.first(where: { $0 > 9 }) {
      throw InputError(file: Self.labelFile, "the label \(wrong) is not a digit")
    }
    self.labels = labels.map { Int($0) }
    bytes = pictures
  }

  func pixels(_ index: Int) -> [UInt8] { Array(bytes[index * 784..<(index + 1) * 784]) }

  /// The contents of an IDX file of unsigned bytes, `[count] + shape`.
  private static func read(_ source: ImportSource, _ name: String, magic: UInt32, shape: [Int]) throws -> [UInt8] {
    let data: [UInt8]
    do {
      data = try [UInt8](Gunzip.read(source.file(name)))
    } catch var error as InputError {
      error.file = name
      throw error
    }
    func word(_ index: Int) -> Int { data[index * 4..<index * 4 + 4].reduce(0) { $0 << 8 | Int($1) } }
    let header = 8 + 4 * shape.count
    guard data.count >= header, word(0) == Int(magic) else {
      throw InputError(file: name, "is not an IDX file of bytes")
    }
    let found = shape.indices.map { word(2 + $0) }
    guard found == shape else { throw InputError(file: name, "items of shape \(found); expected \(shape)") }
    guard data.count - header == word(1) * shape.reduce(1, *) else {
      throw InputError(file: name, "\(data.count - header) bytes for \(word(1)) items of shape \(shape)")
    }
    return Array(data[header...])
  }
}
