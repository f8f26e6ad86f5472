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

  @Test func gapsOfABinCancel() {
    let bins = CalibrationBins(confidences: [0.75, 0.5, 1], hits: [true, false, true], bins: 4)
    #expect(bins.bin == [2, 1, 3])
    #expect(bins.gap == [0.25, -0.5, 0])
    #expect(CalibrationBins.error([0.5, -0.25, 0], of: 3) == 0.25)
    #expect(close(bins.error, 0.25))
  }
}
