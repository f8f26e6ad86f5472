import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct DecodeCacheTests {
  private func cached(_ folder: SmallFolder) throws -> (cache: URL, file: URL, values: [Float]) {
    let cache = folder.folder.file("cache")
    let values = try #require(try folder.load(cache: cache).modalities["image"]).values.floats
    let name = try #require(try FileManager.default.contentsOfDirectory(atPath: cache.path).first)
    return (cache, cache.appendingPathComponent(name), values)
  }

  /// What the cache says is used.
  @Test func isRead() throws {
    let folder = try SmallFolder()
    let (cache, file, _) = try cached(folder)
    let ones = ModalityData(values: Tensor.ones([6, 1, 4, 5]), present: [true, true, false, true, true, true])
    DecodeCache(file: file).store(.init(data: ones, findings: [:]))
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats.allSatisfy { $0 == 1 } == true)
  }

  /// An entry that is damaged, however little, is made anew.
  @Test func damageIsFound() throws {
    let folder = try SmallFolder()
    let (cache, file, values) = try cached(folder)
    let good = try Data(contentsOf: file)
    for position in [9, 40, good.count / 2, good.count - 400, good.count - 1] {
      var bad = good
      bad[position] ^= 0x10
      try bad.write(to: file)
      #expect(try folder.load(cache: cache).modalities["image"]?.values.floats == values, "byte \(position)")
      #expect(try Data(contentsOf: file) == good, "byte \(position)")
    }
    for bad in [Data(), good.prefix(100), good.dropLast(4), Data("junk".utf8), good + Data([0])] {
      try Data(bad).write(to: file)
      #expect(try folder.load(cache: cache).modalities["image"]?.values.floats == values)
      #expect(try Data(contentsOf: file) == good)
    }
    // Whole, but without a checksum.
    try Safetensors.write(["values": Tensor.ones([6, 1, 4, 5])], to: file)
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats == values)
    // Whole, but another's.
    try FileManager.default.removeItem(at: file)
    let other = cache.appendingPathComponent("other.safetensors")
    let ones = ModalityData(values: Tensor.ones([6, 1, 4, 5]), present: [true, true, false, true, true, true])
    DecodeCache(file: other).store(.init(data: ones, findings: [:]))
    try FileManager.default.moveItem(at: other, to: file)
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats == values)
  }

  /// A folder that cannot be made is no reason not to read.
  @Test func isNoCondition() throws {
    let folder = try SmallFolder()
    try folder.folder.write("a file", to: "taken")
    for place in ["taken", "taken/below"] {
      #expect(try folder.load(cache: folder.folder.file(place)).count == 6)
    }
    // A folder stands where the entry would.
    let (cache, file, values) = try cached(folder)
    try FileManager.default.removeItem(at: file)
    try FileManager.default.createDirectory(
      at: file.appendingPathComponent("x"), withIntermediateDirectories: true)
    #expect(try folder.load(cache: cache).modalities["image"]?.values.floats == values)
  }
}
