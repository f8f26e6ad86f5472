/// Scores of label decisions against true labels, both `[N, K]` row-major.
///
/// The scores that average over labels give a label that never occurs on either side an F1 of 0.
public struct MultilabelMetrics: Sendable, Equatable {
  /// Per label: true positives, false positives, false negatives.
  public private(set) var truePositives: [Int]
  public private(set) var falsePositives: [Int]
  public private(set) var falseNegatives: [Int]
  private var exactRows = 0
  private let rows: Int

  public init(predicted: [Bool], targets: [Bool], labels: Int) {
    requirePairs(predicted.count, targets.count)
    guard labels > 0, targets.count % labels == 0 else {
      preconditionFailure("\(targets.count) decisions do not make rows of \(labels) labels")
    }
    truePositives = [Int](repeating: 0, count: labels)
    falsePositives = truePositives
    falseNegatives = truePositives
    rows = targets.count / labels
    for row in 0..<rows {
      var exact = true
      for label in 0..<labels {
        switch (predicted[row * labels + label], targets[row * labels + label]) {
        case (true, true): truePositives[label] += 1
        case (true, false):
          falsePositives[label] += 1
          exact = false
        case (false, true):
          falseNegatives[label] += 1
          exact = false
        case (false, false): break
        }
      }
      if exact { exactRows += 1 }
    }
  }

  /// F1 of all decisions pooled; 0 where nothing is true and nothing is predicted.
  public var microF1: Double {
    Self.f1(
      truePositives.reduce(0, +), falsePositives.reduce(0, +), falseNegatives.reduce(0, +))
  }

  /// Mean over labels of their F1.
  public var macroF1: Double {
    truePositives.indices.reduce(0) { $0 + Self.f1(truePositives[$1], falsePositives[$1], falseNegatives[$1]) }
      / Double(truePositives.count)
  }

  /// Share of samples whose labels are all right.
  public var subsetAccuracy: Double { Double(exactRows) / Double(rows) }

  private static func f1(_ truePositives: Int, _ falsePositives: Int, _ falseNegatives: Int) -> Double {
    let denominator = 2 * truePositives + falsePositives + falseNegatives
    return denominator == 0 ? 0 : 2 * Double(truePositives) / Double(denominator)
  }
}
