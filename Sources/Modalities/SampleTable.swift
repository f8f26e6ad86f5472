public import Foundation
import Tensors

/// A table with a header, separated by commas (RFC 4180), or by semicolons or tabs: `samples.csv`, tables of labels.
///
/// Rows are counted as a person counts them in a spreadsheet: the header is row 1, the first sample row 2.
public struct SampleTable: Sendable, Equatable {
  /// The name used in errors.
  public let file: String
  public let header: [String]
  public private(set) var rows: [[String]]
  /// What a reader should be told of how the file was read: an unusual separator or encoding.
  public private(set) var notes: [String] = []
  private let columns: [String: Int]
  /// Rows of the file above the first sample.
  private let headerRows: Int

  /// A table made in memory.
  /// - Throws: `InputError` when a column name appears twice or a row has the wrong number of cells.
  public init(file: String = "samples.csv", header: [String], rows: [[String]]) throws {
    try self.init(file: file, header: header, rows: rows, headerRows: 1)
  }

  /// The same for a file with so many rows above the first sample; without any, the header is made up.
  init(file: String, header: [String], rows: [[String]], headerRows: Int) throws {
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
        file: file, at: "row \(index + 1 + headerRows)",
        "\(row.count) columns, expected \(header.count) as in the \(headerRows == 0 ? "first row" : "header")")
    }
    self.file = file
    self.header = header
    self.rows = rows
    self.columns = columns
    self.headerRows = headerRows
  }

  /// Reads a table from a file; `name` is how errors call it, by default the last part of the path.
  /// - Throws: `InputError` naming the row.
  public static func read(_ url: URL, name: String? = nil) throws -> SampleTable {
    let file = name ?? url.lastPathComponent
    let data = try readBytes(url, name: file)
    try MemoryBudget.checkTable(bytes: data.count, for: file)
    let text = try TableText(data, file: file, separator: Self.separator(url))
    var records = text.records
    guard !records.isEmpty else { throw InputError(file: file, "is empty; a header was expected") }
    let header = records.removeFirst()
    var table = try SampleTable(file: file, header: header, rows: records)
    table.notes = text.notes
    return table
  }

  /// What the name of a file says of the separator of its cells.
  static func separator(_ url: URL) -> UInt8? { url.pathExtension.lowercased() == "tsv" ? UInt8(ascii: "\t") : nil }

  /// Reads a table without a header: all rows, which must have the same number of cells. Row 1 is the first.
  public static func readRows(_ url: URL, name: String? = nil) throws -> [[String]] {
    let file = name ?? url.lastPathComponent
    let rows = try TableText(readBytes(url, name: file), file: file, separator: UInt8(ascii: ",")).records
    for (index, row) in rows.enumerated() where row.count != rows[0].count {
      throw InputError(file: file, at: "row \(index + 1)", "\(row.count) columns, expected \(rows[0].count)")
    }
    return rows
  }

  public func column(_ name: String) -> Int? { columns[name] }

  /// The row of the file that holds a sample, as a person counts.
  public func place(_ row: Int) -> String { "row \(row + 1 + headerRows)" }

  /// "row 3", "rows 3 and 7", "rows 3, 7, 9 and 12 more".
  func places(_ rows: [Int]) -> String {
    let shown = rows.prefix(3).map { "\($0 + 1 + headerRows)" }
    if rows.count > 3 { return "rows \(shown.joined(separator: ", ")) and \(rows.count - 3) more" }
    return rows.count == 1 ? place(rows[0]) : "rows \(shown.dropLast().joined(separator: ", ")) and \(shown.last ?? "")"
  }

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
