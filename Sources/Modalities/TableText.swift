import Foundation
import Tensors

/// The cells of a table as they stand in a file, whatever program wrote it.
///
/// Cells are separated by commas (RFC 4180). Where commas do not give rows of one length and semicolons or tabs do, those
/// separate them, and a note says so.
struct TableText {
  let records: [[String]]
  /// What a reader should be told.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - file: as errors call it.
  ///   - separator: of the cells; nil to find out.
  /// - Throws: `InputError` naming the row, or another separator than is expected.
  init(_ data: Data, file: String, separator: UInt8? = nil) throws {
    let (bytes, note) = try TextEncoding.utf8(data, file: file)
    notes += [note].compactMap { $0 }
    func parse(_ separator: UInt8) throws -> [[String]] {
      try bytes.withUnsafeBufferPointer(CSVParser(file: file, separator: separator).parse)
    }
    if let separator {
      records = try parse(separator)
      let isTab = separator == UInt8(ascii: "\t")
      if isTab, Self.columns(records) == 1, let other = Self.separator(bytes, file, among: [",", ";", "|", " "]) {
        throw InputError(
          file: file,
          "is named .tsv, so that tabs were expected between the cells, but \(Self.names[other] ?? "") separate them; "
            + (",;".unicodeScalars.contains(other) ? "name it .csv" : "write tabs"))
      }
      return
    }
    let commas = Result { try parse(UInt8(ascii: ",")) }
    if case .success(let records) = commas, let columns = Self.columns(records), columns > 1 {
      self.records = records
      return
    }
    if let other = Self.separator(bytes, file, among: [";", "\t"]) {
      records = try parse(UInt8(ascii: other))
      notes.append("\(file) is separated by \(Self.names[other] ?? ""), not by commas, and is read as such")
      return
    }
    // Text of several cells may happen to have as many blanks everywhere.
    if (try? commas.get())?.first?.count ?? 1 == 1, let other = Self.separator(bytes, file, among: ["|", " "]) {
      throw InputError(
        file: file, "is separated by \(Self.names[other] ?? ""); write commas, semicolons or tabs between the cells")
    }
    records = try commas.get()
  }

  private static let names: [Unicode.Scalar: String] = [
    ",": "commas", ";": "semicolons", "\t": "tabs", "|": "vertical bars (\"|\")", " ": "blanks",
  ]

  /// The first of some that gives rows of one length, and more than one cell in each.
  private static func separator(_ bytes: [UInt8], _ file: String, among some: [Unicode.Scalar]) -> Unicode.Scalar? {
    some.first { separator in
      guard bytes.contains(UInt8(ascii: separator)) else { return false }
      // Columns are often lined up by several blanks.
      let bytes = separator == " " ? singleBlanks(bytes) : bytes
      let parser = CSVParser(file: file, separator: UInt8(ascii: separator))
      return (try? bytes.withUnsafeBufferPointer(parser.parse)).flatMap(columns) ?? 1 > 1
    }
  }

  /// With one blank for several, and none at the ends of lines.
  private static func singleBlanks(_ bytes: [UInt8]) -> [UInt8] {
    let (blank, newline, carriageReturn) = (UInt8(ascii: " "), UInt8(ascii: "\n"), UInt8(ascii: "\r"))
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count)
    for byte in bytes {
      if byte == newline || byte == carriageReturn {
        if result.last == blank { result.removeLast() }
      } else if byte == blank, [blank, newline, carriageReturn, nil].contains(result.last) {
        continue
      }
      result.append(byte)
    }
    if result.last == blank { result.removeLast() }
    return result
  }

  /// Cells of each row; nil where rows differ.
  private static func columns(_ records: [[String]]) -> Int? {
    guard let first = records.first, records.allSatisfy({ $0.count == first.count }) else { return nil }
    return first.count
  }
}
