import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct WikipediaImporterTests {
  static let isThere = SharedData.has("wikipedia")

  @Test(.enabled(if: isThere, "needs ../shared/data/wikipedia")) func importsTheResearchCopy() throws {
    let folder = try TemporaryFolder()
    try WikipediaImporter.run(source: SharedData.folder("wikipedia"), destination: folder.file("made"))
    let dataset = try Dataset.load(folder.file("made"))
    #expect(dataset.featureShapes == ["image": [128], "text": [10]])
    #expect(dataset[.train].count + dataset[.validation].count == 2173 && dataset[.test].count == 693)
    #expect((210...224).contains(dataset[.validation].count))
    #expect(dataset.classes.count == 10 && dataset.classes[0] == "art")
    #expect(dataset.ids[0] == "ceb47321a83dd824cec2d5d3f2034765")
    // Histograms and mixtures of topics: each row sums to 1.
    for modality in ["image", "text"] {
      let sums = try #require(dataset.modalities[modality]).values.sum(axes: [1])
      #expect((sums - 1).abs().max().item() < 1e-5)
    }
  }

  @Test func refusesAnEmptyListOfCategories() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "categories.list")
    try folder.write("a\tb\t1", to: "trainset_txt_img_cat.list")
    try MATFileTests.file().write(to: folder.file("raw_features.mat"))
    let expected = InputError(file: "categories.list", "names 0 categories; at least 2 expected")
    #expect(throws: expected) { try WikipediaImporter.run(source: folder.url, destination: folder.file("made")) }
  }

  @Test func refusesWhatIsNoArchive() throws {
    let folder = try TemporaryFolder()
    try folder.write("art\nmusic\n", to: "categories.list")
    try folder.write("not a matrix", to: "raw_features.mat")
    let expected = InputError(file: "raw_features.mat", "is not a MATLAB level-5 file of little-endian numbers")
    #expect(throws: expected) { try WikipediaImporter.run(source: folder.url, destination: folder.file("made")) }
    #expect(throws: UsageError.self) {
      try WikipediaImporter.run(source: folder.url, destination: folder.file("made"), options: ["validation": "1"])
    }
  }
}

@Suite struct MATFileTests {
  /// A level-5 file written by hand: a header, and x = [1 2 3; 4 5 6] kept as bytes, as MATLAB does with small numbers.
  static func file(
    shape: [UInt8] = [2, 3], values: [UInt8] = [1, 4, 2, 5, 3, 6], dimensions: (type: Int, bytes: [UInt8])? = nil
  ) -> Data {
    func word(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }
    func element(_ type: Int, _ bytes: [UInt8]) -> [UInt8] {
      word(type) + word(bytes.count) + bytes + Array(repeating: 0, count: (8 - bytes.count % 8) % 8)
    }
    let body =
      element(6, [6, 0, 0, 0, 0, 0, 0, 0])
      + element(dimensions?.type ?? 5, dimensions?.bytes ?? word(Int(shape[0])) + word(Int(shape[1])))
      + [1, 0, 1, 0, 0x78, 0, 0, 0] + element(2, values)
    return Data(Array(repeating: 32, count: 124) + [0, 1, 0x49, 0x4D] + word(14) + word(body.count) + body)
  }

  @Test func readsSmallElements() throws {
    let archive = try MATFile(Self.file(), file: "a.mat")
    #expect(try archive.rows("x", columns: 3) == [[1, 2, 3], [4, 5, 6]])
    #expect(throws: InputError.self) { try archive.rows("x", columns: 2) }
    #expect(throws: InputError.self) { try archive.rows("y", columns: 3) }
  }

  @Test func refusesDimensionsThatAreNoWholeNumbers() {
    let infinite = withUnsafeBytes(of: Double.infinity.bitPattern.littleEndian) { Array($0) }
    let error = #expect(throws: InputError.self) {
      try MATFile(Self.file(dimensions: (9, infinite + infinite)), file: "a.mat")
    }
    #expect(error?.description.contains("dimensions") == true)
  }

  @Test func refusesClaimsThatDoNotHold() {
    #expect(throws: InputError.self) { try MATFile(Self.file(shape: [2, 4]), file: "a.mat") }
    // Every cut, and every byte of the tags changed: an error or other numbers, never a crash.
    let whole = Self.file()
    for length in 128..<whole.count { _ = try? MATFile(whole.prefix(length), file: "a.mat") }
    #expect(throws: InputError.self) { try MATFile(whole.prefix(whole.count - 20), file: "a.mat") }
    for position in 128..<whole.count {
      for value in [0, 1, 127, 255] as [UInt8] {
        var changed = whole
        changed[position] = value
        _ = try? MATFile(changed, file: "a.mat").rows("x", columns: 3)
      }
    }
  }
}
