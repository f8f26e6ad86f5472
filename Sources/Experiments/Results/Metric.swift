public import Modalities
import Tensors

/// A score of test predictions, by the name it has in files and on the command line.
public enum Metric: String, Codable, Sendable, CaseIterable {
  case accuracy, balancedAccuracy, macroF1, weightedF1, logLoss, calibrationError
  case microF1, subsetAccuracy
  case mae, mse, rmse, r2, pearson
  case accuracy2Has0, accuracy2Non0, f1Has0, f1Non0, accuracy7

  /// Whether a larger value is a better one.
  public var higherIsBetter: Bool {
    switch self {
    case .logLoss, .calibrationError, .mae, .mse, .rmse: false
    default: true
    }
  }

  /// Whether the value is a share of samples or an F1, so that differences are told in points (hundredths).
  public var isShare: Bool {
    switch self {
    case .logLoss, .mae, .mse, .rmse, .r2, .pearson: false
    default: true
    }
  }

  /// The name in running text.
  public var label: String {
    switch self {
    case .accuracy: "accuracy"
    case .balancedAccuracy: "balanced accuracy"
    case .macroF1: "macro F1"
    case .weightedF1: "weighted F1"
    case .logLoss: "log loss"
    case .calibrationError: "calibration error"
    case .microF1: "micro F1"
    case .subsetAccuracy: "subset accuracy"
    case .mae: "mean absolute error"
    case .mse: "mean squared error"
    case .rmse: "root mean squared error"
    case .r2: "R²"
    case .pearson: "correlation"
    case .accuracy2Has0: "two-class accuracy (neutral included)"
    case .accuracy2Non0: "two-class accuracy (neutral left out)"
    case .f1Has0: "two-class F1 (neutral included)"
    case .f1Non0: "two-class F1 (neutral left out)"
    case .accuracy7: "seven-class accuracy"
    }
  }

  /// What `value` improves on `reference` by: positive when `value` is better, whichever direction the metric has.
  public func improvement(of value: Double, over reference: Double) -> Double {
    higherIsBetter ? value - reference : reference - value
  }

  /// The metrics that apply to a task, its usual main metric first.
  public static func all(for task: Task) -> [Metric] {
    switch task {
    case .classification: [.accuracy, .balancedAccuracy, .macroF1, .weightedF1, .logLoss, .calibrationError]
    case .multilabel: [.microF1, .macroF1, .subsetAccuracy]
    case .regression: [.mae, .mse, .rmse, .r2, .pearson] + sentiment
    case .retrieval, .none: []
    }
  }

  /// The metrics to report for a task ranked by `main`; those of the sentiment field only where one of them ranks.
  public static func reported(for task: Task, main: Metric) -> [Metric] {
    all(for: task).filter { !sentiment.contains($0) || sentiment.contains(main) }
  }

  /// The metric that ranks the methods on a data set: the manifest's, or the task's usual one.
  ///
  /// - Throws: `InputError` when the manifest names a metric that its task does not have.
  public static func main(of manifest: Manifest) throws -> Metric {
    let known = all(for: manifest.task)
    guard let usual = known.first else {
      throw InputError(
        file: Manifest.fileName, at: "task",
        "\"\(manifest.task.rawValue)\" has nothing to score; expected classification, regression or multilabel")
    }
    guard let name = manifest.metric else { return usual }
    guard let metric = known.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else {
      throw InputError(
        file: Manifest.fileName, at: "metric",
        "\"\(name)\" is not a metric of \(manifest.task.rawValue); "
          + "expected \(known.map(\.rawValue).joined(separator: ", "))")
    }
    return metric
  }

  private static let sentiment: [Metric] = [.accuracy2Has0, .accuracy2Non0, .f1Has0, .f1Non0, .accuracy7]
}
