import Tensors

/// Splits text into records and cells (RFC 4180), with line ends of any system.
struct CSVParser {
  let file: String
  /// Between two cells.
  let separator: UInt8
  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var position = 0
    func fail(_ problem: String) -> InputError { InputError(file: file, at: "row \(records.count + 1)", problem) }
    func endsCell(_ byte: UInt8) -> Bool {
      byte == separator || byte == Self.newline || byte == Self.carriageReturn
    }
    while position < bytes.count {
      if bytes[position] == Self.quote {
        var end = position + 1
        var cell: [UInt8] = []
        while true {
          guard end < bytes.count else { throw fail("the quote of column \(record.count + 1) is never closed") }
          if bytes[end] != Self.quote {
            cell.append(bytes[end])
            end += 1
          } else if end + 1 < bytes.count, bytes[end + 1] == Self.quote {
            cell.append(Self.quote)
            end += 2
          } else {
            break
          }
        }
        position = end + 1
        guard position == bytes.count || endsCell(bytes[position]) else {
          throw fail("text after the closing quote of column \(record.count + 1)")
        }
        guard let text = String(validating: cell, as: UTF8.self) else { throw fail(TextEncoding.problem) }
        record.append(text)
      } else {
        let start = position
        while position < bytes.count, !endsCell(bytes[position]) {
          if bytes[position] == Self.quote {
            throw fail("a quote inside column \(record.count + 1), which does not begin with one")
          }
          position += 1
        }
        let cell = UnsafeBufferPointer(rebasing: bytes[start..<position])
        guard let text = String(validating: cell, as: UTF8.self) else { throw fail(TextEncoding.problem) }
        record.append(text)
      }
      guard position < bytes.count else { break }
      if bytes[position] == separator {
        position += 1
        if position == bytes.count { record.append("") }
      } else {
        let isPair =
          bytes[position] == Self.carriageReturn && position + 1 < bytes.count
          && bytes[position + 1] == Self.newline
        position += isPair ? 2 : 1
        records.append(record)
        record = []
      }
    }
    if !record.isEmpty { records.append(record) }
    while let last = records.last, last == [""], records.count > 1, records[0].count > 1 { records.removeLast() }
    return records
  }
}
