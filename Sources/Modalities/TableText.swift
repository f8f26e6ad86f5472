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
  /// - Throws: `InputError` naming the row.
  init(_ data: Data, file: String, separator: UInt8? = nil) throws {
    let (bytes, note) = try TextEncoding.utf8(data, file: file)
    notes += [note].compactMap { $0 }
    func parse(_ separator: UInt8) throws -> [[String]] {
      try bytes.withUnsafeBufferPointer(CSVParser(file: file, separator: separator).parse)
    }
    if let separator {
      records = try parse(separator)
      return
    }
    let commas = Result { try parse(UInt8(ascii: ",")) }
    if case .success(let records) = commas, let columns = Self.columns(records), columns > 1 {
      self.records = records
      return
    }
    for (other, name) in [(";", "semicolons"), ("\t", "tabs")] as [(Unicode.Scalar, String)] {
      let separator = UInt8(ascii: other)
      guard bytes.contains(separator), let records = try? parse(separator), let columns = Self.columns(records),
        columns > 1
      else { continue }
      self.records = records
      notes.append("\(file) is separated by \(name), not by commas, and is read as such")
      return
    }
    records = try commas.get()
  }

  /// Cells of each row; nil where rows differ.
  private static func columns(_ records: [[String]]) -> Int? {
    guard let first = records.first, records.allSatisfy({ $0.count == first.count }) else { return nil }
    return first.count
  }
}
