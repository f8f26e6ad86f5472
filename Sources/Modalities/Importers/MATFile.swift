import Foundation
import Tensors

/// Numeric matrices of a MATLAB level-5 file (MathWorks, MAT-File Format, chapter 1), compressed or not.
///
/// Everything that a tag claims is checked against the bytes that are there. Complex, sparse, cell and text arrays are
/// refused where they are asked for.
struct MATFile {
  private let file: String
  private var matrices: [String: Matrix] = [:]

  private struct Matrix {
    let shape: [Int]
    /// Column by column, as MATLAB keeps them; nil where the array is not a real matrix of numbers.
    let values: [Double]?
  }

  /// - Throws: `InputError` where the file is not of level 5, or damaged.
  init(_ data: Data, file: String, limit: Int = 1 << 30) throws {
    self.file = file
    guard data.count >= 128, data[data.startIndex + 126] == 0x49, data[data.startIndex + 127] == 0x4D else {
      throw InputError(file: file, "is not a MATLAB level-5 file of little-endian numbers")
    }
    var cursor = Cursor(bytes: [UInt8](data), position: 128, file: file)
    while cursor.remaining >= 8 {
      let element = try cursor.element(padded: false)
      switch element.type {
      case 15:
        try Self.checkMemory(Data(element.bytes), file: file)
        let (inflated, _) = try Inflate.decode(Data(element.bytes), format: .zlib, limit: limit, file: file)
        var inner = Cursor(bytes: [UInt8](inflated), position: 0, file: file)
        let matrix = try inner.element(padded: false)
        if matrix.type == 14 { try add(matrix.bytes) }
      case 14: try add(element.bytes)
      default: break
      }
    }
  }

  /// Refuses a compressed matrix that does not fit into the memory, by what the beginning of it says: the piece that it
  /// is has a tag with its length.
  private static func checkMemory(_ compressed: Data, file: String) throws {
    let tag = try Inflate.beginning(compressed, format: .zlib, count: 8, file: file)
    let claimed = tag.dropFirst(4).reversed().reduce(0) { $0 << 8 | Int($1) }
    // Deflate reaches 1032:1 at most. Each byte stands in the inflated data and in two pieces of it, then as a number.
    let bytes = min(claimed, MemoryBudget.bytes([compressed.count, 1032]))
    try MemoryBudget.check(bytes: MemoryBudget.bytes([bytes, 4]), for: file, what: "numbers of a compressed array")
  }

  /// The matrix of that name as rows, `[rows][columns]`.
  func rows(_ name: String, columns: Int) throws -> [[Double]] {
    let (shape, values) = try array(name, shape: [nil, columns])
    return (0..<shape[0]).map { row in (0..<columns).map { column in values[column * shape[0] + row] } }
  }

  /// The array of that name, its first index running fastest; nil in `expected` stands for any length of at least 1.
  func array(_ name: String, shape expected: [Int?]) throws -> (shape: [Int], values: [Double]) {
    guard let matrix = matrices[name] else {
      throw InputError(file: file, "holds no array \(name); it has \(matrices.keys.sorted().joined(separator: ", "))")
    }
    guard let values = matrix.values, matrix.shape.count == expected.count,
      zip(matrix.shape, expected).allSatisfy({ found, wanted in wanted.map { $0 == found } ?? (found > 0) })
    else {
      let wanted = expected.map { $0.map(String.init) ?? "any" }.joined(separator: ", ")
      throw InputError(file: file, at: name, "an array of shape \(matrix.shape); numbers of [\(wanted)] expected")
    }
    if let wrong = values.firstIndex(where: { !$0.isFinite }) {
      var rest = wrong
      let place = matrix.shape.map { length in
        defer { rest /= length }
        return String(rest % length + 1)
      }
      throw InputError(file: file, at: "\(name)(\(place.joined(separator: ", ")))", "\(values[wrong])")
    }
    return (matrix.shape, values)
  }

