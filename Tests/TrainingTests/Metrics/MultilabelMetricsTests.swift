import Testing

@testable import Training

@Suite("Multilabel metrics")
struct MultilabelMetricsTests {
  @Test(arguments: try MetricGoldens.load().multilabel)
  func agreeWithScikitLearn(_ golden: MetricGoldens.Multilabel) {
    let metrics = MultilabelMetrics(
      predicted: golden.predicted.map { $0 == 1 }, targets: golden.targets.map { $0 == 1 }, labels: golden.labels)
    #expect(close(metrics.microF1, golden.microF1))
    #expect(close(metrics.macroF1, golden.macroF1))
    #expect(close(metrics.matthewsCorrelation, golden.mcc))
    #expect(close(metrics.subsetAccuracy, golden.subsetAccuracy))
  }

  @Test func nothingTrueAndNothingPredictedScoresZero() {
    let metrics = MultilabelMetrics(predicted: [false, false], targets: [false, false], labels: 2)
    #expect(metrics.microF1 == 0)
    #expect(metrics.macroF1 == nil)
    #expect(metrics.f1(of: 0) == 0)
    #expect(metrics.subsetAccuracy == 1)
  }

  @Test func labelsThatAllOrNoRowsHaveAreLeftOut() {
    // Rows of three labels: the first is never true, the second always, the third once.
    let metrics = MultilabelMetrics(
      predicted: [true, true, true, false, false, false], targets: [false, true, true, false, true, false], labels: 3)
    #expect(metrics.mixedLabels == [2])
    #expect(metrics.macroF1 == 1)
    #expect(metrics.matthewsCorrelation == 1)
  }
}
