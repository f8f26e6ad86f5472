import Evaluation
import Modalities

extension ReportPage {
  /// Most methods of which all pairs are shown.
  private static var mostMethods: Int { 12 }

  /// Every method against every other; empty where fewer than two finished.
  var differences: ReportSection? {
    let names = comparison.methods.filter { $0.metrics[metric.rawValue] != nil }.map(\.name).prefix(Self.mostMethods)
    guard names.count > 1, let leaderboard = try? Leaderboard(records, of: comparison.dataset, resamples: 1) else {
      return nil
    }
    let pairs = names.indices.dropFirst().flatMap { row in names[..<row].map { (row, $0) } }
    let contests = parallelMap(pairs.count) { number in
      leaderboard.contest(pairs[number].1, over: names[pairs[number].0], units: comparison.dataset.units)
    }
    let cells = Dictionary(grouping: zip(pairs, contests), by: \.0.0)
    let rows = names.indices.dropFirst().map { row in
      "<tr><th>\(HTML.escape(names[row]))</th>" + (cells[row] ?? []).map { cell($0.1) }.joined() + "</tr>"
    }
    let head = names.dropLast().map { "<th class=\"n\">\(HTML.escape($0))</th>" }.joined()
    let left = comparison.methods.count { $0.metrics[metric.rawValue] != nil } - names.count
    return ReportSection(
      "Any two methods",
      Markup.folded(
        "By how much the method above each column is better than that before the row",
        "<div class=\"scroll\"><table class=\"pairs\"><thead><tr><th></th>\(head)</tr></thead><tbody>"
          + rows.joined(separator: "\n") + "</tbody></table></div>")
        + "<p class=\"caption\">Improvement of the test \(metric.label)\(metric.isShare ? " in points" : ""), paired "
        + "sample by sample, with 95 % intervals as the verdict has them; bold where the interval leaves out zero. With so "
        + "many pairs one in twenty does so by chance; the verdict rests on none of them."
        + (left > 0 ? " The \(left) methods with lower scores are left out." : "") + "</p>")
  }

  private func cell(_ contest: Contest?) -> String {
    guard let difference = contest?.difference else { return "<td class=\"n\">–</td>" }
    let value = signed(difference.mean)
    return "<td class=\"n\">\(difference.ci95.contains(0) ? value : "<b>\(value)</b>")"
      + "<small>[\(signed(difference.ci95.low)), \(signed(difference.ci95.high))]</small></td>"
  }
}
