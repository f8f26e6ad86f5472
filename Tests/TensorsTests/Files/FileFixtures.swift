import Foundation
import Testing

@testable import Tensors

/// A file that `Tests/Goldens/make_files.py` made.
func golden(_ name: String) -> URL {
  URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens/files/\(name)")
}

/// Runs the body with a new folder, and removes it.
func withFolder<R>(_ body: (URL) throws -> R) throws -> R {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chiasm-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder)
}

/// The memory of an array of numbers.
func memory<T>(_ values: [T]) -> Data { values.withUnsafeBytes { Data($0) } }

/// What make_files.py wrote for each element code, as the engine should hold it.
let expectedArrays: [String: (dtype: DType, bytes: Data)] = [
  "b1": (.bool, Data([1, 0, 0, 1, 1, 0])),
  "i1": (.int8, memory([-128, -1, 0, 1, 2, 127] as [Int8])),
  "i2": (.int16, memory([.min, -1, 0, 1, 2, .max] as [Int16])),
  "i4": (.int32, memory([.min, -1, 0, 1, 2, .max] as [Int32])),
  "i8": (.int64, memory([.min, -1, 0, 1, 2, .max] as [Int64])),
  "u1": (.uint8, memory([0, 1, 2, 3, 254, 255] as [UInt8])),
  "u2": (.int32, memory([0, 1, 2, 3, 65534, 65535] as [Int32])),
  "u4": (.int64, memory([0, 1, 2, 3, 4_294_967_294, 4_294_967_295] as [Int64])),
  "u8": (.int64, memory([0, 1, 2, 3, .max - 1, .max] as [Int64])),
  // 65504 is 0x7bff, 2⁻²⁴ the smallest subnormal, then the infinities.
  "f2": (.float16, memory([0, 0xbe00, 0x7bff, 1, 0x7c00, 0xfc00] as [UInt16])),
  "f4": (.float32, memory([0, -1.5, 3.25e38, .leastNonzeroMagnitude, .infinity, -.infinity] as [Float])),
  "f8": (.float64, memory([0, -1.5, 1.5e308, .leastNonzeroMagnitude, .infinity, -.infinity] as [Double])),
  "c8": (.complex64, memory([0, 0, -1.5, 0, 0, 2.5, 1, 2, -3, -4, 0.125, 0] as [Float])),
  "c16": (.complex128, memory([0, 0, -1.5, 0, 0, 2.5, 1, 2, -3, -4, 0.125, 0] as [Double])),
  // The upper halves of 0, −1.5, 2¹²⁷, 2⁻¹²⁶ and the infinities.
  "bf16": (.bfloat16, memory([0, 0xbfc0, 0x7f00, 0x0080, 0x7f80, 0xff80] as [UInt16])),
]

let roundTripTypes: [DType] = [
  .bool, .uint8, .int8, .int16, .int32, .int64, .float16, .float32, .float64, .bfloat16, .complex64, .complex128,
]

let roundTripShapes: [[Int]] = [[], [0], [1], [5], [2, 3], [0, 4], [3, 0, 2], [2, 1, 3, 2]]

/// Bit patterns of every kind (not-a-numbers too), the same for the same arguments; booleans are 0 and 1.
func patterned(_ dtype: DType, _ shape: [Int]) -> Data {
  let count = shape.reduce(1, *) * dtype.size
  var state = UInt64(truncatingIfNeeded: count) &+ 42
  return Data(
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let byte = UInt8(truncatingIfNeeded: state >> 56)
      return dtype == .bool ? byte & 1 : byte
    })
}

func tensor(_ dtype: DType, _ shape: [Int]) -> Tensor {
  patterned(dtype, shape).withUnsafeBytes { Tensor(bytes: $0, shape: shape, dtype: dtype) }
}

func contents(_ tensor: Tensor) -> Data { tensor.withBytes { Data($0) } }

/// The one line that reading fails with.
func complaint(_ body: () throws -> Void) -> String? {
  do {
    try body()
    return nil
  } catch let error as InputError {
    return error.description
  } catch {
    return "not an InputError: \(error)"
  }
}
