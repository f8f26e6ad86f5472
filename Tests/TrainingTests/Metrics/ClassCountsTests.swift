import Testing

@testable import Training

@Suite("Class counts")
struct ClassCountsTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func agreeWithScikitLearn(_ golden: MetricGoldens.SingleLabel) {
    func count(_ matches: (Int, Int, Int) -> Bool) -> [Int] {
      (0..<golden.classes).map { index in
        zip(golden.predicted, golden.targets).count { matches(index, $0, $1) }
      }
    }
    let counts = ClassCounts(
      hits: count { $0 == $1 && $0 == $2 }, support: count { $0 == $2 },
      predicted: count { index, answer, _ in index == answer })
    #expect(counts.total == golden.targets.count)
    #expect(close(counts.accuracy, golden.accuracy))
    #expect(close(counts.balancedAccuracy, golden.balancedAccuracy))
    #expect(close(counts.macroF1, golden.macroF1))
    #expect(close(counts.weightedF1, golden.weightedF1))
    #expect(close(counts.matthewsCorrelation, golden.mcc))
    #expect(counts == ClassCounts(predicted: golden.predicted, targets: golden.targets, classes: golden.classes))
  }

  @Test func whatIsRemovedWasNeverThere() {
    var counts = ClassCounts(predicted: [0, 1, 1], targets: [0, 1, 2], classes: 3)
    counts.remove(predicted: 1, target: 2)
    #expect(counts == ClassCounts(predicted: [0, 1], targets: [0, 1], classes: 3))
  }

  @Test func constantAnswersHaveNoCorrelation() {
    #expect(ClassCounts(predicted: [1, 1, 1], targets: [0, 1, 1], classes: 2).matthewsCorrelation == 0)
    #expect(ClassCounts(predicted: [0, 1, 1], targets: [1, 1, 1], classes: 2).matthewsCorrelation == 0)
  }

  @Test func aClassThatNeverOccursHasNoF1() {
    #expect(ClassCounts(hits: [1, 0, 0], support: [3, 0, 0], predicted: [1, 2, 0]).f1(of: 2) == 0)
  }
}
