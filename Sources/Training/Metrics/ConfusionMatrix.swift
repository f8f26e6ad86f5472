/// Counts of (target, predicted) class pairs, and the scores of single-label classification that follow from them.
///
/// ```swift
/// let matrix = ConfusionMatrix(predicted: [0, 1, 1], targets: [0, 1, 0], classes: 2)
/// matrix.accuracy      // 0.666…
/// matrix[0, 1]         // 1: one sample of class 0 was called class 1
/// ```
public struct ConfusionMatrix: Sendable, Equatable {
  public let classes: Int
  /// `[K, K]`, row-major; rows are targets, columns predictions.
  public private(set) var counts: [Int]

  /// - Precondition: as many predictions as targets, at least one, all within `0..<classes`.
  public init(predicted: [Int], targets: [Int], classes: Int) {
    requirePairs(predicted.count, targets.count)
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * classes)
    for (prediction, target) in zip(predicted, targets) {
      guard (0..<classes).contains(prediction), (0..<classes).contains(target) else {
        preconditionFailure("class pair (\(target), \(prediction)) outside 0..<\(classes)")
      }
      counts[target * classes + prediction] += 1
    }
  }

  public subscript(target: Int, predicted: Int) -> Int { counts[target * classes + predicted] }

  public var total: Int { counts.reduce(0, +) }

  /// Samples per target class.
  public var support: [Int] { (0..<classes).map { row in (0..<classes).reduce(0) { $0 + self[row, $1] } } }

  /// Samples per predicted class.
  public var predictedCounts: [Int] {
    (0..<classes).map { column in (0..<classes).reduce(0) { $0 + self[$1, column] } }
  }

  public var accuracy: Double {
    Double((0..<classes).reduce(0) { $0 + self[$1, $1] }) / Double(total)
  }

  /// Mean recall over the classes that occur among the targets.
  public var balancedAccuracy: Double {
    let recalls = zip(support, 0..<classes).filter { $0.0 > 0 }.map { Double(self[$1, $1]) / Double($0) }
    return recalls.reduce(0, +) / Double(recalls.count)
  }

  /// F1 per class, 2·TP / (targets + predictions); 0 for a class that never occurs on either side.
  public var f1: [Double] {
    zip(support, predictedCounts).enumerated().map { index, counts in
      let denominator = counts.0 + counts.1
      return denominator == 0 ? 0 : 2 * Double(self[index, index]) / Double(denominator)
    }
  }

  /// Mean F1 over the classes that occur among targets or predictions.
  public var macroF1: Double {
    let support = support
    let predicted = predictedCounts
    let occurring = f1.indices.filter { support[$0] + predicted[$0] > 0 }
    return occurring.reduce(0) { $0 + f1[$1] } / Double(occurring.count)
  }

  /// Mean F1 over the classes, weighted by their number of targets.
  public var weightedF1: Double {
    zip(f1, support).reduce(0) { $0 + $1.0 * Double($1.1) } / Double(total)
  }
}

/// Every metric compares at least one prediction with its own target.
func requirePairs(_ predictions: Int, _ targets: Int) {
  guard predictions == targets, targets > 0 else {
    preconditionFailure("\(predictions) predictions for \(targets) targets; a metric needs as many, and at least one")
  }
}
