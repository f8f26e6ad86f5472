/// A table as comma-separated text (RFC 4180, lines ended by a line feed).
public struct CSVText: Sendable {
  public private(set) var text = ""

  public init(_ header: [String]) { append(header) }

  /// Adds a row; cells with a comma, a quote or a line end are quoted.
  public mutating func append(_ cells: [String]) {
    // A lone empty cell would read as an empty line.
    text += (cells == [""] ? "\"\"" : cells.map(Self.quoted).joined(separator: ",")) + "\n"
  }

  private static func quoted(_ cell: String) -> String {
    // Bytes, since "\r\n" is one character, as is a quote under an accent.
    guard cell.utf8.contains(where: { ",\"\n\r".utf8.contains($0) }) else { return cell }
    let quote = UInt8(ascii: "\"")
    let doubled = cell.utf8.flatMap { $0 == quote ? [quote, quote] : [$0] }
    return "\"" + String(decoding: doubled, as: UTF8.self) + "\""
  }
}
