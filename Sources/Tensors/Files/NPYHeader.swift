import Foundation

/// The dictionary at the beginning of an `.npy` file: element type, memory order, shape.
struct NPYHeader: Equatable {
  var descriptor: String
  var columnMajor: Bool
  var shape: [Int]

  /// Parses the Python dictionary display `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
  ///
  /// Only what NumPy writes is accepted: exactly these three keys once each, in any order, then blanks.
  init(_ text: Data, origin: Origin) throws {
    var scanner = PythonScanner(bytes: [UInt8](text), origin: origin)
    var descriptor: String?
    var columnMajor: Bool?
    var shape: [Int]?
    try scanner.expect("{")
    while !scanner.accept("}") {
      let key = try scanner.string()
      try scanner.expect(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try scanner.elementType()
      case "fortran_order" where columnMajor == nil: columnMajor = try scanner.boolean()
      case "shape" where shape == nil: shape = try scanner.tuple()
      case "descr", "fortran_order", "shape": throw origin.error("header has the key '\(key)' twice")
      default: throw origin.error("header has the unknown key '\(key)'; expected descr, fortran_order, shape")
      }
      if !scanner.accept(",") {
        try scanner.expect("}")
        break
      }
    }
    try scanner.expectEnd()
    guard let descriptor, let columnMajor, let shape else {
      throw origin.error("header lacks one of the keys descr, fortran_order, shape")
    }
    self.descriptor = descriptor
    self.columnMajor = columnMajor
    self.shape = shape
  }

  /// The element type and whether its bytes are big-endian.
  func storedType(origin: Origin) throws -> (type: StoredType, bigEndian: Bool) {
    let type: StoredType
    switch descriptor.dropFirst() {
    case "b1": type = .engine(.bool)
    case "i1": type = .engine(.int8)
    case "u1": type = .engine(.uint8)
    case "i2": type = .engine(.int16)
    case "i4": type = .engine(.int32)
    case "i8": type = .engine(.int64)
    case "u2": type = .uint16
    case "u4": type = .uint32
    case "u8": type = .uint64
    case "f2": type = .engine(.float16)
    case "f4": type = .engine(.float32)
    case "f8": type = .engine(.float64)
    case "c8": type = .engine(.complex64)
    case "c16": type = .engine(.complex128)
    case let other where other.first == "O":
      throw origin.error("holds Python objects (dtype '\(descriptor)'), which are never loaded; expected numbers")
    case let other where other.first == "U" || other.first == "S":
      throw origin.error("holds strings (dtype '\(descriptor)'); expected numbers")
    default:
      throw origin.error("has the dtype '\(descriptor)'; expected b1, i1–i8, u1–u8, f2–f8, c8 or c16")
    }
    switch descriptor.first {
    case "<", "=": return (type, false)
    case ">": return (type, true)
    case "|" where type.itemSize == 1: return (type, false)
    default: throw origin.error("has the dtype '\(descriptor)' without a byte order; expected < or > first")
    }
  }
}

/// A cursor over the few forms of Python literals that an `.npy` header has.
private struct PythonScanner: HeaderScanner {
  let bytes: [UInt8]
  let origin: Origin
  var position = 0

  init(bytes: [UInt8], origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  mutating func string() throws -> String {
    guard let quote = next(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a quoted string")
    }
    let start = position + 1
    guard let end = bytes[start...].firstIndex(of: quote) else {
      throw origin.error("header has an unterminated string at position \(position)")
    }
    let content = bytes[start..<end]
    guard content.allSatisfy({ (0x20...0x7e).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      throw origin.error("header has a string with unusual characters at position \(position)")
    }
    position = end + 1
    return String(decoding: content, as: UTF8.self)
  }

  mutating func elementType() throws -> String {
    guard next() != UInt8(ascii: "[") else {
      throw origin.error("holds records with named fields (structured dtype); expected plain numbers")
    }
    return try string()
  }

  mutating func boolean() throws -> Bool {
    _ = next()
    for (word, value) in [("True", true), ("False", false)] where bytes[position...].starts(with: word.utf8) {
      position += word.utf8.count
      return value
    }
    throw unexpected("True or False")
  }

  mutating func tuple() throws -> [Int] {
    var values: [Int] = []
    try expect("(")
    while !accept(")") {
      values.append(try integer())
      if !accept(",") {
        // (3) is a number in Python, not a tuple.
        guard values.count > 1 else { throw unexpected("','") }
        try expect(")")
        break
      }
    }
    return values
  }

  private mutating func integer() throws -> Int {
    let value = try wholeNumber()
    // Python 2 wrote long integers as 3L.
    if position < bytes.count, bytes[position] == UInt8(ascii: "L") { position += 1 }
    return value
  }
}
