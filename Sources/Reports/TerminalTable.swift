public import Evaluation
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
  /// Columns that are left out first where the terminal is narrow, before any text is shortened; the first goes first.
  public var expendable: [Int]

  /// - Precondition: every row has as many cells as the header.
  public init(_ header: [String], rows: [[String]], numbers: Set<Int> = [], expendable: [Int] = []) {
    for row in rows {
      precondition(row.count == header.count, "a row of \(row.count) cells under \(header.count) headings")
    }
    self.header = header
    self.rows = rows
    self.numbers = numbers
    self.expendable = expendable
  }

  /// The table as lines, no longer than `width` columns of a terminal.
  ///
  /// Columns that are expendable are left out first; then texts are shortened, longest column first, to no less than eight
  /// columns each; where that is not enough, the last columns are left out. What is not shown is named below.
  /// - Parameter width: of the terminal by default; `nil` for no limit, as in a file or a pipe.
  public func text(width: Int? = standardOutputWidth) -> String {
    let cells = ([header] + rows).map { $0.map { $0.shown() } }
    var widths = header.indices.map { column in cells.map { Self.columns($0[column]) }.max() ?? 0 }
    var shown = Array(header.indices)
    if let width {
      func isTooWide() -> Bool { shown.reduce(-2) { $0 + widths[$1] + 2 } > width }
      for column in expendable where isTooWide() && shown.count > 1 { shown.removeAll { $0 == column } }
      while isTooWide(), shown.count > 1 {
        let longest = shown.filter { !numbers.contains($0) && widths[$0] > 8 }.max { widths[$0] < widths[$1] }
        if let longest { widths[longest] -= 1 } else { shown.removeLast() }
      }
    }
    var lines = cells.map { row in
      var line = ""
      for column in shown {
        let cell = Self.shortened(row[column], to: widths[column])
        let space = String(repeating: " ", count: widths[column] - Self.columns(cell))
        line +=
          (line.isEmpty && column == shown[0] ? "" : "  ") + (numbers.contains(column) ? space + cell : cell + space)
      }
      while line.last == " " { line.removeLast() }
      return line
    }
    let rule = shown.map { String(repeating: "─", count: widths[$0]) }.joined(separator: "  ")
    lines.insert(rule, at: 1)
    let left = header.indices.filter { !shown.contains($0) }
    if !left.isEmpty {
      lines.append("not shown: \(left.map { cells[0][$0] }.joined(separator: ", ")) (terminal too narrow)")
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
    return TerminalTable(header, rows: broken, numbers: numbers, expendable: expendable)
  }

  /// Prose whose lines are broken between words, so that a terminal does not break them inside one; what continues an
  /// indented line is indented as far.
  ///
  /// - Parameters:
  ///   - text: of one line or several.
  ///   - width: of the terminal by default; `nil` for no limit.
  public static func prose(_ text: String, width: Int? = standardOutputWidth) -> String {
    guard let width else { return text }
    return text.split(separator: "\n", omittingEmptySubsequences: false).flatMap { line -> [String] in
      let indent = String(line.prefix { $0 == " " })
      guard columns(String(line)) > width else { return [String(line)] }
      return broken(String(line), to: max(12, width - indent.count)).map { indent + $0 }
    }.joined(separator: "\n")
  }

  /// A text as lines of whole words; a sign of percent stays with its number.
  private static func broken(_ text: String, to width: Int) -> [String] {
    let words = text.split(separator: " ").reduce(into: [String]()) { words, word in
      if word.hasPrefix("%"), !words.isEmpty {
        words[words.count - 1] += " " + word
      } else {
        words.append(String(word))
      }
    }
    return words.reduce(into: [""]) { lines, word in
      let longer = lines[lines.count - 1].isEmpty ? word : lines[lines.count - 1] + " " + word
      if lines[lines.count - 1].isEmpty || columns(longer) <= width {
        lines[lines.count - 1] = longer
      } else {
        lines.append(word)
      }
    }
  }

  /// Columns of the terminal on standard output; `nil` where standard output is not a terminal.
  public static var standardOutputWidth: Int? { width(of: STDOUT_FILENO) }

  /// Columns of the terminal on standard error; `nil` where standard error is not a terminal.
  public static var standardErrorWidth: Int? { width(of: STDERR_FILENO) }

  private static func width(of descriptor: Int32) -> Int? {
    var size = winsize()
    guard isatty(descriptor) == 1, ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
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
      rows: rows, numbers: Set(1...6), expendable: [6, 4, 5, 7])
  }
}
