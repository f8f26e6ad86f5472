import Testing

@testable import Training

@Suite("Regression metrics")
struct RegressionMetricsTests {
  @Test(arguments: try MetricGoldens.load().regression)
  func agreeWithScikitLearn(_ golden: MetricGoldens.Regression) {
    let (predicted, targets) = (golden.predicted, golden.targets)
    #expect(close(RegressionMetrics.meanAbsoluteError(predicted: predicted, targets: targets), golden.mae))
    #expect(close(RegressionMetrics.meanSquaredError(predicted: predicted, targets: targets), golden.mse))
    #expect(close(RegressionMetrics.rootMeanSquaredError(predicted: predicted, targets: targets), golden.rmse))
    #expect(close(RegressionMetrics.r2(predicted: predicted, targets: targets), golden.r2, 1e-9))
    #expect(close(RegressionMetrics.pearson(predicted: predicted, targets: targets), golden.pearson, 1e-9))
  }

  @Test func undefinedIsNilAndNotANumber() {
    #expect(RegressionMetrics.r2(predicted: [1, 2], targets: [3, 3]) == nil)
    #expect(RegressionMetrics.pearson(predicted: [1, 1], targets: [1, 2]) == nil)
    #expect(RegressionMetrics.pearson(predicted: [1, 2], targets: [2, 2]) == nil)
    #expect(RegressionMetrics.r2(predicted: [1], targets: [1]) == nil)
    // The mean of three times 0.1 is not 0.1.
    #expect(RegressionMetrics.r2(predicted: [1, 2, 3], targets: [0.1, 0.1, 0.1]) == nil)
  }

  @Test func perfectCorrelationStaysWithinOne() {
    let targets = (0..<97).map { Double($0) * 0.1 }
    #expect(RegressionMetrics.pearson(predicted: targets.map { $0 * 3.3 }, targets: targets)! <= 1)
    #expect(close(RegressionMetrics.pearson(predicted: targets.map { -$0 }, targets: targets), -1))
  }
}
