public import Foundation
import Tensors

/// A table of comma-separated values with a header (RFC 4180): `samples.csv`, tables of features, labels.
///
/// Rows are counted as a person counts them in a spreadsheet: the header is row 1, the first sample row 2.
public struct SampleTable: Sendable, Equatable {
  /// The name used in errors.
  public let file: String
  public let header: [String]
  public private(set) var rows: [[String]]
  private let columns: [String: Int]

  /// A table made in memory.
  /// - Throws: `InputError` when a column name appears twice or a row has the wrong number of cells.
  public init(file: String = "samples.csv", header: [String], rows: [[String]]) throws {
    var columns: [String: Int] = [:]
    for (index, name) in header.enumerated() {
      guard !name.isEmpty else { throw InputError(file: file, at: "row 1", "column \(index + 1) has no name") }
      if let first = columns.updateValue(index, forKey: name) {
        throw InputError(
          file: file, at: "row 1", "column \"\(name.oneLine)\" appears twice, as column \(first + 1) and \(index + 1)")
      }
    }
    for (index, row) in rows.enumerated() where row.count != header.count {
      throw InputError(
        file: file, at: "row \(index + 2)", "\(row.count) columns, expected \(header.count) as in the header")
    }
    self.file = file
    self.header = header
    self.rows = rows
    self.columns = columns
  }

  /// Reads a table from a file; `name` is how errors call it, by default the last part of the path.
  /// - Throws: `InputError` naming the row.
  public static func read(_ url: URL, name: String? = nil) throws -> SampleTable {
    let file = name ?? url.lastPathComponent
    var records = try CSVParser(file: file).parse(readBytes(url, name: file))
    guard !records.isEmpty else { throw InputError(file: file, "is empty; a header was expected") }
    let header = records.removeFirst()
    return try SampleTable(file: file, header: header, rows: records)
  }

  /// Reads a table without a header: all rows, which must have the same number of cells. Row 1 is the first.
  public static func readRows(_ url: URL, name: String? = nil) throws -> [[String]] {
    let file = name ?? url.lastPathComponent
    let rows = try CSVParser(file: file).parse(readBytes(url, name: file))
    for (index, row) in rows.enumerated() where row.count != rows[0].count {
      throw InputError(file: file, at: "row \(index + 1)", "\(row.count) columns, expected \(rows[0].count)")
    }
    return rows
  }

  public func column(_ name: String) -> Int? { columns[name] }

  /// The row of the file that holds a sample, as a person counts.
  public func place(_ row: Int) -> String { "row \(row + 2)" }

  /// All cells of a column.
  public func cells(_ name: String) -> [String]? { columns[name].map { column in rows.map { $0[column] } } }

  /// The table as text.
  public var text: String {
    var table = CSVText(header)
    rows.forEach { table.append($0) }
    return table.text
  }

  /// Writes the table under a temporary name, then renames it.
  public func write(to url: URL) throws { try AtomicFile.write(Data(text.utf8), to: url) }
}

/// Splits text into records and cells (RFC 4180), with line ends of any system.
private struct CSVParser {
  let file: String
  private static let comma = UInt8(ascii: ",")
  private static let quote = UInt8(ascii: "\"")
  private static let newline = UInt8(ascii: "\n")
  private static let carriageReturn = UInt8(ascii: "\r")

  func parse(_ data: Data) throws -> [[String]] {
    var bytes = [UInt8](data)
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes.removeFirst(3) }
    return try bytes.withUnsafeBufferPointer(parse)
  }

  private func parse(_ bytes: UnsafeBufferPointer<UInt8>) throws -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var position = 0
    func fail(_ problem: String) -> InputError { InputError(file: file, at: "row \(records.count + 1)", problem) }
    func endsCell(_ byte: UInt8) -> Bool {
      byte == Self.comma || byte == Self.newline || byte == Self.carriageReturn
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
        guard let text = String(validating: cell, as: UTF8.self) else { throw fail("is not UTF-8 text") }
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
        guard let text = String(validating: cell, as: UTF8.self) else { throw fail("is not UTF-8 text") }
        record.append(text)
      }
      guard position < bytes.count else { break }
      if bytes[position] == Self.comma {
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
