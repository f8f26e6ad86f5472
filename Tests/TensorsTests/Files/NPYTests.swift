import Foundation
import Testing

@testable import Tensors

@Suite struct NPYTests {
  @Test(arguments: ["version1.npy", "version2.npy", "version3.npy"])
  func versions(_ name: String) throws {
    let tensor = try NPY.read(golden(name))
    #expect(tensor.shape == [2, 3, 4])
    #expect(tensor.dtype == .float32)
    #expect(contents(tensor) == memory((0..<24).map { Float($0) }))
  }

  @Test func columnMajorBigEndian() throws {
    let tensor = try NPY.read(golden("fortran.npy"))
    #expect(tensor.shape == [2, 3, 4])
    #expect(contents(tensor) == memory((0..<24).map { Int16($0) }))
  }

  @Test func scalarVectorAndNothing() throws {
    let scalar = try NPY.read(golden("scalar.npy"))
    #expect(scalar.shape == [])
    #expect(contents(scalar) == memory([0.25]))
    let vector = try NPY.read(golden("vector.npy"))
    #expect(vector.shape == [12])
    #expect(contents(vector) == memory((0..<12).map { Int64($0) }))
    let none = try NPY.read(golden("none.npy"))
    #expect(none.shape == [0, 7])
    #expect(none.dtype == .int32)
  }

  /// NumPy's own files, written again, are the same bytes.
  @Test(arguments: ["version1.npy", "scalar.npy", "vector.npy", "none.npy"])
  func writesWhatNumPyWrites(_ name: String) throws {
    try withFolder { folder in
      let copy = folder.appendingPathComponent(name)
      try NPY.write(NPY.read(golden(name)), to: copy)
      #expect(try Data(contentsOf: copy) == Data(contentsOf: golden(name)))
    }
  }

  @Test(arguments: roundTripTypes.filter { $0 != .bfloat16 }, roundTripShapes)
  func roundTrip(_ dtype: DType, _ shape: [Int]) throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("array.npy")
      try NPY.write(tensor(dtype, shape), to: url)
      let read = try NPY.read(url)
      #expect(read.dtype == dtype)
      #expect(read.shape == shape)
      #expect(contents(read) == patterned(dtype, shape))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["array.npy"])
    }
  }

  @Test func halfPrecisionNumPyLacks() throws {
    let values: [Float] = [0, -1.5, 1.0078125, 3.3895314e38, -.infinity]
    try withFolder { folder in
      let url = folder.appendingPathComponent("array.npy")
      try NPY.write(Tensor(values).to(.bfloat16), to: url)
      let read = try NPY.read(url)
      #expect(read.dtype == .float32)
      #expect(read.floats == values)
    }
  }

  /// A transposed view is written in its own row-major order.
  @Test func view() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("array.npy")
      try NPY.write(Tensor([1, 2, 3, 4, 5, 6] as [Float], shape: [2, 3]).transposed(0, 1), to: url)
      let read = try NPY.read(url)
      #expect(read.shape == [3, 2])
      #expect(read.floats == [1, 4, 2, 5, 3, 6])
    }
  }

  /// Files that NumPy makes and we do not load, and why.
  @Test(arguments: [
    ("object.npy", "Python objects (dtype '|O')"), ("text.npy", "strings (dtype '<U2')"),
    ("records.npy", "records with named fields"), ("unsigned.npy", "element 1 is above 9223372036854775807"),
    ("missing.npy", "no such file"),
  ])
  func refused(_ name: String, _ reason: String) throws {
    let line = try #require(complaint { _ = try NPY.read(golden(name)) })
    #expect(line.contains("\(name): ") && line.contains(reason), "\(line)")
    #expect(!line.contains("\n"))
  }

  /// Headers by hand, each wrong in one way.
  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 7, "needs 8 bytes, found 7"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 9, "1 bytes follow the array"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (1152921504606846976,), }", 8, "needs 4611686018427387904"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904,), }", 8, "needs 2⁶³ or more"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 0, 9), }", 0, "needs 2⁶³ or more"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775808,), }", 8, "number above"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-2,), }", 8, "'-' at position 51; expected a whole number"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2), }", 8, "expected ','"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2.0,), }", 8, "'.' at position"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': 2, }", 8, "expected '('"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), ", 8, "header ends"),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), } x", 8, "expected nothing more"),
    ("{'descr': '<f4', 'fortran_order': False}", 8, "lacks one of the keys"),
    ("{'descr': '<f4', 'descr': '<f4'}", 8, "the key 'descr' twice"),
    ("{'descr': '<f4', 'author': 'x'}", 8, "unknown key 'author'"),
    ("{'descr': '<f4", 8, "unterminated string at position 10"),
    ("{'descr': '<f4', 'fortran_order': 0, 'shape': (2,), }", 8, "expected True or False"),
    ("{'descr': '<f3', 'fortran_order': False, 'shape': (2,), }", 8, "the dtype '<f3'"),
    ("{'descr': 'f4', 'fortran_order': False, 'shape': (2,), }", 8, "the dtype 'f4'"),
    ("{'descr': '|f4', 'fortran_order': False, 'shape': (2,), }", 8, "without a byte order"),
    ("{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }", 2, "element 0 is the byte 7; a boolean is 0 or 1"),
    ("", 8, "header ends"),
  ])
  func malformedHeader(_ header: String, _ count: Int, _ reason: String) throws {
    var data = Data(NPY.magic + [1, 0])
    data.appendLittleEndian(UInt16(header.utf8.count))
    data.append(contentsOf: header.utf8)
    data.append(Data(repeating: 7, count: count))
    let line = try #require(complaint { _ = try NPY.parse(data, origin: Origin(file: "a.npy")) })
    #expect(line.hasPrefix("a.npy: ") && line.contains(reason), "\(line)")
  }

  @Test func tooManyAxes() throws {
    let shape = [Int](repeating: 1, count: 65)
    let data = NPY.header(dtype: .uint8, shape: shape) + [0]
    #expect(complaint { _ = try NPY.parse(data, origin: Origin(file: "a")) } == "a: has 65 axes; expected at most 64")
  }

  @Test(
    arguments: [
      ([], "does not begin with"), ([0x50, 0x4b, 3, 4], "does not begin with"), (NPY.magic, "before the version"),
      (NPY.magic + [4, 0, 0, 0], "version 4.0"), (NPY.magic + [1, 0, 9], "reaches past the end at 9"),
      (NPY.magic + [1, 0, 9, 0, 0x7b], "the header of 9 bytes reaches past the end at 11"),
      (NPY.magic + [2, 0, 0xff, 0xff, 0xff, 0xff, 0x7b], "the header of 4294967295 bytes"),
    ] as [([UInt8], String)])
  func malformedBeginning(_ bytes: [UInt8], _ reason: String) throws {
    let line = try #require(complaint { _ = try NPY.parse(Data(bytes), origin: Origin(file: "a.npy")) })
    #expect(line.hasPrefix("a.npy: ") && line.contains(reason), "\(line)")
  }
}
