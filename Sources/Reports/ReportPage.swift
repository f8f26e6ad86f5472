import Analyses
import Evaluation
import Foundation
import Modalities
import Models

/// The sections of a report in the order in which a reader asks: what came out, who did how well, at what cost, how they
/// learned, where they err, how all this was measured.
struct ReportPage {
  let result: ExplainedComparison
  let records: [TrialRecord]
  let architectures: [ArchitectureGraph]
  let provenance: [Provenance]
  let environment: RunEnvironment
  let figures: Figures
  let date: Date?

  var comparison: Comparison { result.comparison }
  var findings: Findings { result.findings }
  var metric: Metric { comparison.dataset.metric }
  var verdict: Verdict? { comparison.verdict }

  /// In the order in which a reader asks.
  private var sections: [ReportSection] {
    [
      scores, leaderboard, gain, information, missing, importance, interactions, costs, learning, answers, choices,
      architecture, robustness, utilization, heterogeneity, differences, measured, repetition, failures, options,
      machine,
    ].compactMap { $0 }
  }

  var html: String {
    let sections = sections
    let title = "\(comparison.dataset.name): \(comparison.methods.count) methods compared"
    return HTML.page(
      title: title,
      ([head, note, sections.contents] + sections.map(\.html)).joined(separator: "\n"))
  }

  // MARK: What came out

  private var head: String {
    let seeds = Set(records.map(\.seed)).count
    var kicker = "<b>\(HTML.escape(comparison.dataset.name))</b>"
    kicker += " · \(comparison.methods.count) methods · \(seeds) \(seeds == 1 ? "seed" : "seeds")"
    kicker += " · \(comparison.dataset.samples["test"] ?? 0) test samples"
    if let date { kicker += " · \(date.formatted(.iso8601.year().month().day()))" }
    guard let verdict else {
      let sentence =
        "No verdict: it needs at least one single-modality method and one fusion that finished and were validated."
      return "<header><p class=\"kicker\">\(kicker)</p><h1>\(sentence)</h1></header>"
    }
    let headline = result.headline
    let notes = result.linkedNotes.map { "<p class=\"basis\">\($0.html)</p>" }.joined(separator: "\n")
    return """
      <header>
      <p class="kicker">\(kicker)</p>
      <h1>\(headline.map { $0.answer.html + "." } ?? "")</h1>
      \(headline?.rest.map { "<p class=\"lead\">\($0.html)</p>" } ?? "")
      \(notes)
      \(comparison.cautions.map { "<p class=\"caution\">\(HTML.prose($0.sentence))</p>" }.joined(separator: "\n"))
      <div class="figures-of-merit">
      \(cards(verdict))
      </div>
      </header>
      """
  }

  private func cards(_ verdict: Verdict) -> String {
    func score(_ name: String, _ caption: String, _ style: String) -> String {
      guard let method = comparison.methods.first(where: { $0.name == name }),
        let summary = method.metrics[metric.rawValue]
      else { return "" }
      return card(
        caption, Format.score(summary.mean, metric), "\(name), \(interval(summary.ci95))", style)
    }
    var cards = [
      score(verdict.bestUnimodal, "best single modality", "unimodal"),
      score(verdict.bestFusion, "best fusion", "fusion"),
      card(
        "improvement over \(verdict.modality) alone", signed(verdict.difference.mean) + (metric.isShare ? " pts" : ""),
        interval(verdict.difference.ci95), ""),
    ]
    if let gap = verdict.emapGap {
      cards.append(
        card(
          "from interactions" + (verdict.emapIsExact == false ? ", estimated" : ""),
          signed(gap.mean) + (metric.isShare ? " pts" : ""), interval(gap.ci95), ""))
    }
    if let information = findings.information {
      let total = Format.decimals(information.total, 2)
      cards.append(card("regime", information.regime.rawValue, "\(total) \(information.unit) together", "word"))
    }
    return cards.joined(separator: "\n")
  }

  private func card(_ caption: String, _ value: String, _ detail: String, _ style: String) -> String {
    "<div class=\"card \(style)\"><span>\(HTML.escape(caption))</span><strong>\(HTML.escape(value))</strong>"
      + "<small>\(HTML.escape(detail))</small></div>"
  }

  private var note: String {
    figures.problem.map { "<p class=\"note\">\(HTML.escape($0)) The tables hold the same numbers.</p>" } ?? ""
  }

  // MARK: Figures

  private var scores: ReportSection? {
    figure(
      figures.scores, "Scores",
      "Dot: mean over seeds. Line: 95 % interval. Small dots below: single seeds. "
        + "<span class=\"key unimodal\">◆ single modality</span> <span class=\"key fusion\">● fusion</span>")
  }

  private var costs: ReportSection? {
    figure(
      figures.costs, "Score against cost",
      "Logarithmic cost. The line joins the methods that no other one beats in both. "
        + "<span class=\"key unimodal\">◆ single modality</span> <span class=\"key fusion\">● fusion</span>")
  }

