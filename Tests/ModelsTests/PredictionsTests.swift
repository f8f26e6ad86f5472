import Modalities
import Tensors
import Testing

@testable import Models

@Suite("Predictions")
struct PredictionsTests {
  @Test func scoresClassification() throws {
    let predictions = try Predictions(
      [[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]], targets: [1, 1, 0], task: .classification)
    #expect(predictions.classes == [1, 0, 0])
    #expect(predictions.score(.accuracy) == 2.0 / 3)
    #expect(predictions.scores([.accuracy], at: [0, 0, 0, 1]) == [0.75])
    #expect(predictions.scores(Metric.all(for: .classification)).count == 10)
  }

  @Test func undefinedScoresAreLeftOut() throws {
    let predictions = try Predictions([[1], [1]], targets: [0, 2], task: .regression)
    #expect(predictions.score(.pearson) == nil)
    #expect(predictions.scores([.mae, .pearson]) == ["mae": 1])
  }

  @Test func scoresMultilabelRows() throws {
    let predictions = try Predictions([[0.9, 0.1], [0.6, 0.7]], targets: [1, 0, 1, 0], task: .multilabel)
    #expect(predictions.score(.subsetAccuracy) == 0.5)
    #expect(predictions.score(.microF1) == 0.8)
    #expect(predictions.scores([.subsetAccuracy], at: [0]) == [1])
  }

  @Test func thresholdsDecideLabelsAndAreChosenByF1() throws {
    let rows: [[Float]] = [[0.3, 0.9, 0.5], [0.2, 0.7, 0.5], [0.1, 0.6, 0.5], [0.05, 0.1, 0.5]]
    let targets: [Double] = [1, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    let half = try Predictions(rows, targets: targets, task: .multilabel)
    let thresholds = try #require(half.bestThresholds)
    // Between .2 and .1; .5 divides .6 from .1 as well as any; no row has the third label.
    for (found, expected) in zip(thresholds, [0.15, 0.5, 0.5]) { #expect(abs(found - expected) < 1e-7) }
    #expect(half.labelsLeftOut == [2])
    let chosen = try Predictions(rows, targets: targets, task: .multilabel, thresholds: thresholds)
    #expect(try #require(half.score(.macroF1)) == 0.4)
    #expect(try #require(chosen.score(.macroF1)) == 0.9)
    #expect(chosen.score(.macroAveragePrecision) == half.score(.macroAveragePrecision))
  }

  @Test func thresholdsMustFit() {
    #expect(throws: InputError.self) {
      try Predictions([[0.9, 0.1]], targets: [1, 0], task: .multilabel, thresholds: [0.5])
    }
  }

  @Test(
    arguments: [
      ([], [], TaskKind.classification, "no predictions"),
      ([[0.5, 0.5]], [0, 1], .classification, "2 targets for 1 predictions"),
      ([[0.5, 0.5], [1]], [0, 1], .classification, "prediction 1 has 1 columns"),
      ([[.nan, 0.5]], [0], .classification, "not finite"),
      ([[0.5, 0.5]], [2], .classification, "target class 2.0"),
      ([[0.5, 0.5]], [0.5], .classification, "target class 0.5"),
      ([[1]], [.infinity], .regression, "not finite"),
    ] as [([[Float]], [Double], TaskKind, String)])
  func refusesWhatCannotBeScored(rows: [[Float]], targets: [Double], task: TaskKind, problem: String) {
    let error = #expect(throws: InputError.self) { try Predictions(rows, targets: targets, task: task) }
    #expect(error?.description.contains(problem) == true)
  }
}
