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
  public let task: Task
  public let count: Int
  private let columns: Int
  /// `[N, K]`, row-major.
  private let values: [Double]
  private let targets: [Double]
  private let classification: ClassificationScores?

  /// - Parameters:
  ///   - rows: `[N][K]`: class probabilities, label probabilities, or values (K = 1).
  ///   - targets: class index or value, `[N]`; multilabel: zeros and ones, `[N, K]` row-major.
  ///   - task: that decides what rows and targets mean.
  /// - Throws: `InputError` for no samples, rows of unequal width, a number that is not finite, counts that do not
  ///   agree, or a target outside the classes.
  public init(_ rows: [[Float]], targets: [Double], task: Task) throws {
    guard let columns = rows.first?.count, columns > 0 else { throw InputError("no predictions to score") }
    let expected = task == .multilabel ? rows.count * columns : rows.count
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
    self.columns = columns
    self.targets = targets
    count = rows.count
    values = rows.flatMap { $0.map(Double.init) }
    guard task == .classification else {
      classification = nil
      return
    }
    if let outside = targets.first(where: { !(0..<Double(columns)).contains($0) || $0 != $0.rounded() }) {
      throw InputError("target class \(outside) is not one of the \(columns) predicted ones")
    }
    classification = ClassificationScores(values, targets: targets.map { Int($0) }, classes: columns)
  }

  /// The predicted class of every sample; empty for other tasks.
  public var classes: [Int] { classification?.predicted ?? [] }

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
  func scores(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    switch task {
    case .classification: classification!(metrics, at: indices)
    case .multilabel: multilabelScores(metrics, indices)
    case .regression: regressionScores(metrics, indices)
    case .retrieval, .none: preconditionFailure("task \(task.rawValue) has no predictions to score")
    }
  }

  private func multilabelScores(_ metrics: [Metric], _ indices: [Int]) -> [Double?] {
    let cells = indices.flatMap { $0 * columns..<($0 + 1) * columns }
    let scores = MultilabelMetrics(
      predicted: cells.map { values[$0] >= 0.5 }, targets: cells.map { targets[$0] >= 0.5 }, labels: columns)
    return metrics.map { metric in
      switch metric {
      case .microF1: scores.microF1
      case .macroF1: scores.macroF1
      case .subsetAccuracy: scores.subsetAccuracy
      default: preconditionFailure("\(metric.rawValue) is not a metric of multilabel")
      }
    }
  }

  private func regressionScores(_ metrics: [Metric], _ indices: [Int]) -> [Double?] {
    let predicted = indices.map { values[$0 * columns] }
    let targets = indices.map { self.targets[$0] }
    return metrics.map { metric in
      switch metric {
      case .mae: RegressionMetrics.meanAbsoluteError(predicted: predicted, targets: targets)
      case .mse: RegressionMetrics.meanSquaredError(predicted: predicted, targets: targets)
      case .rmse: RegressionMetrics.rootMeanSquaredError(predicted: predicted, targets: targets)
      case .r2: RegressionMetrics.r2(predicted: predicted, targets: targets)
      case .pearson: RegressionMetrics.pearson(predicted: predicted, targets: targets)
      case .accuracy2Has0: SentimentMetrics.has0(predicted: predicted, targets: targets).accuracy
      case .f1Has0: SentimentMetrics.has0(predicted: predicted, targets: targets).weightedF1
      case .accuracy2Non0: SentimentMetrics.non0(predicted: predicted, targets: targets)?.accuracy
      case .f1Non0: SentimentMetrics.non0(predicted: predicted, targets: targets)?.weightedF1
      case .accuracy7: SentimentMetrics.accuracy7(predicted: predicted, targets: targets)
      default: preconditionFailure("\(metric.rawValue) is not a metric of regression")
      }
    }
  }
}
