import Testing

@testable import Training

@Suite("Confusion matrix")
struct ConfusionMatrixTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func agreesWithScikitLearn(_ golden: MetricGoldens.SingleLabel) {
    let matrix = ConfusionMatrix(predicted: golden.predicted, targets: golden.targets, classes: golden.classes)
    #expect(matrix.counts == golden.confusion)
    #expect(close(matrix.accuracy, golden.accuracy))
    #expect(close(matrix.balancedAccuracy, golden.balancedAccuracy))
    #expect(close(matrix.macroF1, golden.macroF1))
    #expect(close(matrix.weightedF1, golden.weightedF1))
  }

  @Test func rowsAreTargets() {
    let matrix = ConfusionMatrix(predicted: [1, 1, 0], targets: [0, 1, 0], classes: 3)
    #expect(matrix[0, 1] == 1)
    #expect(matrix[1, 0] == 0)
    #expect(matrix.classCounts == ClassCounts(hits: [1, 1, 0], support: [2, 1, 0], predicted: [1, 2, 0]))
  }

  @Test func oneClassOnly() {
    let matrix = ConfusionMatrix(predicted: [0, 0], targets: [0, 0], classes: 1)
    #expect(matrix.accuracy == 1)
    #expect(matrix.balancedAccuracy == 1)
    #expect(matrix.macroF1 == 1)
  }
}
