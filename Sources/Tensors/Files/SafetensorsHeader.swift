import Foundation

/// The JSON object at the beginning of a safetensors file.
struct SafetensorsHeader {
  struct Entry {
    var name: String
    var dtype: String
    var shape: [Int]
    var start: Int
    var end: Int
  }

  var entries: [Entry] = []
  var metadata: [String: String] = [:]

  /// Parses the header strictly: known keys only, nothing twice, nothing after the object but blanks.
  init(_ text: Data, origin: Origin) throws {
    var scanner = JSONScanner(bytes: [UInt8](text), origin: origin)
    var names: Set<String> = []
    var hasMetadata = false
    guard scanner.bytes.first == UInt8(ascii: "{") else { throw origin.error("header does not begin with '{'") }
    var entries: [Entry] = []
    var metadata: [String: String] = [:]
    try scanner.object { scanner, name in
      if name == "__metadata__" {
        guard !hasMetadata else { throw origin.error("header has __metadata__ twice") }
        hasMetadata = true
        try scanner.object { scanner, key in
          guard metadata.updateValue(try scanner.string(), forKey: key) == nil else {
            throw origin.error("metadata has the key '\(key)' twice")
          }
        }
      } else {
        guard names.insert(name).inserted else { throw origin.error("header has the tensor '\(name)' twice") }
        entries.append(try Self.entry(name, &scanner, origin: origin.at(name)))
      }
    }
    try scanner.expectEnd()
    self.entries = entries
    self.metadata = metadata
  }

  private static func entry(_ name: String, _ scanner: inout JSONScanner, origin: Origin) throws -> Entry {
    var dtype: String?
    var shape: [Int]?
    var offsets: [Int]?
    try scanner.object { scanner, key in
      switch key {
      case "dtype" where dtype == nil: dtype = try scanner.string()
      case "shape" where shape == nil: shape = try scanner.integers()
      case "data_offsets" where offsets == nil: offsets = try scanner.integers()
      case "dtype", "shape", "data_offsets": throw origin.error("has the key '\(key)' twice")
      default: throw origin.error("has the unknown key '\(key)'; expected dtype, shape, data_offsets")
      }
    }
    guard let dtype, let shape, let offsets else {
      throw origin.error("lacks one of the keys dtype, shape, data_offsets")
    }
    guard offsets.count == 2 else { throw origin.error("has \(offsets.count) data_offsets; expected 2") }
    return Entry(name: name, dtype: dtype, shape: shape, start: offsets[0], end: offsets[1])
  }

  /// JSON text of the header, without its length and padding.
  static func text(_ entries: [Entry], metadata: [String: String]) -> String {
    var parts: [String] = []
    if !metadata.isEmpty {
      let pairs = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
      parts.append("\"__metadata__\":{\(pairs.joined(separator: ","))}")
    }
    for entry in entries {
      let shape = entry.shape.map(String.init).joined(separator: ",")
      parts.append(
        "\(quoted(entry.name)):{\"dtype\":\"\(entry.dtype)\",\"shape\":[\(shape)],"
          + "\"data_offsets\":[\(entry.start),\(entry.end)]}")
    }
    return "{\(parts.joined(separator: ","))}"
  }

  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{8}": result += "\\b"
      case "\u{c}": result += "\\f"
      case _ where scalar.value < 0x20: result += "\\u00" + hexadecimal(scalar.value).suffix(2)
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// A cursor over the JSON that the header may have: objects, strings, lists of whole numbers.
///
/// Foundation's parser keeps one of two equal keys without a word, and here that would hide a tensor.
private struct JSONScanner: HeaderScanner {
  let bytes: [UInt8]
  let origin: Origin
  var position = 0

  init(bytes: [UInt8], origin: Origin) {
    self.bytes = bytes
    self.origin = origin
  }

  /// Calls `value` at the value of each key.
  mutating func object(_ value: (inout JSONScanner, String) throws -> Void) throws {
    try expect("{")
    if accept("}") { return }
    repeat {
      let key = try string()
      try expect(":")
      try value(&self, key)
    } while accept(",")
    try expect("}")
  }

  mutating func integers() throws -> [Int] {
    var values: [Int] = []
    try expect("[")
    if accept("]") { return [] }
    repeat { values.append(try integer()) } while accept(",")
    try expect("]")
    return values
  }

  private mutating func integer() throws -> Int {
    let isZero = next() == UInt8(ascii: "0")
    let start = position
    let value = try wholeNumber()
    guard !isZero || position == start + 1 else {
      throw origin.error("header has a number with a leading 0 at position \(start)")
    }
    return value
  }

  mutating func string() throws -> String {
    guard next() == UInt8(ascii: "\"") else { throw unexpected("a string") }
    let start = position
    var content: [UInt8] = []
    position += 1
    while position < bytes.count, bytes[position] != UInt8(ascii: "\"") {
      let byte = bytes[position]
      position += 1
      if byte == UInt8(ascii: "\\") {
        content.append(contentsOf: try escape().utf8)
      } else if byte >= 0x20 {
        content.append(byte)
      } else {
        throw origin.error("header has the control character \(byte) in a string at position \(position - 1)")
      }
    }
    guard position < bytes.count else {
      throw origin.error("header has an unterminated string at position \(start)")
    }
    position += 1
    guard let string = String(validating: content, as: UTF8.self) else {
      throw origin.error("header has a string that is not UTF-8 at position \(start)")
    }
    return string
  }

  private mutating func escape() throws -> String {
    guard position < bytes.count else { throw unexpected("an escaped character") }
    let byte = bytes[position]
    position += 1
    switch Unicode.Scalar(byte) {
    case "\"", "\\", "/": return String(Unicode.Scalar(byte))
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "b": return "\u{8}"
    case "f": return "\u{c}"
    case "u":
      var units = [try codeUnit()]
      if UTF16.isLeadSurrogate(units[0]), bytes[position...].starts(with: "\\u".utf8) {
        position += 2
        units.append(try codeUnit())
      }
      guard let string = String(validating: units, as: UTF16.self) else {
        throw origin.error("header has half a surrogate pair at position \(position)")
      }
      return string
    default: throw origin.error("header has an unknown escape at position \(position - 1)")
    }
  }

  private mutating func codeUnit() throws -> UInt16 {
    let digits = bytes[position...].prefix(4)
    guard digits.count == 4, digits.allSatisfy({ Unicode.Scalar($0).properties.isASCIIHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw origin.error("header has \\u without four hexadecimal digits at position \(position)") }
    position += 4
    return unit
  }
}
