public import Analyses
import Evaluation
import Foundation

/// A comparison as a terminal shows it: leaderboard, failures, verdict.
public struct ComparisonText {
  public let text: String

  public init(_ result: ExplainedComparison) {
    let comparison = result.comparison
    var parts = [TerminalTable(comparison).text()]
    func tell(_ text: String) { parts.append(TerminalTable.prose(text)) }
    for method in comparison.methods {
      for failure in method.failures { tell("\(method.name), seed \(failure.seed) failed: \(failure.error)") }
    }
    tell(result.sentence ?? "No verdict: it needs a unimodal and a fusion method that finished.")
    if let verdict = comparison.verdict {
      parts.append("What \(verdict.bestFusion) gains\n" + TerminalTable(verdict).text())
      tell(result.notes.joined(separator: "\n"))
      Self.reasons(result.findings, verdict).forEach(tell)
    }
    comparison.cautions.forEach { tell("Caution: \($0.sentence)") }
    text = parts.joined(separator: "\n\n")
  }

  /// Lines on why: missing modalities, contributions, how answers relate, and what was not measured.
  private static func reasons(_ findings: Findings, _ verdict: Verdict) -> [String] {
    func percent(_ share: Double) -> String { String(format: "%.1f %%", 100 * share) }
    var lines: [String] = []
    if let missing = findings.missing {
      let scores = missing.told.map { row in
        row.present.joined(separator: "+") + " "
          + (row.score.map { Format.score($0.mean, verdict.metric) } ?? "undefined")
      }
      lines.append("\(verdict.bestFusion) with some modalities only: \(scores.joined(separator: ", "))")
      let others = missing.rows.count - scores.count
      if others > 0 { lines.append("  the other \(others) sets of modalities: in the report") }
    }
    if let importance = findings.importance {
      let shares = importance.share.sorted { $0.key < $1.key }.map { "\($0.key) \(percent($0.value))" }
      lines.append("Contributions: \(shares.joined(separator: ", "))")
      let relations = importance.relationsInWords.filter { $0.share > 0 }
        .map { "\($0.name.prefix { $0 != ":" }) \(percent($0.share))" }
      lines.append("\(importance.first) and \(importance.second): \(relations.joined(separator: ", "))")
    }
    if let labels = findings.interactions {
      let rows = labels.rows.filter { $0.count > 0 }.map { row in
        "\(LabelFinding.words(row.label, first: labels.first, second: labels.second)) \(percent(row.share))"
      }
      let whole = Sides.together(labels.first, labels.second)
      lines.append(
        "Predictions from \(labels.first), from \(labels.second) and from \(whole): \(rows.joined(separator: ", "))")
    }
    lines += findings.robustness.map { Self.robustness($0, verdict) } ?? []
    lines += findings.notMeasured.sorted { $0.key < $1.key }.map { "Not measured, \($0.key): \($0.value)" }
    return lines.isEmpty ? [] : [lines.joined(separator: "\n")]
  }

  /// A line for each condition: the mean score in noise of the best fusion and of the best single modality.
  private static func robustness(_ result: RobustnessResult, _ verdict: Verdict) -> [String] {
    func number(_ value: Double) -> String { Format.difference(value, result.metric) }
    func change(_ value: Double) -> String { Format.change(value, result.metric) }
    let levels = result.conditions.first?.levels.dropFirst().map { String(format: "%g", $0) } ?? []
    let seeds = result.conditions.flatMap { $0.methods.map(\.seeds) }.max() ?? 1
    return [
      "Mean score (\(seeds == 1 ? "one seed" : "\(seeds) seeds")) in noise of \(levels.joined(separator: ", ")) standard deviations:"
    ]
      + result.conditions.compactMap { condition in
        guard let fusion = condition.methods.first(where: { $0.method == verdict.bestFusion }) else { return nil }
        var line = "  on \(condition.modalities.count > 2 ? "all" : condition.modalities.joined(separator: "+")): "
        line += "\(fusion.method) \(Format.score(fusion.area.mean, result.metric))"
        line += ", loss \(number(fusion.loss.mean))"
        if let late = fusion.relativeToLate { line += ", over late \(change(late.mean))" }
        if let effective = fusion.effective { line += ", effective \(change(effective.mean))" }
        if let single = condition.methods.first(where: { $0.method == verdict.bestUnimodal }) {
          line += "; \(single.modalities.joined()) \(number(single.area.mean))"
        }
        return line
      }
  }
}
