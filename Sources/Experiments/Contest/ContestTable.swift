import Evaluation

/// The fusion against each modality at its best, and against what adds up: rows for a terminal and for a page.
struct ContestTable {
  static let header = ["over", "at its best", "improvement", "95 % interval", "p of it"]
  /// Columns of numbers.
  static let numbers: Set<Int> = [2, 3, 4]
  let rows: [[String]]

  init(_ verdict: Verdict) {
    let metric = verdict.metric
    func signed(_ value: Double) -> String {
      let text = Format.difference(value, metric)
      return value > 0 && text.contains { "123456789".contains($0) } ? "+" + text : text
    }
    func row(_ name: String, _ reference: String, _ difference: Estimate, _ p: Double?) -> [String] {
      [
        name, reference, signed(difference.mean),
        "[\(signed(difference.ci95.low)), \(signed(difference.ci95.high))]", p.map { Format.decimals($0, 3) } ?? "",
      ]
    }
    rows =
      verdict.perModality.sorted { $0.key < $1.key }.map { name, contest in
        row("\(name) alone", contest.contest.reference, contest.contest.difference, contest.pNull)
      }
      + (verdict.additive.map { [row("additive models", $0.reference, $0.difference, nil)] } ?? [])
      + (verdict.emapGap.map { [row("its additive part", "", $0, nil)] } ?? [])
  }
}

extension TerminalTable {
  /// What the winner of a comparison gains over each modality.
  public init(_ verdict: Verdict) {
    self.init(ContestTable.header, rows: ContestTable(verdict).rows, numbers: ContestTable.numbers)
  }
}
