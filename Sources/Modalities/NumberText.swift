import Foundation

/// Numbers of a table as text: with a decimal point or, throughout the table, a decimal comma.
struct NumberText {
  /// Whether a comma stands before the fraction.
  let hasDecimalComma: Bool

  /// Finds out which.
  ///
  /// A comma is a decimal one where no cell has a point, every cell with a comma is a number with it, and it cannot
  /// part thousands: in one of them other than three digits follow.
  init(_ cells: some Sequence<String>) {
    var isDecimal = false
    for cell in cells where !cell.isEmpty {
      if cell.utf8.contains(UInt8(ascii: ".")) {
        hasDecimalComma = false
        return
      }
      guard let comma = cell.firstIndex(of: ",") else { continue }
      guard Self.withPoint(cell) != nil else {
        hasDecimalComma = false
        return
      }
      let digits = cell[cell.index(after: comma)...].prefix { $0.isWholeNumber }.count
      isDecimal = isDecimal || digits != 3
    }
    hasDecimalComma = isDecimal
  }

  /// nil where the cell is no number.
  func callAsFunction(_ cell: String) -> Double? {
    if let value = Double(cell) { return value }
    let trimmed = cell.trimmingCharacters(in: .whitespaces)
    return hasDecimalComma ? Self.withPoint(trimmed) : Double(trimmed)
  }

  private static func withPoint(_ cell: String) -> Double? {
    Double(cell.replacingOccurrences(of: ",", with: "."))
  }
}
