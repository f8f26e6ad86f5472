public import Foundation

/// NumPy's array file, versions 1.0, 2.0 and 3.0 (NumPy enhancement proposal 1).
public enum NPY {
  static let magic: [UInt8] = [0x93] + "NUMPY".utf8

  /// The array in a `.npy` file.
  ///
  /// Either byte order and either memory order; unsigned integers that tensors lack are widened (`u2` to int32, `u4`
  /// and `u8` to int64).
  /// - Throws: `InputError` naming the file for anything malformed, truncated or followed by other bytes, for types
  ///   that are not numbers or booleans, and for values that do not fit.
  public static func read(_ url: URL) throws -> Tensor {
    Tensor(try parse(InputFile.contents(of: url), origin: Origin(file: url.relativePath)))
  }

  /// Type and shape of the array in a `.npy` file; its numbers are not read.
  /// - Throws: `InputError` as `read` does, for what the header and the length of the file show.
  public static func head(_ url: URL) throws -> ArrayHead {
    let (data, size) = try InputFile.beginning(of: url, count: headerBytes)
    return try layout(data, size: size, origin: Origin(file: url.relativePath)).head(isCompressed: false)
  }

  /// Writes version 1.0, little-endian and row-major, byte for byte as `numpy.save` does.
  ///
  /// NumPy has no bfloat16: such a tensor is written as float32, which holds it exactly.
  public static func write(_ tensor: Tensor, to url: URL) throws {
    let tensor = storable(tensor)
    try AtomicFile.write(to: url) { temporary in
      let output = try OutputFile(temporary)
      try output.write(header(dtype: tensor.dtype, shape: tensor.shape))
      try tensor.withBytes { try output.write($0) }
      try output.close()
    }
  }

  static func storable(_ tensor: Tensor) -> Tensor { tensor.dtype == .bfloat16 ? tensor.to(.float32) : tensor }

  static func parse(_ data: Data, origin: Origin) throws -> RawArray {
    let layout = try layout(data, size: data.count, origin: origin)
    return try RawArray(
      data.section((data.count - layout.byteCount)..<data.count), as: layout.type, shape: layout.header.shape,
      bigEndian: layout.bigEndian, columnMajor: layout.header.columnMajor, origin: origin)
  }

  /// What stands before the numbers, checked against the length of the file.
  struct Layout {
    let header: NPYHeader
    let type: StoredType
    let bigEndian: Bool
    let byteCount: Int

    func head(isCompressed: Bool) -> ArrayHead {
      ArrayHead(
        shape: header.shape, type: type, storedBytes: byteCount,
        isDirect: !isCompressed && !bigEndian && !header.columnMajor && !type.isWidened, isCompressed: isCompressed)
    }
  }

  /// Enough of a file for `layout`: NumPy's headers have a few hundred bytes.
  static let headerBytes = 1 << 17

  /// - Parameters:
  ///   - data: The file, or its first `headerBytes`.
  ///   - size: Bytes of the whole file.
  static func layout(_ data: Data, size: Int, origin: Origin) throws -> Layout {
    guard data.starts(with: magic) else {
      throw origin.error("is not an .npy array: it does not begin with \\x93NUMPY")
    }
    guard let major = data.littleEndian(UInt8.self, at: 6), let minor = data.littleEndian(UInt8.self, at: 7) else {
      throw origin.error("is truncated after \(data.count) bytes, before the version")
    }
    let length: Int?
    let start: Int
    switch (major, minor) {
    case (1, 0): (length, start) = (data.littleEndian(UInt16.self, at: 8).map(Int.init), 10)
    case (2, 0), (3, 0): (length, start) = (data.littleEndian(UInt32.self, at: 8).map(Int.init), 12)
    default: throw origin.error("has .npy version \(major).\(minor); expected 1.0, 2.0 or 3.0")
    }
    guard let length, length <= size - start else {
      throw origin.error(
        "is truncated: the header \(length.map { "of \($0) bytes " } ?? "")reaches past the end at \(size) bytes")
    }
    guard length <= data.count - start else {
      throw origin.error("has a header of \(length) bytes; at most \(headerBytes - start) expected")
    }
    let header = try NPYHeader(data.section(start..<(start + length)), origin: origin)
    let (type, bigEndian) = try header.storedType(origin: origin)
    let shape = header.shape
    guard shape.count <= maximumRank else {
      throw origin.error("has \(shape.count) axes; expected at most \(maximumRank)")
    }
    let found = size - start - length
    let needed = RawArray.byteCount(shape, itemSize: type.itemSize)
    guard let expected = needed, expected <= found else {
      let count = needed.map(String.init) ?? "2⁶³ or more"
      throw origin.error(
        "is truncated: shape \(shape) of '\(header.descriptor)' needs \(count) bytes, found \(found)")
    }
    guard expected == found else {
      throw origin.error("\(found - expected) bytes follow the array of shape \(shape); expected the end of the file")
    }
    return Layout(header: header, type: type, bigEndian: bigEndian, byteCount: found)
  }

  /// As many axes as NumPy allows.
  static let maximumRank = 64

  /// Everything before the elements: magic, version 1.0 and the dictionary, padded to a multiple of 64 bytes.
  static func header(dtype: DType, shape: [Int]) -> Data {
    let extents = shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
    var text = "{'descr': '\(descriptor(dtype))', 'fortran_order': False, 'shape': \(extents), }"
    // NumPy leaves room for the first extent to grow to 21 digits in place.
    if let first = shape.first { text += String(repeating: " ", count: 21 - String(first).count) }
    let unpadded = magic.count + 4 + text.utf8.count + 1
    text += String(repeating: " ", count: 64 - unpadded % 64) + "\n"
    var data = Data(magic + [1, 0])
    data.appendLittleEndian(UInt16(text.utf8.count))
    data.append(contentsOf: text.utf8)
    return data
  }

  private static func descriptor(_ dtype: DType) -> String {
    switch dtype {
    case .bool: return "|b1"
    case .uint8: return "|u1"
    case .int8: return "|i1"
    case .int16: return "<i2"
    case .int32: return "<i4"
    case .int64: return "<i8"
    case .float16: return "<f2"
    case .float32: return "<f4"
    case .float64: return "<f8"
    case .complex64: return "<c8"
    case .complex128: return "<c16"
    case .bfloat16: preconditionFailure("bfloat16 is converted before it is written; .npy has no such type")
    }
  }
}
