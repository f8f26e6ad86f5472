import Testing

@testable import Training

@Suite("Sentiment metrics")
struct SentimentMetricsTests {
  @Test(arguments: try MetricGoldens.load().sentiment)
  func agreeWithScikitLearn(_ golden: MetricGoldens.Sentiment) throws {
    let has0 = SentimentMetrics.has0(predicted: golden.predicted, targets: golden.targets)
    let non0 = try #require(SentimentMetrics.non0(predicted: golden.predicted, targets: golden.targets))
    #expect(close(has0.accuracy, golden.has0Accuracy))
    #expect(close(has0.weightedF1, golden.has0F1))
    #expect(close(non0.accuracy, golden.non0Accuracy))
    #expect(close(non0.weightedF1, golden.non0F1))
    #expect(
      close(SentimentMetrics.accuracy7(predicted: golden.predicted, targets: golden.targets), golden.accuracy7))
  }

  @Test func allNeutralHasNoNon0Score() {
    #expect(SentimentMetrics.non0(predicted: [1, -1], targets: [0, 0]) == nil)
  }

  @Test func halvesRoundToEvenAndEndsAreClipped() {
    #expect(SentimentMetrics.accuracy7(predicted: [0.5, 1.5, 2.5, 9], targets: [0, 2, 2, 3]) == 1)
  }
}
