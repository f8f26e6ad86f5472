public import Modalities
import Tensors

/// A score of test predictions, by the name it has in files and on the command line.
public enum Metric: String, Codable, Sendable, CaseIterable {
  case accuracy, balancedAccuracy, macroF1, weightedF1, mcc, auroc, averagePrecision, logLoss, brier, calibrationError
  case macroAveragePrecision, microAveragePrecision, macroAUROC, microAUROC, microF1, subsetAccuracy
  case mae, mse, rmse, r2, pearson
  case meanReciprocalRank, recallAt1, recallAt5, recallAt10, medianRank, negativeLogLikelihood
  case accuracy2Has0, accuracy2Non0, f1Has0, f1Non0, accuracy7

  /// Whether a larger value is a better one.
  public var higherIsBetter: Bool {
    switch self {
    case .logLoss, .brier, .calibrationError, .mae, .mse, .rmse, .medianRank, .negativeLogLikelihood: false
    default: true
    }
  }

  /// Whether the value is a share, of samples or as F1, areas under curves and Matthews' correlation are, so that differences
  /// are told in points (hundredths).
  public var isShare: Bool {
    switch self {
    case .logLoss, .brier, .mae, .mse, .rmse, .r2, .pearson, .medianRank, .negativeLogLikelihood: false
    default: true
    }
  }

  /// Whether it holds predicted classes, not probabilities, against the true ones: where all predictions are one class it
  /// shows nothing.
  public var comparesClasses: Bool { [.accuracy, .balancedAccuracy, .macroF1, .weightedF1, .mcc].contains(self) }

  /// The name in running text.
  public var label: String {
    switch self {
    case .accuracy: "accuracy"
    case .balancedAccuracy: "balanced accuracy"
    case .macroF1: "macro F1"
    case .weightedF1: "weighted F1"
    case .mcc: "Matthews correlation"
    case .auroc: "AUROC"
    case .averagePrecision: "average precision"
    case .macroAveragePrecision: "macro average precision"
    case .microAveragePrecision: "micro average precision"
    case .macroAUROC: "macro AUROC"
    case .microAUROC: "micro AUROC"
    case .logLoss: "log loss"
    case .brier: "Brier score"
    case .calibrationError: "calibration error"
    case .microF1: "micro F1"
    case .subsetAccuracy: "subset accuracy"
    case .mae: "mean absolute error"
    case .mse: "mean squared error"
    case .rmse: "root mean squared error"
    case .r2: "R²"
    case .pearson: "correlation"
    case .meanReciprocalRank: "mean reciprocal rank"
    case .recallAt1: "recall at 1"
    case .recallAt5: "recall at 5"
    case .recallAt10: "recall at 10"
    case .medianRank: "median rank"
    case .negativeLogLikelihood: "negative log likelihood"
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

  /// δ, the smallest difference that is worth having, where no other is asked for: two points of a share; .02 of R², of a
  /// correlation and of a log loss in nats; .01 of Brier's score and of the calibration error; of errors in the target's
  /// unit .02 of its deviation, and of squared errors .04 of its variance, which is about as much.
  ///
  /// - Parameter deviation: standard deviation of the target in the train split; 1 where the task has no values.
  public func margin(deviation: Double = 1) -> Double {
    switch self {
    case .brier, .calibrationError: 0.01
    case .medianRank: 1
    case .mae, .rmse: 0.02 * deviation
    case .mse: 0.04 * deviation * deviation
    default: 0.02
    }
  }

  /// The metrics that apply to a task, its usual main metric first.
  ///
  /// Of classification, `auroc` and `averagePrecision` are of the second class where there are two, else the mean over
  /// classes of each against the rest. Of several labels, `mcc` is a mean over labels, as all that is called macro.
  public static func all(for task: TaskKind) -> [Metric] {
    task.task(outputs: 2).metrics
  }

  /// The metrics to report for a task ranked by `main`; those of the sentiment field only where one of them ranks, and
  /// areas under curves of many classes only where they do: a pass for each class in each resample takes long.
  ///
  /// - Parameter classes: how many there are.
  public static func reported(for task: TaskKind, main: Metric, classes: Int = 2) -> [Metric] {
    all(for: task).filter { metric in
      metric == main
        || ((!sentiment.contains(metric) || sentiment.contains(main))
          && (task != .classification || classes <= 20 || ![.auroc, .averagePrecision].contains(metric)))
    }
  }

  /// The metric that ranks the methods on a data set: the manifest's, or the task's usual one.
  ///
  /// - Throws: `InputError` when the manifest names a metric that its task does not have.
  public static func main(of manifest: Manifest) throws -> Metric {
    let known = all(for: manifest.task)
    guard let name = manifest.metric else { return known[0] }
    let wanted = name.lowercased()
    guard let metric = known.first(where: { [wanted, "macro" + wanted].contains($0.rawValue.lowercased()) }) else {
      throw InputError(
        file: Manifest.fileName, at: "metric",
        "\"\(name)\" is not a metric of \(manifest.task.rawValue); "
          + "expected \(known.map(\.rawValue).joined(separator: ", "))")
    }
    return metric
  }

  static let sentiment: [Metric] = [.accuracy2Has0, .accuracy2Non0, .f1Has0, .f1Non0, .accuracy7]
}
