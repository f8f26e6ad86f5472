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

  /// No samples yet.
  public init(classes: Int) {
    hits = [Int](repeating: 0, count: classes)
    support = hits
    predicted = hits
  }

  /// - Parameters:
  ///   - predicted: class indices `[N]`.
  ///   - targets: class indices `[N]`.
  public init(predicted: [Int], targets: [Int], classes: Int) {
    self.init(classes: classes)
    for (prediction, target) in zip(predicted, targets) { add(predicted: prediction, target: target) }
  }

  public mutating func add(predicted prediction: Int, target: Int) { count(prediction, target, 1) }

  public mutating func remove(predicted prediction: Int, target: Int) { count(prediction, target, -1) }

  private mutating func count(_ prediction: Int, _ target: Int, _ step: Int) {
    hits[target] += prediction == target ? step : 0
    support[target] += step
    predicted[prediction] += step
  }

  public var total: Int { support.reduce(0, +) }

  public var accuracy: Double { Double(hits.reduce(0, +)) / Double(total) }

  /// Mean recall over the classes that occur among the targets.
  public var balancedAccuracy: Double {
    let occurring = support.indices.filter { support[$0] > 0 }
    return occurring.reduce(0) { $0 + recall(of: $1) } / Double(occurring.count)
  }

  /// Share of a class's samples that were predicted as such; not a number for a class without any.
  public func recall(of index: Int) -> Double { Double(hits[index]) / Double(support[index]) }

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

  /// Matthews' correlation of targets and predictions, −1 … 1; 0 where either is constant (Gorodkin, 2004).
  public var matthewsCorrelation: Double {
    let total = Double(total)
    func products(_ first: [Int], _ second: [Int]) -> Double {
      zip(first, second).reduce(0) { $0 + Double($1.0) * Double($1.1) }
    }
    let covariance = Double(hits.reduce(0, +)) * total - products(support, predicted)
    let spread = (total * total - products(support, support)) * (total * total - products(predicted, predicted))
    return spread > 0 ? covariance / spread.squareRoot() : 0
  }
}
