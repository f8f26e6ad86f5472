import Analyses
import Evaluation
import Foundation
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
        gnuplot, name: "answers", title: "Answers of the best methods")
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
