import Foundation
import Testing

@testable import Training

@Suite("Probability metrics")
struct ProbabilityMetricsTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func agreeWithScikitLearn(_ golden: MetricGoldens.SingleLabel) {
    #expect(ProbabilityMetrics.argmax(golden.probabilities, classes: golden.classes) == golden.predicted)
    // The golden probabilities are rounded to six digits and scikit-learn divides them by their sum.
    let loss = ProbabilityMetrics.logLoss(
      probabilities: golden.probabilities, targets: golden.targets, classes: golden.classes)
    #expect(close(loss, golden.logLoss, 1e-5))
    let briers = ProbabilityMetrics.brierScores(
      golden.probabilities, targets: golden.targets, classes: golden.classes)
    #expect(close(briers.reduce(0, +) / Double(briers.count), golden.brier, 1e-5))
  }

  @Test func certainMistakeIsFinite() {
    let loss = ProbabilityMetrics.logLoss(probabilities: [1, 0], targets: [1], classes: 2)
    #expect(close(loss, -log(1e-12)))
  }

  @Test func firstOfEqualProbabilitiesWins() {
    #expect(ProbabilityMetrics.argmax([0.5, 0.5, 0.2, 0.8], classes: 2) == [0, 1])
  }
}
