import Testing

@testable import Training

@Suite("Class counts")
struct ClassCountsTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func countAsTheConfusionMatrixDoes(_ golden: MetricGoldens.SingleLabel) {
    // Every index three times over: counts triple, scores stay.
    let indices = (0..<3).flatMap { _ in golden.targets.indices }
    let counts = ClassCounts(
      predicted: golden.predicted, targets: golden.targets, classes: golden.classes, at: indices)
    #expect(counts.total == 3 * golden.targets.count)
    #expect(close(counts.accuracy, golden.accuracy))
    #expect(close(counts.balancedAccuracy, golden.balancedAccuracy))
    #expect(close(counts.macroF1, golden.macroF1))
    #expect(close(counts.weightedF1, golden.weightedF1))
  }

  @Test func onlyTheSamplesAskedForCount() {
    let counts = ClassCounts(predicted: [0, 1, 2], targets: [0, 0, 1], classes: 3, at: [1, 1, 0])
    #expect(counts == ClassCounts(hits: [1, 0, 0], support: [3, 0, 0], predicted: [1, 2, 0]))
    #expect(counts.f1(of: 2) == 0)
  }
}
