import Foundation

/// An element type as files name it; unsigned integers that the engine lacks are widened while reading.
enum StoredType: Equatable {
  case engine(DType)
  case uint16
  case uint32
  case uint64

  /// Whether the engine keeps it in twice the bytes.
  var isWidened: Bool { self == .uint16 || self == .uint32 }

  var itemSize: Int {
    switch self {
    case .engine(let dtype): return dtype.size
    case .uint16: return 2
    case .uint32: return 4
    case .uint64: return 8
    }
  }
}

/// An array between a file and the engine: little-endian, row-major, checked.
///
/// `bytes` has exactly `itemSize · Π shape` bytes; it shares the file's storage where nothing had to be converted.
struct RawArray {
  var dtype: DType
  var shape: [Int]
  var bytes: Data

  /// The number of bytes of an array, or nil when it does not fit an `Int` (also where a zero extent hides that).
  static func byteCount(_ shape: [Int], itemSize: Int) -> Int? {
    var bound = itemSize
    for extent in shape {
      guard extent >= 0 else { return nil }
      let (product, overflow) = bound.multipliedReportingOverflow(by: max(extent, 1))
      if overflow { return nil }
      bound = product
    }
    return shape.contains(0) ? 0 : bound
  }

  /// Converts what a file holds.
  ///
  /// - Parameters:
  ///   - stored: Exactly as many bytes as shape and type need; the caller has compared them.
  ///   - type: Of one element.
  ///   - shape: Of the array.
  ///   - bigEndian: Whether the most significant byte of an element comes first.
  ///   - columnMajor: Whether the first axis moves fastest.
  ///   - origin: What an error names.
  /// - Throws: `InputError` for a boolean that is neither 0 nor 1 and an unsigned integer above `Int64.max`.
  init(
    _ stored: Data, as type: StoredType, shape: [Int], bigEndian: Bool = false, columnMajor: Bool = false,
    origin: Origin
  ) throws {
    var bytes = stored
    if bigEndian { bytes = Self.swapped(bytes, unit: Self.swapUnit(type)) }
    if columnMajor, shape.count > 1 { bytes = Self.rowMajor(bytes, shape: shape, itemSize: type.itemSize) }
    self.shape = shape
    switch type {
    case .engine(let dtype):
      self.dtype = dtype
      if dtype == .bool, let index = bytes.firstIndex(where: { $0 > 1 }) {
        throw origin.error(
          "element \(index - bytes.startIndex) is the byte \(bytes[index]); a boolean is 0 or 1")
      }
      self.bytes = bytes
    case .uint16:
      self.dtype = .int32
      self.bytes = Self.widened(bytes, from: UInt16.self, to: Int32.self)
    case .uint32:
      self.dtype = .int64
      self.bytes = Self.widened(bytes, from: UInt32.self, to: Int64.self)
    case .uint64:
      self.dtype = .int64
      self.bytes = bytes
      if let index = Self.firstAboveInt64(bytes) {
        throw origin.error("element \(index) is above \(Int64.max), the largest whole number that can be held")
      }
    }
  }

  /// Complex numbers are two parts, each in the file's byte order.
  private static func swapUnit(_ type: StoredType) -> Int {
    switch type {
    case .engine(.complex64): return 4
    case .engine(.complex128): return 8
    default: return type.itemSize
    }
  }

  private static func swapped(_ bytes: Data, unit: Int) -> Data {
    func each<T: FixedWidthInteger>(_: T.Type) -> Data {
      mapped(bytes, count: bytes.count / unit, outputSize: unit) { source, target, index in
        let value = source.loadUnaligned(fromByteOffset: index * unit, as: T.self)
        target.storeBytes(of: value.byteSwapped, toByteOffset: index * unit, as: T.self)
      }
    }
    switch unit {
    case 2: return each(UInt16.self)
    case 4: return each(UInt32.self)
    case 8: return each(UInt64.self)
    default: return bytes
    }
  }

  private static func widened<Narrow: FixedWidthInteger, Wide: FixedWidthInteger>(
    _ bytes: Data, from: Narrow.Type, to: Wide.Type
  ) -> Data {
    let (narrow, wide) = (MemoryLayout<Narrow>.size, MemoryLayout<Wide>.size)
    return mapped(bytes, count: bytes.count / narrow, outputSize: wide) { source, target, index in
      let value = Narrow(littleEndian: source.loadUnaligned(fromByteOffset: index * narrow, as: Narrow.self))
      target.storeBytes(of: Wide(value).littleEndian, toByteOffset: index * wide, as: Wide.self)
    }
  }

  private static func firstAboveInt64(_ bytes: Data) -> Int? {
    bytes.withUnsafeBytes { source in
      (0..<(source.count / 8)).first { source[$0 * 8 + 7] > 0x7f }
    }
  }

  /// Row-major order out of column-major: walks the output in order while an odometer follows the input.
  private static func rowMajor(_ bytes: Data, shape: [Int], itemSize: Int) -> Data {
    guard !bytes.isEmpty else { return bytes }
    var strides = [Int](repeating: itemSize, count: shape.count)
    for axis in 1..<shape.count { strides[axis] = strides[axis - 1] * shape[axis - 1] }
    var position = [Int](repeating: 0, count: shape.count)
    var offset = 0
    return mapped(bytes, count: bytes.count / itemSize, outputSize: itemSize) { source, target, index in
      let item = UnsafeRawBufferPointer(rebasing: source[offset..<(offset + itemSize)])
      UnsafeMutableRawBufferPointer(rebasing: target[(index * itemSize)...]).copyMemory(from: item)
      for axis in shape.indices.reversed() {
        position[axis] += 1
        offset += strides[axis]
        if position[axis] < shape[axis] { break }
        offset -= strides[axis] * shape[axis]
        position[axis] = 0
      }
    }
  }

  private static func mapped(
    _ bytes: Data, count: Int, outputSize: Int,
    _ body: (UnsafeRawBufferPointer, UnsafeMutableRawBufferPointer, Int) -> Void
  ) -> Data {
    var output = Data(count: count * outputSize)
    output.withUnsafeMutableBytes { target in
      bytes.withUnsafeBytes { source in
        for index in 0..<count { body(source, target, index) }
      }
    }
    return output
  }
}

extension Tensor {
  /// Copies what was read into the engine's memory.
  init(_ array: RawArray) {
    self = array.bytes.withUnsafeBytes { Tensor(bytes: $0, shape: array.shape, dtype: array.dtype) }
  }
}
