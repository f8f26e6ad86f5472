public import Modalities
import Tensors
import Training

/// Predictions beside their targets, ready to be scored on any selection of the samples.
///
/// ```swift
/// let predictions = try Predictions([[0.2, 0.8], [0.6, 0.4]], targets: [1, 1], task: .classification)
/// predictions.score(.accuracy)   // 0.5
/// ```
public struct Predictions: Sendable {
  public let task: TaskKind
  public let count: Int
  /// What the task makes of the metrics.
  let scored: any ScoredPredictions

  /// - Parameters:
  ///   - rows: `[N][K]`: class probabilities, label probabilities, or values (K = 1).
  ///   - targets: class index or value, `[N]`; multilabel: zeros and ones, `[N, K]` row-major.
  ///   - task: that decides what rows and targets mean.
  ///   - thresholds: multilabel: from which probability on each label is given, `[K]`; nil for one half.
  /// - Throws: `InputError` for no samples, rows of unequal width, a number that is not finite, counts that do not
  ///   agree, or a target outside the classes.
  public init(_ rows: [[Double]], targets: [Double], task: TaskKind, thresholds: [Double]? = nil) throws {
    guard let columns = rows.first?.count, columns > 0 else { throw InputError("no predictions to score") }
    let problem = task.task(outputs: columns)
    let expected = rows.count * problem.targetWidth
    guard targets.count == expected else {
      throw InputError("\(targets.count) targets for \(rows.count) predictions; expected \(expected)")
    }
    for (index, row) in rows.enumerated() {
      guard row.count == columns else {
        throw InputError("prediction \(index) has \(row.count) columns; expected \(columns)")
      }
      guard row.allSatisfy(\.isFinite) else { throw InputError("prediction \(index) is not finite: \(row)") }
    }
    guard targets.allSatisfy(\.isFinite) else { throw InputError("a target is not finite") }
    self.task = task
    count = rows.count
    scored = try problem.scored(rows.flatMap { $0 }, targets: targets, thresholds: thresholds)
  }

  /// The same of another precision.
  public init(
    _ rows: [[some BinaryFloatingPoint]], targets: [Double], task: TaskKind, thresholds: [Double]? = nil
  ) throws {
    try self.init(rows.map { $0.map { Double($0) } }, targets: targets, task: task, thresholds: thresholds)
  }

  /// The predicted class of every sample; empty for other tasks.
  public var classes: [Int] { (scored as? ClassificationScores)?.predicted ?? [] }

  /// The labels that means over labels leave out, since no sample has them or all have; empty for other tasks.
  public var labelsLeftOut: [Int] { (scored as? LabelScores)?.uniformLabels ?? [] }

  /// Multilabel: the threshold of each label with the largest F1 on these samples; nil for other tasks.
  ///
  /// To be chosen on validation and used on test: on the samples it was chosen on, F1 is too good.
  public var bestThresholds: [Double]? { (scored as? LabelScores)?.bestThresholds }

  /// The score over all samples; `nil` where it is undefined (a correlation with a constant).
  public func score(_ metric: Metric) -> Double? { scores([metric], at: Array(0..<count))[0] }

  /// Every metric that applies and is defined, by name: what goes into `metrics.json`.
  public func scores(_ metrics: [Metric]) -> [String: Double] {
    let values = scores(metrics, at: Array(0..<count))
    return Dictionary(
      uniqueKeysWithValues: zip(metrics, values).compactMap { metric, value in value.map { (metric.rawValue, $0) } })
  }

  /// The scores over the samples at `indices`, a sample as often as it occurs.
  ///
  /// - Precondition: the metrics belong to the task.
  public func scores(_ metrics: [Metric], at indices: [Int]) -> [Double?] { scored(metrics, at: indices) }
}
