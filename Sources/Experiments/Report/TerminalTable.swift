import Foundation
import Tensors

/// Plain aligned columns for a terminal.
///
/// ```swift
/// print(TerminalTable(["method", "accuracy"], rows: [["early", "87.4 %"]], numbers: [1]).text(width: 80))
/// ```
public struct TerminalTable: Sendable {
  public var header: [String]
  public var rows: [[String]]
  /// Columns that are aligned to the right and never shortened.
  public var numbers: Set<Int>

  /// - Precondition: every row has as many cells as the header.
  public init(_ header: [String], rows: [[String]], numbers: Set<Int> = []) {
    for row in rows {
      precondition(row.count == header.count, "a row of \(row.count) cells under \(header.count) headings")
    }
    self.header = header
    self.rows = rows
    self.numbers = numbers
  }

  /// The table as lines, no longer than `width` columns of a terminal.
  ///
  /// Texts are shortened first, longest column first, to no less than eight columns each; where that is not enough, the
  /// last columns are left out and named below.
  /// - Parameter width: of the terminal by default; `nil` for no limit, as in a file or a pipe.
  public func text(width: Int? = standardOutputWidth) -> String {
    let cells = ([header] + rows).map { $0.map { $0.shown() } }
    var widths = header.indices.map { column in cells.map { Self.columns($0[column]) }.max() ?? 0 }
    var shown = header.count
    if let width {
      func total() -> Int { widths[..<shown].reduce(0, +) + 2 * max(0, shown - 1) }
      while total() > width, shown > 1 {
        let longest = (0..<shown).filter { !numbers.contains($0) && widths[$0] > 8 }.max { widths[$0] < widths[$1] }
        if let longest { widths[longest] -= 1 } else { shown -= 1 }
      }
    }
    var lines = cells.map { row in
      var line = ""
      for column in 0..<shown {
        let cell = Self.shortened(row[column], to: widths[column])
        let space = String(repeating: " ", count: widths[column] - Self.columns(cell))
        line += (column == 0 ? "" : "  ") + (numbers.contains(column) ? space + cell : cell + space)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = widths[..<shown].map { String(repeating: "─", count: $0) }.joined(separator: "  ")
    lines.insert(rule, at: 1)
    if shown < header.count {
      lines.append("not shown: \(cells[0][shown...].joined(separator: ", ")) (terminal too narrow)")
    }
    return lines.joined(separator: "\n")
  }

  /// The table with long texts continued in rows below, so that it fits; as it is where it does.
  ///
  /// - Parameters:
  ///   - wrapped: columns that may be broken between words.
  ///   - width: of the terminal by default; `nil` for no limit.
  public func wrapping(_ wrapped: Set<Int>, width: Int? = standardOutputWidth) -> TerminalTable {
    let widths = header.indices.map { column in ([header] + rows).map { Self.columns($0[column]) }.max() ?? 0 }
    guard let width, !wrapped.isEmpty, widths.reduce(-2, { $0 + $1 + 2 }) > width else { return self }
    let others = widths.indices.filter { !wrapped.contains($0) }.reduce(-2) { $0 + widths[$1] + 2 }
    let room = max(12, (width - others) / wrapped.count - 2)
    let broken = rows.flatMap { row in
      let parts = row.indices.map { wrapped.contains($0) ? Self.broken(row[$0], to: room) : [row[$0]] }
      return (0..<(parts.map(\.count).max() ?? 0)).map { line in parts.map { line < $0.count ? $0[line] : "" } }
    }
    return TerminalTable(header, rows: broken, numbers: numbers)
  }

  /// A text as lines of whole words.
  private static func broken(_ text: String, to width: Int) -> [String] {
    text.split(separator: " ").reduce(into: [""]) { lines, word in
      let longer = lines[lines.count - 1].isEmpty ? String(word) : lines[lines.count - 1] + " " + word
      if lines[lines.count - 1].isEmpty || columns(longer) <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(String(word))
      }
    }
  }

  /// Columns of the terminal on standard output; `nil` where standard output is not a terminal.
  public static var standardOutputWidth: Int? {
    var size = winsize()
    guard isatty(STDOUT_FILENO) == 1, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }

  /// Columns that a text takes: two for wide East Asian letters and emoji, one for a letter with its marks.
  static func columns(_ text: String) -> Int {
    text.reduce(0) { $0 + (isWide($1) ? 2 : 1) }
  }

  private static func isWide(_ character: Character) -> Bool {
    guard let scalar = character.unicodeScalars.first else { return false }
    if scalar.properties.isEmojiPresentation || character.unicodeScalars.contains("\u{FE0F}") { return true }
    return switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
      0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x20000...0x3FFFD:
      true
    default: false
    }
  }

  private static func shortened(_ text: String, to width: Int) -> String {
    guard columns(text) > width else { return text }
    var result = ""
    var used = 0
    for character in text {
      let columns = isWide(character) ? 2 : 1
      guard used + columns < width else { break }
      result.append(character)
      used += columns
    }
    return result + "…"
  }
}

extension TerminalTable {
  /// The leaderboard of a comparison.
  public init(_ comparison: Comparison) {
    let metric = comparison.dataset.metric
    let rows = comparison.methods.map { method -> [String] in
      let start = [method.name]
      guard let main = method.metrics[metric.rawValue] else {
        return start + ["failed"] + Array(repeating: "–", count: 5) + [method.modalities.joined(separator: ", ")]
      }
      return start + [
        Format.score(main.mean, metric),
        "[\(Format.difference(main.ci95.low, metric)), \(Format.difference(main.ci95.high, metric))]",
        Format.difference(main.std, metric), Format.count(method.parameters), Format.seconds(method.trainSeconds),
        Format.microseconds(method.latencyMicroseconds.p50), method.modalities.joined(separator: ", "),
      ]
    }
    self.init(
      ["method", metric.label, "95 % interval", "± seeds", "parameters", "training", "latency", "modalities"],
      rows: rows, numbers: Set(1...6))
  }
}
