import Tensors
import Testing
import Training

@testable import Models

@Suite("Classification scores")
struct ClassificationScoresTests {
  private static let probabilities = [
    [0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4], [0.5, 0.4, 0.1], [0.05, 0.05, 0.9], [0.6, 0.3, 0.1],
  ]
  private static let targets = [0, 1, 1, 0, 2, 2]

  /// A selection scores what a data set of those samples, each as often as it occurs, scores by the plain definitions.
  @Test(arguments: [[0, 1, 2, 3, 4, 5], [0, 0, 0], [5, 2, 2, 4, 4, 4, 1], [3, 5]])
  func selectionsScoreAsDataSetsOfTheirOwn(_ indices: [Int]) throws {
    let scores = ClassificationScores(Self.probabilities.flatMap { $0 }, targets: Self.targets, classes: 3)
    let found = scores(
      [.accuracy, .balancedAccuracy, .macroF1, .weightedF1, .logLoss, .calibrationError], at: indices)
    let rows = indices.flatMap { Self.probabilities[$0] }
    let targets = indices.map { Self.targets[$0] }
    let predicted = ProbabilityMetrics.argmax(rows, classes: 3)
    let counts = ConfusionMatrix(predicted: predicted, targets: targets, classes: 3).classCounts
    let bins = CalibrationBins(
      confidences: ProbabilityMetrics.confidences(rows, classes: 3), hits: zip(predicted, targets).map { $0 == $1 })
    let expected = [
      counts.accuracy, counts.balancedAccuracy, counts.macroF1, counts.weightedF1,
      ProbabilityMetrics.logLoss(probabilities: rows, targets: targets, classes: 3), bins.error,
    ]
    for (value, expected) in zip(found, expected) { #expect(abs(try #require(value) - expected) < 1e-14) }
    #expect(scores.predicted == [0, 1, 2, 0, 2, 0])
  }
}
