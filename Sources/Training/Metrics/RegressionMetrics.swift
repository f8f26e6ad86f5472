/// Scores of predicted values against true values.
public enum RegressionMetrics {
  /// Mean of |y − ŷ|.
  public static func meanAbsoluteError(predicted: [Double], targets: [Double]) -> Double {
    requirePairs(predicted.count, targets.count)
    return zip(predicted, targets).reduce(0) { $0 + abs($1.0 - $1.1) } / Double(targets.count)
  }

  /// Mean of (y − ŷ)².
  public static func meanSquaredError(predicted: [Double], targets: [Double]) -> Double {
    requirePairs(predicted.count, targets.count)
    return zip(predicted, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(targets.count)
  }

  /// Square root of the mean squared error, in the unit of the targets.
  public static func rootMeanSquaredError(predicted: [Double], targets: [Double]) -> Double {
    meanSquaredError(predicted: predicted, targets: targets).squareRoot()
  }

  /// Coefficient of determination, 1 − Σ(y − ŷ)² / Σ(y − ȳ)²; `nil` where the targets are all equal.
  public static func r2(predicted: [Double], targets: [Double]) -> Double? {
    requirePairs(predicted.count, targets.count)
    let mean = targets.reduce(0, +) / Double(targets.count)
    let spread = targets.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    guard !isConstant(targets) else { return nil }
    return 1 - zip(predicted, targets).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / spread
  }

  /// Pearson's correlation; `nil` where predictions or targets are all equal.
  public static func pearson(predicted: [Double], targets: [Double]) -> Double? {
    requirePairs(predicted.count, targets.count)
    guard !isConstant(predicted), !isConstant(targets) else { return nil }
    let count = Double(targets.count)
    let meanPrediction = predicted.reduce(0, +) / count
    let meanTarget = targets.reduce(0, +) / count
    var (covariance, predictionSpread, targetSpread) = (0.0, 0.0, 0.0)
    for (prediction, target) in zip(predicted, targets) {
      covariance += (prediction - meanPrediction) * (target - meanTarget)
      predictionSpread += (prediction - meanPrediction) * (prediction - meanPrediction)
      targetSpread += (target - meanTarget) * (target - meanTarget)
    }
    // Rounding can leave a perfect correlation a hair outside [-1, 1].
    return min(1, max(-1, covariance / (predictionSpread.squareRoot() * targetSpread.squareRoot())))
  }

  /// Asked of the values, since rounding gives equal values a spread that is not quite zero.
  private static func isConstant(_ values: [Double]) -> Bool { values.allSatisfy { $0 == values[0] } }
}
