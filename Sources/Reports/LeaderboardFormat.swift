public import Evaluation
import Foundation

/// A leaderboard as a file: for a spreadsheet with every number, for a README or for a paper as the page shows it.
public enum LeaderboardFormat: String, CaseIterable, Sendable {
  case csv
  case markdown = "md"
  case latex = "tex"

  /// The leaderboard, best method first, with a newline at the end.
  public func text(of comparison: Comparison) -> String {
    switch self {
    case .csv: Self.csv(comparison)
    case .markdown: Self.markdown(TerminalTable(comparison))
    case .latex: Self.latex(TerminalTable(comparison), comparison)
    }
  }

  /// Comma-separated values (RFC 4180) with all digits; empty where something was not measured.
  private static func csv(_ comparison: Comparison) -> String {
    let metrics = Set(comparison.methods.flatMap(\.metrics.keys)).sorted()
    let header =
      ["method", "area", "modalities", "seeds", "failures", "validation"]
      + metrics.flatMap { ["\($0)", "\($0).std", "\($0).low", "\($0).high"] }
      + ["parameters", "trainSeconds", "epochs", "latencyMicroseconds.p50", "latencyMicroseconds.p95", "peakBytes"]
    let rows = comparison.methods.map { method -> [String] in
      let scores = metrics.flatMap { name -> [String] in
        guard let metric = method.metrics[name] else { return ["", "", "", ""] }
        return [metric.mean, metric.std, metric.ci95.low, metric.ci95.high].map { "\($0)" }
      }
      return [
        method.name, method.area, method.modalities.joined(separator: "+"),
        "\(method.metrics.values.map(\.perSeed.count).max() ?? 0)", "\(method.failures.count)",
        method.validationScore.map { "\($0)" } ?? "",
      ] + scores + [
        "\(method.parameters)", "\(method.trainSeconds)", "\(method.epochs)", "\(method.latencyMicroseconds.p50)",
        "\(method.latencyMicroseconds.p95)", "\(method.peakBytes)",
      ]
    }
    func quoted(_ text: String) -> String {
      text.contains { ",\"\r\n".contains($0) } ? "\"" + text.replacingOccurrences(of: "\"", with: "\"\"") + "\"" : text
    }
    return ([header] + rows).map { $0.map(quoted).joined(separator: ",") + "\n" }.joined()
  }

  private static func markdown(_ table: TerminalTable) -> String {
    func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |\n" }
    func escaped(_ text: String) -> String { text.shown().replacingOccurrences(of: "|", with: "\\|") }
    return line(table.header.map(escaped))
      + line(table.header.indices.map { table.numbers.contains($0) ? "--:" : ":--" })
      + table.rows.map { line($0.map(escaped)) }.joined()
  }

  /// A `tabular` with the rules of booktabs; bold: what the verdict is about.
  private static func latex(_ table: TerminalTable, _ comparison: Comparison) -> String {
    let chosen = [comparison.verdict?.bestUnimodal, comparison.verdict?.bestFusion]
    func line(_ cells: [String]) -> String { "  " + cells.joined(separator: " & ") + " \\\\\n" }
    let rows = table.rows.map { row in
      line(row.map { chosen.contains(row[0]) ? "\\textbf{\(escaped($0))}" : escaped($0) })
    }
    let columns = table.header.indices.map { table.numbers.contains($0) ? "r" : "l" }.joined()
    return "% needs \\usepackage{booktabs}\n\\begin{tabular}{\(columns)}\n  \\toprule\n"
      + line(table.header.map(escaped))
      + "  \\midrule\n" + rows.joined() + "  \\bottomrule\n\\end{tabular}\n"
  }

  private static func escaped(_ text: String) -> String {
    text.shown().map { letter in
      switch letter {
      case "&", "%", "$", "#", "_", "{", "}": "\\\(letter)"
      case "\\": "\\textbackslash{}"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "−": "$-$"
      case "±": "$\\pm$"
      case "µ": "$\\mu$"
      case "–": "--"
      default: "\(letter)"
      }
    }.joined()
  }
}
