import Foundation

/// Scores of class probabilities `[N, K]` (row-major) against class indices `[N]`.
public enum ProbabilityMetrics {
  /// Index of the largest probability (or logit) of each row; the first one where several are equal.
  public static func argmax(_ rows: [Double], classes: Int) -> [Int] {
    requireRows(rows.count, classes)
    return (0..<rows.count / classes).map { row in
      var best = 0
      for column in 1..<max(classes, 1) where rows[row * classes + column] > rows[row * classes + best] {
        best = column
      }
      return best
    }
  }

  /// Mean of −ln p(target), in nats. Probabilities below 10⁻¹² count as 10⁻¹², so that one certain mistake costs 27.6
  /// nats and not infinity.
  public static func logLoss(probabilities: [Double], targets: [Int], classes: Int) -> Double {
    requireRows(probabilities.count, classes)
    requirePairs(probabilities.count / classes, targets.count)
    var sum = 0.0
    for (row, target) in targets.enumerated() { sum += loss(ofTarget: probabilities[row * classes + target]) }
    return sum / Double(targets.count)
  }

  /// −ln of the probability of the right class, as ``logLoss(probabilities:targets:classes:)`` counts it.
  public static func loss(ofTarget probability: Double) -> Double { -log(max(probability, 1e-12)) }

  /// Brier's score of each row, Σₖ (pₖ − [k = target])² (Brier, 1950); of two classes (p − y)² of the second alone, which is
  /// half of that, as it is usual.
  public static func brierScores(_ probabilities: [Double], targets: [Int], classes: Int) -> [Double] {
    requireRows(probabilities.count, classes)
    requirePairs(probabilities.count / classes, targets.count)
    return targets.indices.map { row in
      if classes == 2 {
        let miss = probabilities[2 * row + 1] - Double(targets[row])
        return miss * miss
      }
      return (0..<classes).reduce(0) { sum, column in
        let miss = probabilities[row * classes + column] - (targets[row] == column ? 1 : 0)
        return sum + miss * miss
      }
    }
  }

  /// Largest probability of each row.
  public static func confidences(_ probabilities: [Double], classes: Int) -> [Double] {
    requireRows(probabilities.count, classes)
    return (0..<probabilities.count / classes).map { row in
      probabilities[row * classes..<(row + 1) * classes].reduce(0, max)
    }
  }

  private static func requireRows(_ count: Int, _ classes: Int) {
    guard classes > 0, count % classes == 0 else {
      preconditionFailure("\(count) numbers do not make rows of \(classes) classes")
    }
  }
}
