import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct SpokenDigitsImporterTests {
  /// Six recordings by three speakers, and four pictures of each digit, packed as their publishers do.
  private func source() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (digit, speaker, index) in [
      (3, "ann", 0), (3, "ann", 7), (3, "bob", 12), (8, "bob", 0), (8, "cid", 5), (8, "cid", 11),
    ] {
      let file = folder.file("recordings/\(digit)_\(speaker)_\(index).wav")
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try MediaFile.writeWAV((0..<800).map { Float($0 % 50) / 100 }, rate: 8000, to: file)
    }
    let labels = (0..<40).map { UInt8($0 % 10) }
    try folder.write(Self.gzip([0, 0, 8, 1, 0, 0, 0, 40] + labels), to: "t10k-labels-idx1-ubyte.gz")
    let pixels = (0..<40).flatMap { [UInt8](repeating: UInt8(5 * $0), count: 784) }
    try folder.write(
      Self.gzip([0, 0, 8, 3, 0, 0, 0, 40, 0, 0, 0, 28, 0, 0, 0, 28] + pixels), to: "t10k-images-idx3-ubyte.gz")
    return folder
  }

  /// A gzip file of stored blocks (RFC 1952, RFC 1951 §3.2.4) with its CRC-32.
  private static func gzip(_ bytes: [UInt8]) -> Data {
    var data = Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255])
    for start in stride(from: 0, to: bytes.count, by: 65535) {
      let block = bytes[start..<min(start + 65535, bytes.count)]
      let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
      data.append(contentsOf: [block.endIndex == bytes.count ? 1 : 0, low, high, ~low, ~high])
      data.append(contentsOf: block)
    }
    var checksum: UInt32 = ~0
    for byte in bytes {
      checksum ^= UInt32(byte)
      for _ in 0..<8 { checksum = checksum & 1 == 1 ? checksum >> 1 ^ 0xEDB8_8320 : checksum >> 1 }
    }
    for word in [~checksum, UInt32(bytes.count)] {
      data.append(contentsOf: (0..<4).map { UInt8(truncatingIfNeeded: word >> (8 * $0)) })
    }
    return data
  }

  private func splits(_ folder: URL) throws -> [String: String] {
    let table = try SampleTable.read(folder.appendingPathComponent("samples.csv"))
    return Dictionary(uniqueKeysWithValues: zip(table.cells("id") ?? [], table.cells("split") ?? []))
  }

  @Test func leavesSpeakersOut() throws {
    let source = try source()
    let made = source.file("made")
    try SpokenDigitsImporter.run(source: source.url, destination: made)
    #expect(
      try splits(made) == [
        "3_ann_0": "test", "3_ann_7": "test", "3_bob_12": "validation", "8_bob_0": "validation", "8_cid_5": "train",
        "8_cid_11": "train",
      ])
    let other = source.file("other")
    try SpokenDigitsImporter.run(
      source: source.url, destination: other, options: ["test-speaker": "cid", "validation-speaker": "bob"])
    #expect(try splits(other)["8_cid_5"] == "test")
    #expect(try splits(other)["3_ann_0"] == "train")
  }

  @Test func followsTheOfficialSplit() throws {
    let source = try source()
    let made = source.file("made")
    try SpokenDigitsImporter.run(source: source.url, destination: made, options: ["split": "official"])
    #expect(
      try splits(made) == [
        "3_ann_0": "test", "3_ann_7": "validation", "3_bob_12": "train", "8_bob_0": "test", "8_cid_5": "validation",
        "8_cid_11": "train",
      ])
    #expect(try Manifest.read(made.appendingPathComponent("dataset.yaml")).group == nil)
  }

  /// Every picture shows the digit spoken and is used once; the files are those of the source.
  @Test func pairsByDigit() throws {
    let source = try source()
    let made = source.file("made")
    try SpokenDigitsImporter.run(source: source.url, destination: made)
    let table = try SampleTable.read(made.appendingPathComponent("samples.csv"))
    let pictures = try #require(table.cells("mnist_index")).compactMap { Int($0) }
    #expect(pictures.map { String($0 % 10) } == table.cells("digit"))
    #expect(Set(pictures).count == 6)
    for (path, picture) in zip(try #require(table.cells("image_path")), pictures) {
      let values = try MediaFile.image(made.appendingPathComponent(path), height: 28, width: 28, channels: 1)
      #expect(values.allSatisfy { abs($0 - Float(5 * picture) / 255) < 1e-6 })
    }
    for path in try #require(table.cells("wav_path")) {
      let name = path.split(separator: "/")[1]
      #expect(
        try Data(contentsOf: made.appendingPathComponent(path))
          == Data(contentsOf: source.file("recordings/\(name)")))
    }
  }

  @Test(arguments: [
    (
      ["split": "random"],
      "import spoken-digits: option split is \"random\"; expected leave-one-speaker-out or official"
    ),
    (["test-speaker": "dan"], "import spoken-digits: option test-speaker is \"dan\"; expected one of ann, bob, cid"),
    (
      ["validation-speaker": "ann"],
      "import spoken-digits: option validation-speaker is \"ann\"; expected another than the test speaker"
    ),
    (
      ["split": "official", "test-speaker": "ann"],
      "import spoken-digits: option test-speaker is \"ann\"; expected nothing with the official split"
    ),
  ])
  func refusesOptions(options: [String: String], message: String) throws {
    let source = try source()
    #expect(throws: UsageError(message)) {
      try SpokenDigitsImporter.run(source: source.url, destination: source.file("made"), options: options)
    }
  }

  @Test func refusesDamagedSources() throws {
    func message(_ spoil: (TemporaryFolder) throws -> Void) throws -> String {
      let source = try source()
      try spoil(source)
      do {
        try SpokenDigitsImporter.run(source: source.url, destination: source.file("made"))
        return "imported"
      } catch {
        return "\(error)".replacingOccurrences(of: source.url.path, with: "SOURCE")
      }
    }
    let (labels, pictures) = ("t10k-labels-idx1-ubyte.gz", "t10k-images-idx3-ubyte.gz")
    #expect(try message { _ in } == "imported")
    #expect(
      try message { try FileManager.default.removeItem(at: $0.file(labels)) } == "\(labels): no such file in SOURCE")
    #expect(
      try message { try FileManager.default.removeItem(at: $0.file("recordings")) }
        == "recordings: no such file in SOURCE")
    #expect(try message { try $0.write("x", to: labels) }.hasPrefix("\(labels): "))
    #expect(
      try message { try $0.write(Self.gzip([0, 0, 8, 1, 0, 0, 0, 40]), to: labels) }
        == "\(labels): 0 bytes for 40 items of shape []")
    #expect(
      try message { try $0.write(Self.gzip([0, 0, 8, 3, 0, 0, 0, 0]), to: labels) }
        == "\(labels): is not an IDX file of bytes")
    #expect(
      try message { try $0.write(Self.gzip([0, 0, 8, 3, 255, 255, 255, 255, 0, 0, 0, 28, 0, 0, 0, 28]), to: pictures) }
        == "\(pictures): 0 bytes for 4294967295 items of shape [28, 28]")
    #expect(
      try message { try $0.write("x", to: "recordings/three.wav") }
        == "recordings/three.wav: is not named DIGIT_SPEAKER_INDEX.wav")
    #expect(
      try message { source in
        try source.write(Self.gzip([0, 0, 8, 1, 0, 0, 0, 2, 3, 8]), to: labels)
        try source.write(
          Self.gzip([0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 28, 0, 0, 0, 28] + [UInt8](repeating: 0, count: 1568)),
          to: pictures)
      } == "\(labels): too few pictures of digit 3 for its recordings")
  }

  @Test(.enabled(if: SharedData.has("spoken-digits"), "needs ../shared/data/spoken-digits"))
  func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try SpokenDigitsImporter.run(source: SharedData.folder("spoken-digits"), destination: folder.file("digits"))
    let dataset = try Dataset.load(folder.file("digits"))
    #expect(Split.allCases.map { dataset[$0].count } == [2000, 500, 500])
    let speakers = try #require(dataset.attributes["speaker"])
    #expect(Set(dataset[.test].map { speakers[$0] }) == ["george"])
    #expect(Set(dataset[.validation].map { speakers[$0] }) == ["jackson"])
    #expect(Set(try #require(dataset.attributes["mnist_index"])).count == 3000)
    #expect(dataset.featureShapes == ["audio": [40], "image": [1, 28, 28]])
    // Durations of 0.14 to 2.28 s, a frame every 10 ms.
    let lengths = try #require(dataset.modalities["audio"]?.lengths)
    #expect((14...16).contains(try #require(lengths.min())))
    #expect((227...230).contains(try #require(lengths.max())))
  }
}
