/// Hits, targets and predictions per class: all that accuracy and the F1 family need, in O(N + K).
public struct ClassCounts: Sendable, Equatable {
  /// Samples of the class that were predicted as such.
  public var hits: [Int]
  /// Samples per target class.
  public var support: [Int]
  /// Samples per predicted class.
  public var predicted: [Int]

  public init(hits: [Int], support: [Int], predicted: [Int]) {
    self.hits = hits
    self.support = support
    self.predicted = predicted
  }

  public var total: Int { support.reduce(0, +) }

  public var accuracy: Double { Double(hits.reduce(0, +)) / Double(total) }

  /// Mean recall over the classes that occur among the targets.
  public var balancedAccuracy: Double {
    let occurring = support.indices.filter { support[$0] > 0 }
    return occurring.reduce(0) { $0 + Double(hits[$1]) / Double(support[$1]) } / Double(occurring.count)
  }

  /// F1 of a class, 2·TP / (targets + predictions); 0 for a class that never occurs on either side.
  public func f1(of index: Int) -> Double {
    let denominator = support[index] + predicted[index]
    return denominator == 0 ? 0 : 2 * Double(hits[index]) / Double(denominator)
  }

  /// Mean F1 over the classes that occur among targets or predictions.
  public var macroF1: Double {
    let occurring = support.indices.filter { support[$0] + predicted[$0] > 0 }
    return occurring.reduce(0) { $0 + f1(of: $1) } / Double(occurring.count)
  }

  /// Mean F1 over the classes, weighted by their number of targets.
  public var weightedF1: Double {
    support.indices.reduce(0) { $0 + f1(of: $1) * Double(support[$1]) } / Double(total)
  }
}
