/// Scores of label decisions against true labels, both `[N, K]` row-major.
///
/// Means over labels leave out those that no row has, or all rows have: whether they are told apart cannot be seen.
public struct MultilabelMetrics: Sendable, Equatable {
  /// Per label: true positives, false positives, false negatives.
  public private(set) var truePositives: [Int]
  public private(set) var falsePositives: [Int]
  public private(set) var falseNegatives: [Int]
  private var exactRows = 0
  private var rows = 0

  public init(predicted: [Bool], targets: [Bool], labels: Int) {
    requirePairs(predicted.count, targets.count)
    guard labels > 0, targets.count % labels == 0 else {
      preconditionFailure("\(targets.count) decisions do not make rows of \(labels) labels")
    }
    truePositives = [Int](repeating: 0, count: labels)
    falsePositives = truePositives
    falseNegatives = truePositives
    for first in stride(from: 0, to: targets.count, by: labels) {
      count(predicted[first..<first + labels], targets[first..<first + labels], 1)
    }
  }

  /// Takes one of the rows out again.
  public mutating func remove(predicted: ArraySlice<Bool>, targets: ArraySlice<Bool>) { count(predicted, targets, -1) }

  /// Counts a row once more.
  public mutating func add(predicted: ArraySlice<Bool>, targets: ArraySlice<Bool>) { count(predicted, targets, 1) }

  private mutating func count(_ predicted: ArraySlice<Bool>, _ targets: ArraySlice<Bool>, _ step: Int) {
    var exact = true
    for (label, pair) in zip(predicted, targets).enumerated() {
      switch pair {
      case (true, true): truePositives[label] += step
      case (true, false):
        falsePositives[label] += step
        exact = false
      case (false, true):
        falseNegatives[label] += step
        exact = false
      case (false, false): break
      }
    }
    exactRows += exact ? step : 0
    rows += step
  }

  /// The labels that some rows have and others have not.
  public var mixedLabels: [Int] {
    truePositives.indices.filter { (1..<max(rows, 1)).contains(truePositives[$0] + falseNegatives[$0]) }
  }

  /// F1 of all decisions pooled; 0 where nothing is true and nothing is predicted.
  public var microF1: Double {
    Self.f1(truePositives.reduce(0, +), falsePositives.reduce(0, +), falseNegatives.reduce(0, +))
  }

  /// Mean over ``mixedLabels`` of their F1; nil where there are none.
  public var macroF1: Double? { mean(f1(of:)) }

  /// Mean over ``mixedLabels`` of Matthews' correlation; nil where there are none.
  public var matthewsCorrelation: Double? { mean(matthewsCorrelation(of:)) }

  /// Share of samples whose labels are all right.
  public var subsetAccuracy: Double { Double(exactRows) / Double(rows) }

  /// F1 of a label; 0 where it is neither true nor predicted anywhere.
  public func f1(of label: Int) -> Double {
    Self.f1(truePositives[label], falsePositives[label], falseNegatives[label])
  }

  /// Matthews' correlation of a label, −1 … 1; 0 where it, or the decision, is the same everywhere.
  public func matthewsCorrelation(of label: Int) -> Double {
    let (hits, predicted) = (truePositives[label], truePositives[label] + falsePositives[label])
    let support = truePositives[label] + falseNegatives[label]
    return ClassCounts(
      hits: [rows - predicted - support + hits, hits], support: [rows - support, support],
      predicted: [rows - predicted, predicted]
    ).matthewsCorrelation
  }

  private func mean(_ score: (Int) -> Double) -> Double? {
    let labels = mixedLabels
    return labels.isEmpty ? nil : labels.reduce(0) { $0 + score($1) } / Double(labels.count)
  }

  private static func f1(_ truePositives: Int, _ falsePositives: Int, _ falseNegatives: Int) -> Double {
    let denominator = 2 * truePositives + falsePositives + falseNegatives
    return denominator == 0 ? 0 : 2 * Double(truePositives) / Double(denominator)
  }
}
