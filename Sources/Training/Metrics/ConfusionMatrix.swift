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

  /// The diagonal and the sums of rows and columns.
  public var classCounts: ClassCounts {
    ClassCounts(
      hits: (0..<classes).map { self[$0, $0] },
      support: (0..<classes).map { row in (0..<classes).reduce(0) { $0 + self[row, $1] } },
      predicted: (0..<classes).map { column in (0..<classes).reduce(0) { $0 + self[$1, column] } })
  }

  public var accuracy: Double { classCounts.accuracy }
  public var balancedAccuracy: Double { classCounts.balancedAccuracy }
  public var macroF1: Double { classCounts.macroF1 }
  public var weightedF1: Double { classCounts.weightedF1 }
}

/// Every metric compares at least one prediction with its own target.
func requirePairs(_ predictions: Int, _ targets: Int) {
  guard predictions == targets, targets > 0 else {
    preconditionFailure("\(predictions) predictions for \(targets) targets; a metric needs as many, and at least one")
  }
}
