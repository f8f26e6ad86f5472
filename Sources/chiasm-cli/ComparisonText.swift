import Chiasm

/// A comparison as a terminal shows it: leaderboard, failures, verdict.
struct ComparisonText {
  let text: String

  init(_ comparison: Comparison) {
    var parts = [TerminalTable(comparison).text()]
    for method in comparison.methods {
      for failure in method.failures { parts.append("\(method.name), seed \(failure.seed) failed: \(failure.error)") }
    }
    parts.append(comparison.verdict?.sentence ?? "No verdict: it needs a unimodal and a fusion method that finished.")
    parts += comparison.cautions.map { "Caution: \($0)" }
    text = parts.joined(separator: "\n\n")
  }
}