  private mutating func add(_ bytes: [UInt8]) throws {
    var cursor = Cursor(bytes: bytes, position: 0, file: file)
    let flags = try cursor.element(padded: true)
    guard flags.type == 6, flags.bytes.count == 8 else { throw InputError(file: file, "an array has no flags") }
    let kind = flags.bytes[0]
    let isComplex = flags.bytes[1] & 0x08 != 0
    let dimensions = try cursor.element(padded: true)
    guard dimensions.type == 5 else { throw InputError(file: file, "an array whose dimensions are no whole numbers") }
    let shape = try dimensions.numbers(file: file).map { Int($0) }
    guard shape.count >= 2, shape.allSatisfy({ $0 >= 0 }) else {
      throw InputError(file: file, "an array of shape \(shape)")
    }
    let name = String(decoding: try cursor.element(padded: true).bytes, as: UTF8.self)
    // 6 … 15 are the number types from double to uint64.
    guard (6...15).contains(kind), !isComplex else {
      matrices[name] = Matrix(shape: shape, values: nil)
      return
    }
    let values = try cursor.element(padded: true).numbers(file: file)
    let count = shape.reduce((1, false)) { product, length in
      let (value, overflow) = product.0.multipliedReportingOverflow(by: length)
      return (value, product.1 || overflow)
    }
    guard !count.1, values.count == count.0 else {
      throw InputError(file: file, at: name, "\(values.count) numbers for an array of shape \(shape)")
    }
    matrices[name] = Matrix(shape: shape, values: values)
  }
}

/// A tagged piece of the file.
private struct Element {
  let type: UInt32
  let bytes: [UInt8]

  /// The numbers inside, whatever type they are kept in: MATLAB stores small whole numbers in few bytes.
  func numbers(file: String) throws -> [Double] {
    let sizes: [UInt32: Int] = [1: 1, 2: 1, 3: 2, 4: 2, 5: 4, 6: 4, 7: 4]
    let numbers = bytes.count / (sizes[type] ?? 8)
    try MemoryBudget.check(
      bytes: MemoryBudget.bytes([numbers, 16]), for: file, what: "an array's \(numbers) numbers")
    switch type {
    case 1: return read(Int8.self).map(Double.init)
    case 2: return read(UInt8.self).map(Double.init)
    case 3: return read(Int16.self).map(Double.init)
    case 4: return read(UInt16.self).map(Double.init)
    case 5: return read(Int32.self).map(Double.init)
    case 6: return read(UInt32.self).map(Double.init)
    case 7: return read(UInt32.self).map { Double(Float(bitPattern: $0)) }
    case 9: return read(UInt64.self).map { Double(bitPattern: $0) }
    case 12: return read(Int64.self).map(Double.init)
    case 13: return read(UInt64.self).map(Double.init)
    default: throw InputError(file: file, "numbers of the unknown type \(type)")
    }
  }

  private func read<N: FixedWidthInteger>(_ type: N.Type) -> [N] {
    let size = MemoryLayout<N>.size
    return bytes.withUnsafeBytes { buffer in
      (0..<bytes.count / size).map { N(littleEndian: buffer.loadUnaligned(fromByteOffset: $0 * size, as: N.self)) }
    }
  }
}

/// Goes through tagged pieces.
private struct Cursor {
  let bytes: [UInt8]
  var position: Int
  let file: String

  var remaining: Int { bytes.count - position }

  /// The next piece; inside an array pieces fill up to eight bytes.
  mutating func element(padded: Bool) throws -> Element {
    let first = try word()
    // Up to four bytes may sit in the tag itself, their number in its upper half.
    if first >> 16 != 0 {
      let count = Int(first >> 16)
      guard count <= 4, remaining >= 4 else { throw damaged(count) }
      let piece = Element(type: first & 0xFFFF, bytes: Array(bytes[position..<position + count]))
      position += 4
      return piece
    }
    let count = Int(try word())
    guard count <= remaining else { throw damaged(count) }
    let piece = Element(type: first, bytes: Array(bytes[position..<position + count]))
    position += count
    if padded { position = min(bytes.count, position + (8 - count % 8) % 8) }
    return piece
  }

  private mutating func word() throws -> UInt32 {
    guard remaining >= 4 else { throw damaged(4) }
    defer { position += 4 }
    return (0..<4).reduce(0) { $0 | UInt32(bytes[position + $1]) << UInt32(8 * $1) }
  }

  private func damaged(_ count: Int) -> InputError {
    InputError(file: file, "is cut short: a piece of \(count) bytes is claimed where \(remaining) are left")
  }
}
