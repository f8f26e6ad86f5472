public import Analyses
public import Evaluation
public import Foundation
import Tensors

/// A comparison as one of several on a page.
public struct ReportedComparison: Sendable {
  /// What the page calls it, such as its run.
  public let name: String
  public let result: ExplainedComparison
  public let records: [TrialRecord]
  public let provenance: [Provenance]

  public init(name: String, result: ExplainedComparison, records: [TrialRecord], provenance: [Provenance] = []) {
    (self.name, self.result, self.records, self.provenance) = (name, result, records, provenance)
  }
}

/// Comparisons side by side: their verdicts, and the methods of several with what each later one has over the first.
struct ComparedPage {
  let comparisons: [ReportedComparison]
  let environment: RunEnvironment
  let date: Date?

  var html: String {
    let names = comparisons.map(\.name)
    let title = "\(Format.list(names)) compared"
    let sections = [verdicts, methods, repetition].compactMap { $0 }
    let when = date.map { " · " + $0.formatted(.iso8601.year().month().day()) } ?? ""
    return HTML.page(
      title: title,
      "<header><p class=\"kicker\">\(comparisons.count) comparisons\(when)</p><h1>\(HTML.escape(title))</h1></header>\n"
        + sections.map(\.html).joined(separator: "\n"))
  }

  private var verdicts: ReportSection? {
    let rows = comparisons.map { one -> [String] in
      let comparison = one.result.comparison
      return [
        one.name, comparison.dataset.name, "\(comparison.methods.count)", "\(Set(one.records.map(\.seed)).count)",
        "\(comparison.dataset.samples["test"] ?? 0)",
      ]
    }
    let told = comparisons.map { one in
      "<h3>\(HTML.escape(one.name))</h3><p>\(HTML.prose(one.result.sentence ?? "No verdict."))</p>"
    }
    return ReportSection(
      "Verdicts",
      told.joined(separator: "\n")
        + Markup.table(["comparison", "data set", "methods", "seeds", "test samples"], rows, numbers: [2, 3, 4]))
  }

  /// Methods that at least two have, in the order of the first.
  private var methods: ReportSection? {
    let boards = comparisons.map { try? Leaderboard($0.records, of: $0.result.comparison.dataset, resamples: 1) }
    let metrics = comparisons.map(\.result.comparison.dataset.metric)
    let all = comparisons.flatMap { $0.result.comparison.methods.map(\.name) }
    let names = all.enumerated().filter { all[..<$0.offset].contains($0.element) == false }.map(\.element)
      .filter { name in all.count { $0 == name } > 1 }
    guard !names.isEmpty, let first = boards[0] else {
      return ReportSection("Methods of both", "<p class=\"note\">No method is in more than one of them.</p>")
    }
    let rows = names.map { name -> [String] in
      [name]
        + comparisons.indices.flatMap { number -> [String] in
          let (metric, method) = (
            metrics[number], comparisons[number].result.comparison.methods.first { $0.name == name }
          )
          let summary = method?.metrics[metric.rawValue]
          let score = summary.map {
            "\(Format.score($0.mean, metric)) [\(Format.difference($0.ci95.low, metric)), "
              + "\(Format.difference($0.ci95.high, metric))]"
          }
          guard number > 0 else { return [score ?? "–"] }
          let units = comparisons[0].result.comparison.dataset.units
          let gain = boards[number].flatMap { $0.contest(name, over: name, of: first, units: units) }?.difference
          return [
            score ?? "–",
            gain.map {
              "\(Format.change($0.mean, metric)) [\(Format.change($0.ci95.low, metric)), "
                + "\(Format.change($0.ci95.high, metric))]"
            } ?? "–",
          ]
        }
    }
    let header =
      ["method"]
      + comparisons.indices.flatMap { number -> [String] in
        let score = "\(metrics[number].label), \(comparisons[number].name)"
        return number == 0 ? [score] : [score, "over \(comparisons[0].name)"]
      }
    return ReportSection(
      "Methods of both",
      Markup.table(header, rows, numbers: Set(1..<header.count))
        + "<p class=\"caption\">Test scores with 95 % intervals, and what a later comparison's has over the first's, paired "
        + "sample by sample; nothing where they were tested on other samples or by another metric.</p>")
  }

  private var repetition: ReportSection? {
    let lines = comparisons.flatMap { one in
      one.provenance.map {
        "<h3>\(HTML.escape(one.name))</h3><pre><code>\(HTML.escape($0.command(between: " \\\n  ")))</code></pre>"
      }
    }
    guard !lines.isEmpty else { return nil }
    return ReportSection(
      "How to repeat them",
      lines.joined(separator: "\n")
        + "<p class=\"caption\">Chiasm \(HTML.escape(environment.chiasm)), libtorch \(HTML.escape(environment.libtorch)).</p>"
    )
  }
}

extension Report {
  /// Writes a page that holds comparisons side by side.
  ///
  /// - Precondition: at least one comparison.
  /// - Throws: `InputError` when the file cannot be written.
  public static func write(
    comparing comparisons: [ReportedComparison], environment: RunEnvironment, date: Date? = nil, to url: URL
  ) throws {
    precondition(!comparisons.isEmpty, "no comparisons to write of")
    let page = ComparedPage(comparisons: comparisons, environment: environment, date: date)
    try AtomicFile.write(Data(page.html.utf8), to: url)
  }
}
