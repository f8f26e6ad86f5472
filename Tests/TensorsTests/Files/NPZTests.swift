import Foundation
import Testing

@testable import Tensors

@Suite struct NPZTests {
  /// Deflated; every type in both byte orders and both memory orders is the same array.
  @Test func everyTypeAndLayout() throws {
    let arrays = try NPZ.read(golden("types.npz"))
    #expect(arrays.count == 14 * 4)
    for (name, tensor) in arrays {
      let expected = try #require(expectedArrays[String(name.prefix { $0 != "-" })])
      #expect(tensor.shape == [2, 3], "\(name)")
      #expect(tensor.dtype == expected.dtype, "\(name)")
      #expect(contents(tensor) == expected.bytes, "\(name)")
    }
  }

  @Test func stored() throws {
    let arrays = try NPZ.read(golden("stored.npz"))
    #expect(arrays.keys.sorted() == ["b1-C-little", "f4-C-little", "größe", "i2-F-big", "none", "scalar"])
    #expect(arrays["größe"].map(contents) == memory([0, 1, 2] as [Int64]))
    #expect(arrays["none"]?.shape == [0, 7])
    #expect(arrays["scalar"].map(contents) == memory([0.25]))
  }

  @Test func sixtyFourBitStructures() throws {
    let arrays = try NPZ.read(golden("zip64.npz"))
    #expect(arrays["a"]?.shape == [2, 3])
    #expect(arrays["a"].map(contents) == memory((0..<6).map { Double($0) }))
    #expect(arrays["b"].map(contents) == memory([2] as [Float]))
  }

  @Test func roundTrip() throws {
    var tensors: [String: Tensor] = [:]
    for dtype in roundTripTypes where dtype != .bfloat16 {
      for (index, shape) in roundTripShapes.enumerated() {
        tensors["\(dtype)/größe \(index)"] = tensor(dtype, shape)
      }
    }
    try withFolder { folder in
      let url = folder.appendingPathComponent("arrays.npz")
      try NPZ.write(tensors, to: url)
      let read = try NPZ.read(url)
      #expect(read.keys.sorted() == tensors.keys.sorted())
      for (name, tensor) in tensors {
        let copy = try #require(read[name])
        #expect(copy.dtype == tensor.dtype && copy.shape == tensor.shape, "\(name)")
        #expect(contents(copy) == contents(tensor), "\(name)")
      }
      try NPZ.write([:], to: url)
      #expect(try NPZ.read(url).isEmpty)
    }
  }

  /// The writer's 64-bit fields, forced by a lower threshold.
  @Test(arguments: [0, 1, 150, 400])
  func writes64BitFields(_ limit: Int) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("arrays.npz")
      let output = try OutputFile(url)
      var writer = ZipWriter(output, limit: limit)
      for (name, count) in [("a", 3), ("b", 90), ("c", 0)] {
        let member = NPY.header(dtype: .uint8, shape: [count]) + Data(repeating: 5, count: count)
        try member.withUnsafeBytes { try writer.add("\(name).npy", [$0]) }
      }
      try writer.finish()
      try output.close()
      let arrays = try NPZ.parse(Data(contentsOf: url), file: "arrays.npz")
      #expect(arrays.mapValues(\.shape) == ["a": [3], "b": [90], "c": [0]])
    }
  }

  /// One field of a sound archive changed: offset from the end record (or from the beginning), value, complaint.
  @Test(arguments: [
    ("no end", "is not a whole zip archive"), ("trailing", "is not a whole zip archive"),
    ("method", "a.npy: uses zip compression method 12"), ("encrypted", "a.npy: is encrypted"),
    ("checksum", "a.npy: is damaged: CRC-32"), ("entries", "cannot hold the 60000 entries"),
    ("directory", "where it should"), ("local", "a.npy: has no zip header at byte 7"),
    ("local name", "a.npy: has a zip header at byte 0 that contradicts"), ("shared", "share bytes"),
    ("twice", "a.npy: appears twice"), ("other member", "x.txt: is not an array"), ("stored size", "a.npy: is stored"),
    ("not zip", "does not begin with PK"), ("parts", "several parts"),
  ])
  func damaged(_ damage: String, _ reason: String) throws {
    func archive(_ names: [String]) throws -> Data {
      try withFolder { folder in
        let url = folder.appendingPathComponent("a.npz")
        let output = try OutputFile(url)
        var writer = ZipWriter(output)
        let member = NPY.header(dtype: .uint8, shape: [3]) + [1, 2, 3]
        for name in names { try member.withUnsafeBytes { try writer.add(name, [$0]) } }
        try writer.finish()
        try output.close()
        return try Data(contentsOf: url)
      }
    }
    let names = ["twice": ["a.npy", "a.npy"], "other member": ["x.txt"], "shared": ["a.npy", "b.npy"]][damage]
    var data = try archive(names ?? ["a.npy"])
    let end = data.count - 22
    let directory = Int(try #require(data.littleEndian(UInt32.self, at: end + 16)))
    switch damage {
    case "no end": data.removeLast(5)
    case "trailing": data.append(0)
    case "method": data[directory + 10] = 12
    case "encrypted": data[directory + 8] = 1
    case "checksum": data[directory + 16] ^= 1
    case "entries": data.replaceSubrange((end + 10)..<(end + 12), with: [0x60, 0xea])
    case "directory": data[end + 12] += 1
    case "local": data[directory + 42] = 7
    case "local name": data[30] = 0x62
    case "shared":
      // The second entry becomes the first member again, under its own name in both places.
      data.replaceSubrange((directory + 51 + 42)..<(directory + 51 + 46), with: [0, 0, 0, 0])
      data[directory + 51 + 46] = 0x61
    case "stored size": data[directory + 24] += 1
    case "not zip": data[0] = 0
    case "parts": data[end + 4] = 1
    default: break
    }
    let line = try #require(complaint { _ = try NPZ.parse(data, file: "a.npz") })
    #expect(line.hasPrefix("a.npz: ") && line.contains(reason), "\(line)")
  }

  /// A deflated member may not claim more than deflate can reach, nor decode to more than it claims.
  @Test(arguments: [(40, "compressed bytes cannot hold"), (1, "decompresses to more than")])
  func falseSizes(_ shift: Int, _ reason: String) throws {
    var data = try Data(contentsOf: golden("types.npz"))
    let end = data.count - 22
    let directory = Int(try #require(data.littleEndian(UInt32.self, at: end + 16)))
    let size = try #require(data.littleEndian(UInt32.self, at: directory + 24))
    let claim = shift == 40 ? UInt32(1 << 30) : size >> UInt32(shift)
    data.replaceSubrange((directory + 24)..<(directory + 28), with: memory([claim]))
    let line = try #require(complaint { _ = try NPZ.parse(data, file: "a.npz") })
    #expect(line.contains(reason), "\(line)")
  }
}
