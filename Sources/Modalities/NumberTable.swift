import Foundation
import Tensors

/// A table of numbers: `[rows, columns]` float64 without its column `id`; an empty cell is NaN.
struct NumberTable {
  /// How errors call the file.
  let file: String
  /// What the first row is; nil for names of the columns.
  let header: TableHeader?
  /// What a column `id` must list in that order; nil for anything.
  let ids: [String]?

  /// - Parameter note: told what a reader should know of how the file was read.
  /// - Throws: `InputError` naming row and column, for a first row of numbers whose meaning is not said too.
  func read(_ url: URL, note: (String) -> Void) throws -> Tensor {
    let data = try readBytes(url, name: file)
    try MemoryBudget.checkTable(bytes: data.count, for: file)
    let text = try TableText(data, file: file, separator: SampleTable.separator(url))
    text.notes.forEach(note)
    var records = text.records
    guard let first = records.first else { throw InputError(file: file, "is empty; a row of names was expected") }
    if header == nil, first.allSatisfy({ Double($0) != nil }) {
      try checkNames(first, rows: records.count)
    }
    var names = first
    if header == .absent {
      names = first.indices.map { "\($0 + 1)" }
    } else {
      records.removeFirst()
    }
    // Checks names and the lengths of rows.
    let table = try SampleTable(
      file: file, header: names, rows: records, headerRows: header == .absent ? 0 : 1)
    return try numbers(table, note)
  }

  /// Refuses a first row that looks like numbers of a sample, which would be lost; 0, 1, 2 … and 1, 2, 3 … are names that
  /// other programs give.
  private func checkNames(_ first: [String], rows: Int) throws {
    let isCount = first.count > 1 && first.enumerated().allSatisfy { Int($1) == $0 }
    let isCountFromOne = first.count > 1 && first.enumerated().allSatisfy { Int($1) == $0 + 1 }
    // Names leave one row less than there are samples.
    guard !(isCount || isCountFromOne) || rows == ids?.count else { return }
    throw InputError(
      file: file, at: "row 1",
      "all numbers, where names of the columns were expected; if there are none, say `header: none` in "
        + "\(Manifest.fileName), and `header: row` if these are the names")
  }

  private func numbers(_ table: SampleTable, _ note: (String) -> Void) throws -> Tensor {
    let idColumn = header == .absent ? nil : table.column("id")
    if let ids, let idColumn {
      for (row, expected) in ids.enumerated() where row < table.rows.count && table.rows[row][idColumn] != expected {
        throw InputError(
          file: file, at: table.place(row),
          "id \"\(table.rows[row][idColumn])\", but \"\(expected)\" in samples.csv; "
            + "both must list the samples in the same order")
      }
    }
    let columns = table.header.indices.filter { $0 != idColumn }
    let number = NumberText(table.rows.lazy.flatMap { row in columns.lazy.map { row[$0] } })
    if number.hasDecimalComma { note("\(file) has decimal commas and is read as such") }
    var values: [Double] = []
    values.reserveCapacity(table.rows.count * columns.count)
    for (row, cells) in table.rows.enumerated() {
      for column in columns {
        let cell = cells[column]
        guard let value = cell.isEmpty || cell == "NA" ? .nan : number(cell) else {
          let hint = cell.contains(",") ? "; write a decimal point" : ""
          throw InputError(
            file: file, at: "\(table.place(row)), column \"\(table.header[column])\"",
            "\"\(cell)\" is not a number\(hint)")
        }
        values.append(value)
      }
    }
    return Tensor(values, shape: [table.rows.count, columns.count])
  }
}
