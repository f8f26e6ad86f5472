public import Analyses
public import Evaluation
public import Foundation
import Tensors

/// The pictures of a report, or the reason why there are none.
struct Figures {
  private(set) var scores: String?
  private(set) var costs: String?
  private(set) var learning: String?
  private(set) var answers: String?
  private(set) var gain: String?
  private(set) var information: String?
  private(set) var missing: String?
  /// Why pictures are missing, in one line.
  private(set) var problem: String?

  /// - Parameter gnuplot: `nil` where it is not installed.
  init(_ result: ExplainedComparison, records: [TrialRecord], gnuplot: Gnuplot?) {
    guard let gnuplot else {
      problem = "The figures are missing because gnuplot is not installed (Debian: apt-get install gnuplot-nox)."
      return
    }
    let comparison = result.comparison
    do {
      scores = try ScoreFigure.script(comparison)?.svg(gnuplot, name: "scores", title: "Scores with intervals")
      costs = try CostFigure.script(comparison)?.svg(gnuplot, name: "costs", title: "Score against cost")
      learning = try LearningFigure.script(comparison, records)?.svg(
        gnuplot, name: "learning", title: "Learning curves")
      answers = try AnswerFigure.script(comparison, records)?.svg(
        gnuplot, name: "answers", title: "Predictions of the best methods")
      gain = try GainFigure.script(comparison)?.svg(gnuplot, name: "gain", title: "Where the gain comes from")
      information = try result.findings.information.flatMap(InformationFigure.script)?.svg(
        gnuplot, name: "information", title: "What the modalities say")
      missing = try result.findings.missing.flatMap { MissingFigure.script($0, comparison.dataset.metric) }?.svg(
        gnuplot, name: "missing", title: "Scores without some modalities")
    } catch {
      problem = "Figures are missing: \(error)."
    }
  }
}

extension Report {
  /// Writes every figure of the page as an SVG of its own, with the colours of the light page.
  ///
  /// - Parameters:
  ///   - result: what the figures show.
  ///   - records: the trials behind the comparison.
  ///   - architectures: of methods whose architecture was searched.
  ///   - folder: made where there is none.
  /// - Returns: the names of the files.
  /// - Throws: `InputError` where gnuplot is missing or fails, or a file cannot be written.
  public static func writeFigures(
    of result: ExplainedComparison, records: [TrialRecord], architectures: [ArchitectureGraph] = [], to folder: URL
  ) throws -> [String] {
    let drawn = Figures(result, records: records, gnuplot: Gnuplot.installed())
    if let problem = drawn.problem { throw InputError(problem) }
    var figures: [(name: String, svg: String?)] = [
      ("scores", drawn.scores), ("gain", drawn.gain), ("information", drawn.information), ("missing", drawn.missing),
      ("costs", drawn.costs), ("learning", drawn.learning), ("errors", drawn.answers),
      ("robustness", (result.robustness ?? result.findings.robustness).flatMap { RobustnessFigure.figure($0).svg }),
      ("utilization", UtilizationFigure.figure(result.comparison, records)?.svg),
      ("heterogeneity", result.heterogeneity.map { HeterogeneityFigure.svg($0.modalities) }),
    ]
    figures += architectures.enumerated().map { ("architecture-\($0 + 1)", ArchitectureFigure(graph: $1).svg) }
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    return try figures.compactMap { name, svg in
      guard var svg else { return nil }
      for ink in Ink.allCases {
        svg = svg.replacingOccurrences(of: "var(--\(ink.rawValue))", with: ReportStyle.light(ink))
      }
      svg = svg.replacingOccurrences(of: "var(--card)", with: ReportStyle.light(.paper))
      svg = svg.replacingOccurrences(of: "<svg ", with: "<svg font-family=\"sans-serif\" ")
      let file = "\(name).svg"
      try AtomicFile.write(
        Data((svg.trimmingCharacters(in: .whitespacesAndNewlines) + "\n").utf8), to: folder.appending(path: file))
      return file
    }
  }
}
