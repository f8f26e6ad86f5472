/// Scores that the sentiment field reports for regressed polarity in [−3, 3] (CMU-MOSI, CMU-MOSEI).
public enum SentimentMetrics {
  /// Two-class accuracy and weighted F1 of one convention.
  public struct Binary: Sendable, Equatable {
    public var accuracy: Double
    public var weightedF1: Double
  }

  /// Negative against non-negative: ŷ ≥ 0 compared with y ≥ 0, neutral samples included ("has0").
  public static func has0(predicted: [Double], targets: [Double]) -> Binary {
    requirePairs(predicted.count, targets.count)
    return binary(predicted.map { $0 >= 0 }, targets.map { $0 >= 0 })
  }

  /// Negative against positive: ŷ > 0 compared with y > 0 over the samples with y ≠ 0 ("non0"); `nil` where all are neutral.
  public static func non0(predicted: [Double], targets: [Double]) -> Binary? {
    requirePairs(predicted.count, targets.count)
    let polar = targets.indices.filter { targets[$0] != 0 }
    guard !polar.isEmpty else { return nil }
    return binary(polar.map { predicted[$0] > 0 }, polar.map { targets[$0] > 0 })
  }

  /// Seven-class accuracy: both sides clipped to [−3, 3] and rounded, halves to even as NumPy rounds.
  public static func accuracy7(predicted: [Double], targets: [Double]) -> Double {
    requirePairs(predicted.count, targets.count)
    func level(_ value: Double) -> Double { min(3, max(-3, value)).rounded(.toNearestOrEven) }
    return Double(zip(predicted, targets).count { level($0) == level($1) }) / Double(targets.count)
  }

  private static func binary(_ predicted: [Bool], _ targets: [Bool]) -> Binary {
    let matrix = ConfusionMatrix(
      predicted: predicted.map { $0 ? 1 : 0 }, targets: targets.map { $0 ? 1 : 0 }, classes: 2)
    return Binary(accuracy: matrix.accuracy, weightedF1: matrix.weightedF1)
  }
}