  private var learning: ReportSection? {
    figure(
      figures.learning, "Learning curves",
      "Objective over epochs, mean over seeds with a band from the lowest to the highest: dashed, training; "
        + "solid, validation. Dots: the epochs whose weights were kept, one per seed. Curves end where half of the seeds "
        + "have stopped.", under: "Losses of each method")
  }

  private var answers: ReportSection? {
    if let svg = figures.answers {
      return figure(svg, "Where they err", "Best single modality and best fusion; all seeds pooled.")
    }
    guard comparison.dataset.task == .classification, let verdict,
      comparison.dataset.classes.count > AnswerFigure.mostClasses
    else { return nil }
    return ReportSection("Where they err", confusions(verdict.bestUnimodal) + confusions(verdict.bestFusion))
  }

  private func confusions(_ name: String) -> String {
    let classes = comparison.dataset.classes
    let trials = records.filter { $0.method == name && $0.failure == nil }
    guard let matrix = AnswerFigure.matrix(trials, classes: classes.count) else { return "" }
    let support = matrix.classCounts.support
    let pairs = (0..<classes.count * classes.count).map { ($0 / classes.count, $0 % classes.count) }
      .filter { $0.0 != $0.1 && matrix[$0.0, $0.1] > 0 }
      .sorted { matrix[$0.0, $0.1] > matrix[$1.0, $1.1] }.prefix(10)
    let rows = pairs.map { row, column in
      [
        classes[row], classes[column], "\(matrix[row, column])",
        Format.decimals(100 * Double(matrix[row, column]) / Double(support[row]), 1) + " %",
      ]
    }
    return "<h3>\(HTML.escape(name)): most frequent confusions</h3>"
      + Markup.table(["true", "taken for", "times", "of the class"], rows, numbers: [2, 3])
  }

  /// - Parameter summary: what is to be opened, where the figure is for few.
  private func figure(
    _ svg: String?, _ title: String, _ caption: String, under summary: String? = nil
  ) -> ReportSection? {
    guard let svg else { return nil }
    let figure = "<figure>\n\(svg)\n<figcaption>\(caption)</figcaption>\n</figure>"
    return ReportSection(title, summary.map { Markup.folded($0, figure) } ?? figure)
  }

  // MARK: Tables

  private var leaderboard: ReportSection? {
    let header = [
      "method", metric.label, "95 % interval", "± seeds", "validation", "parameters", "training", "latency",
      "modalities",
    ]
    let rows = comparison.methods.map { method -> [String] in
      let names = method.modalities
      let read = names.count > 3 ? "\(names.count) modalities" : names.joined(separator: ", ")
      guard let main = method.metrics[metric.rawValue] else {
        return [method.name] + Array(repeating: "–", count: 7) + [read]
      }
      return [
        method.name, Format.score(main.mean, metric), interval(main.ci95), Format.difference(main.std, metric),
        method.validationScore.map { Format.score($0, metric) } ?? "–", Format.count(method.parameters),
        Format.seconds(method.trainSeconds), Format.microseconds(method.latencyMicroseconds.p50), read,
      ]
    }
    return ReportSection(
      "Leaderboard",
      Markup.table(header, rows, numbers: Set(1..<header.count - 1), styles: rowStyles)
        + "<p class=\"caption\">Bold: the best single modality and the best fusion, chosen by the validation score. "
        + "± seeds: standard deviation over seeds\(metric.isShare ? ", in points" : ""). "
        + "Training: mean over seeds. Latency: one sample, median.</p>" + details, id: .leaderboard)
  }

  /// Everything else that was measured per method.
  private var details: String {
    let others = Metric.reported(for: comparison.dataset.task, main: metric).filter { $0 != metric }
    let header = ["method"] + others.map(\.label) + ["epochs", "latency p95", "peak memory"]
    let rows = comparison.methods.map { method -> [String] in
      guard !method.metrics.isEmpty else { return [method.name] + Array(repeating: "–", count: header.count - 1) }
      let scores = others.map { other in
        method.metrics[other.rawValue].map { Format.score($0.mean, other) } ?? "–"
      }
      return [method.name] + scores + [
        "\(method.epochs)", Format.microseconds(method.latencyMicroseconds.p95), Format.bytes(method.peakBytes),
      ]
    }
    return Markup.folded(
      "More measures", Markup.table(header, rows, numbers: Set(1..<header.count), styles: rowStyles))
  }

  private var rowStyles: [String] {
    comparison.methods.map { method in
      (method.isUnimodal ? "unimodal" : "fusion")
        + ([verdict?.bestUnimodal, verdict?.bestFusion].contains(method.name) ? " chosen" : "")
    }
  }

  func interval(_ interval: Interval) -> String {
    "[\(Format.difference(interval.low, metric)), \(Format.difference(interval.high, metric))]"
  }

  func signed(_ value: Double) -> String { Format.change(value, metric) }
}
