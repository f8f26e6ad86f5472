/// Predictions of one task beside their targets, ready to be scored on any selection: what `Predictions` asks of a task.
public protocol ScoredPredictions: Sendable {
  /// The scores over the samples at `indices`, a sample as often as it occurs.
  func callAsFunction(_ metrics: [Metric], at indices: [Int]) -> [Double?]

  /// The score over all samples where sample i is held against the target of sample `order[i]`.
  func score(_ metric: Metric, permuting order: [Int]) -> Double?

  /// One number a sample whose mean is the metric over any selection; nil for a metric that is no such mean.
  func sampleScores(_ metric: Metric) -> [Double]?

  /// The score without each unit's samples in turn, of a metric that is no mean over samples; nil where it is not smooth or
  /// is undefined for the whole.
  ///
  /// A part that is undefined without a unit, such as the recall of a class whose last sample it holds, is as in the whole.
  func scores(_ metric: Metric, withoutEach units: Units) -> [Double]?
}

/// What is drawn and left out together: samples, or groups of them.
public struct Units: Sendable {
  /// The unit of each sample, in `0..<count`.
  public let unit: [Int]
  /// The samples of each unit.
  public let members: [[Int]]

  public init(_ unit: [Int], count: Int) {
    self.unit = unit
    members = unit.indices.reduce(into: [[Int]](repeating: [], count: count)) { $0[unit[$1]].append($1) }
  }

  public var count: Int { members.count }
}
