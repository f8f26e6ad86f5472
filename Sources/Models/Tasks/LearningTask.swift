public import Modalities
public import Tensors

/// Everything that decides what a model is asked for and how well it does it: what it answers for a sample, how answers are
/// scored, and how they are written down.
///
/// `PredictionTask` is the kind with a target, `RetrievalTask` and `DensityTask` have none.
public protocol LearningTask: Sendable {
  var kind: TaskKind { get }
  /// K: numbers of an answer: classes, labels, or 1 for a value.
  var outputs: Int { get }
  /// What a model says of samples: the rows `[N, K]` that are scored.
  ///
  /// - Throws: `UsageError` where the model cannot do what the task asks for.
  func answers(of model: any MultimodalModel, to batches: some Sequence<Batch>) throws -> Tensor

  // MARK: Scoring

  /// What predictions can be scored by, the usual metric first (`Metric.all(for:)`).
  var metrics: [Metric] { get }
  /// How many numbers a target is, in a row of numbers: K for labels, else 1.
  var targetWidth: Int { get }
  /// Predictions beside their targets, ready to be scored.
  ///
  /// - Parameters:
  ///   - predictions: `[N, K]`, row-major: the answers.
  ///   - targets: `[N, targetWidth]`, row-major.
  ///   - thresholds: of labels, `[K]`; nil for one half each.
  /// - Throws: `InputError` where a target is none of this task.
  func scored(
    _ predictions: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions
  /// The prediction `[K]` that scores best if it is given whatever the input; nil where that has no meaningful score.
  ///
  /// - Parameter targets: that it will be held against: it knows them, which makes it a hard baseline.
  func bestConstant(_ metric: Metric, targets: [Double]) -> [Double]?
  /// Whether one of several classes is true, so that predictions are right or wrong.
  var hasExclusiveClasses: Bool { get }
  /// Whether thresholds decide what is predicted; they are chosen on validation.
  var usesThresholds: Bool { get }

  // MARK: Files

  /// Whether each output is of a class with a name, and a probability.
  var outputsAreClasses: Bool { get }
  /// What is wrong with targets that were read; nil for nothing.
  func objection(to targets: [Double]) -> String?
  /// A prediction as text.
  ///
  /// - Parameters:
  ///   - row: `[K]`.
  ///   - classes: their names.
  func text(_ row: [Double], classes: [String], thresholds: [Double]?) -> String
  /// A target as text.
  ///
  /// - Parameter target: `[targetWidth]`.
  func text(target: [Double], classes: [String]) -> String
  /// How far a prediction is from another: 1 for another class or set of labels, 0 for the same; of values the distance.
  func change(from before: [Double], to now: [Double], thresholds: [Double]?) -> Double
}

extension LearningTask {
  public var hasExclusiveClasses: Bool { false }
  public var usesThresholds: Bool { false }
  public var outputsAreClasses: Bool { false }
  public func bestConstant(_ metric: Metric, targets: [Double]) -> [Double]? { nil }
  public func objection(to targets: [Double]) -> String? { nil }
  public func text(_ row: [Double], classes: [String], thresholds: [Double]?) -> String {
    row.map { "\($0)" }.joined(separator: " ")
  }
  public func change(from before: [Double], to now: [Double], thresholds: [Double]?) -> Double {
    zip(before, now).reduce(0) { $0 + abs($1.0 - $1.1) }
  }
}

extension MultimodalModel {
  /// The model as one that can do what is asked for.
  ///
  /// - Parameter what: it has to do: "predicts", "embeds".
  /// - Throws: `UsageError` where it cannot.
  public func capability<Capability>(_ capability: Capability.Type, _ what: String) throws -> Capability {
    guard let able = self as? Capability else {
      throw UsageError("the model reads \(names.joined(separator: ", ")) but is none that \(what)")
    }
    return able
  }
}

extension TaskKind {
  /// How many numbers a model puts out for a sample: for retrieval one for each ordered pair of modalities.
  public func outputs(classes: Int, modalities: Int) -> Int {
    self == .retrieval ? modalities * (modalities - 1) : max(1, classes)
  }

  /// The task with so many outputs.
  ///
  /// - Parameter scaling: of a target of numbers.
  public func task(outputs: Int, scaling: TargetScaling = .identity) -> any LearningTask {
    switch self {
    case .classification: ClassificationTask(outputs: outputs)
    case .multilabel: MultilabelTask(outputs: outputs)
    case .regression: RegressionTask(outputs: outputs, scaling: scaling)
    case .retrieval: RetrievalTask(outputs: outputs)
    case .none: DensityTask()
    }
  }

  /// The task of a data set whose classes have names, or none where it has values or nothing.
  public func task(classes: [String], scaling: TargetScaling = .identity) -> any LearningTask {
    task(outputs: max(1, classes.count), scaling: scaling)
  }
}
