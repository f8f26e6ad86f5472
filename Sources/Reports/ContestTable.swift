public import Evaluation
import Models

/// The fusion against each modality at its best, and against what adds up: rows for a terminal and for a page.
struct ContestTable {
  static let header = ["over", "at its best", "improvement", "95 % interval", "p of it"]
  /// Columns of numbers.
  static let numbers: Set<Int> = [2, 3, 4]
  let rows: [[String]]

  init(_ verdict: Verdict) {
    let metric = verdict.metric
    func signed(_ value: Double) -> String { Format.change(value, metric) }
    func row(_ name: String, _ reference: String, _ difference: Estimate, _ p: String) -> [String] {
      [
        name, reference, signed(difference.mean),
        "[\(signed(difference.ci95.low)), \(signed(difference.ci95.high))]", p,
      ]
    }
    rows =
      verdict.perModality.sorted { $0.key < $1.key }.map { name, contest in
        let other = contest.pMetric.flatMap(Metric.init(rawValue:)).map { " (\($0.label))" } ?? ""
        let p = contest.pNull.map { Format.decimals($0, 3) + other } ?? ""
        return row("\(name) alone", contest.contest.reference, contest.contest.difference, p)
      }
      + (verdict.additive.map { [row("additive models", $0.reference, $0.difference, "")] } ?? [])
      + (verdict.emapGap.map { [row("its additive part", "", $0, "")] } ?? [])
  }
}

extension TerminalTable {
  /// What the winner of a comparison gains over each modality.
  public init(_ verdict: Verdict) {
    self.init(ContestTable.header, rows: ContestTable(verdict).rows, numbers: ContestTable.numbers)
  }
}
