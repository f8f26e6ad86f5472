import Evaluation

extension ReportPage {
  /// What the methods that choose relied on, class by class; empty where none chooses.
  var choices: ReportSection? {
    let tables = comparison.methods.compactMap { method -> String? in
      let shares = records.filter { $0.method == method.name && $0.failure == nil }.compactMap(\.choices)
      guard let mean = ChoiceShares(mean: shares) else { return nil }
      let rows = mean.rows.map { row in
        [row.label, "\(row.samples)"] + row.shares.map { Format.decimals(100 * $0, 1) + " %" }
      }
      return "<h3>\(HTML.escape(method.name))</h3>"
        + Markup.table(["class", "samples"] + mean.names, rows, numbers: Set(1..<2 + mean.names.count))
    }
    guard !tables.isEmpty else { return nil }
    return ReportSection(
      "What they relied on",
      tables.joined(separator: "\n")
        + "<p class=\"caption\">Share of each choice in what a gated fusion or a mixture puts out, mean over the test samples "
        + "of a class and over seeds. Sigmoid gates open independently; their shares need not add up.</p>")
  }
}

extension ChoiceShares {
  /// The mean of several trainings' shares on the same samples; nil of none, or where they do not fit each other.
  init?(mean shares: [ChoiceShares]) {
    guard let first = shares.first,
      shares.allSatisfy({ $0.names == first.names && $0.rows.map(\.label) == first.rows.map(\.label) })
    else { return nil }
    let rows = first.rows.enumerated().map { number, row in
      Row(
        label: row.label, samples: row.samples,
        shares: row.shares.indices.map { choice in
          shares.reduce(0) { $0 + $1.rows[number].shares[choice] } / Double(shares.count)
        })
    }
    self.init(names: first.names, rows: rows)
  }
}
