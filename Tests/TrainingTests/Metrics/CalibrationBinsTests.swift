import Testing

@testable import Training

@Suite("Calibration bins")
struct CalibrationBinsTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func agreeWithNumPy(_ golden: MetricGoldens.SingleLabel) {
    let bins = CalibrationBins(
      confidences: ProbabilityMetrics.confidences(golden.probabilities, classes: golden.classes),
      hits: zip(golden.predicted, golden.targets).map { $0 == $1 })
    #expect(close(bins.error, golden.calibrationError))
  }

  @Test func onlyTheSamplesAskedForCount() {
    let bins = CalibrationBins(confidences: [0.75, 0.5, 1], hits: [true, false, true], bins: 4)
    #expect(close(bins.error(at: [0]), 0.25))
    #expect(close(bins.error(at: [0, 1, 1]), (0.25 + 1) / 3))
    #expect(bins.error(at: [2]) == 0)
  }
}
