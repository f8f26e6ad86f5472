public import Modalities
public import Tensors
public import Training

/// Everything that a prediction problem decides, in one place: what is lost, what outputs mean, how predictions are scored and
/// written down, and how experts and solvers that know nothing but numbers serve it.
///
/// A model puts out `[B, K]`, logits or standardised values; a prediction is what they mean: probabilities, or values in the
/// unit of the target.
///
/// ```swift
/// let task = TaskKind.classification.prediction(outputs: 3)!
/// let loss = task.criterion(balancing: nil)(outputs, target)
/// let rows = task.predictions(of: outputs)      // probabilities [B, 3]
/// ```
public protocol PredictionTask: Sendable {
  var kind: TaskKind { get }
  /// K: classes, labels, or 1 for a value.
  var outputs: Int { get }

  // MARK: Learning

  /// The loss of outputs.
  ///
  /// - Parameter targets: of the train split, where classes or labels are to count alike however rare they are; else nil.
  func criterion(balancing targets: Targets?) -> Criterion
  /// Whether there is anything whose rarity could be balanced.
  var balances: Bool { get }
  /// What outputs `[B, K]` mean: probabilities, or values in the target's unit.
  func predictions(of outputs: Tensor) -> Tensor

  // MARK: Scoring

  /// What predictions can be scored by, the usual metric first (`Metric.all(for:)`).
  var metrics: [Metric] { get }
  /// How many numbers a target is, in a row of numbers: K for labels, else 1.
  var targetWidth: Int { get }
  /// Predictions beside their targets, ready to be scored.
  ///
  /// - Parameters:
  ///   - predictions: `[N, K]`, row-major.
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

  // MARK: Experts

  /// Whether outputs stand for probabilities, which can be multiplied and voted on.
  var hasProbabilities: Bool { get }
  /// Outputs `[B, M, K]` of experts in the form in which they are averaged in logarithm or stacked.
  func logarithms(_ outputs: Tensor) -> Tensor
  /// The mixture Σ_m w_m p_m of outputs `[B, M, K]` as outputs `[B, K]`.
  ///
  /// - Parameter logWeights: ln w_m, `[B, M, 1]` or `[1, M, 1]`.
  func mixture(_ outputs: Tensor, logWeights: Tensor) -> Tensor
  /// Of each expert which outputs it votes for, `[B, M, K]`, bool; where there are probabilities.
  func votes(_ outputs: Tensor) -> Tensor
  /// The probabilities `[B, K]` of a mixture `[B, K]`; where there are any.
  func shares(ofMixture mixture: Tensor) -> Tensor
  /// Outputs `[B, K]` that mean these probabilities `[B, K]`; where there are any.
  func outputs(ofShares shares: Tensor) -> Tensor
  /// Targets as outputs would be if they were certain, `[N, K]` float64.
  func truth(_ targets: Tensor) -> Tensor
  /// Losses `[N]` of outputs `[N, K]` against `truth`.
  func losses(_ outputs: Tensor, truth: Tensor) -> Tensor
  /// Derivatives of `losses` for outputs that are linear in features `[N, D, K]`: ∂loss/∂output `[N, K]`, and centred
  /// features and curvature such that the second derivatives are Σ curvature · centred · centred.
  func derivatives(_ outputs: Tensor, truth: Tensor, features: Tensor) -> (
    errors: Tensor, centred: Tensor, curvature: Tensor
  )

  // MARK: Solvers

  /// The problems with two sides that machines for two sides solve one by one: for each the samples on its positive side. None
  /// for values.
  func binaryProblems(_ targets: Targets) -> [[Bool]]
  /// How many machines serve it: one for each of `binaryProblems`, one for values.
  var machines: Int { get }
  /// Outputs `[B, K]` of what the machines say `[B, machines]`.
  ///
  /// - Parameters:
  ///   - decisions: as they are.
  ///   - logOdds: as logarithms of odds.
  func outputs(ofDecisions decisions: Tensor, logOdds: Tensor) -> Tensor
  /// Whether these outputs are affine in the decisions.
  var isAffineInDecisions: Bool { get }
  /// A linear predictor, found to the last digit: slopes `[D, K]` and offset `[K]` or `[1, K]`.
  ///
  /// - Parameters:
  ///   - x: `[n, D]` float64, columns of variance 1.
  ///   - sampleWeights: how much each sample counts where these are to be told from the others; nil for all alike.
  ///   - cost: C, what a unit of loss counts against half the squared slopes.
  func linear(
    fitting x: Tensor, _ targets: Targets, sampleWeights: ([Bool]) -> [Double]?, cost: Double
  ) throws -> (slopes: Tensor, offset: Tensor)
}

extension TaskKind {
  /// The prediction problem with so many outputs; nil where nothing is predicted.
  ///
  /// - Parameter scaling: of a target of numbers.
  public func prediction(outputs: Int, scaling: TargetScaling = .identity) -> (any PredictionTask)? {
    switch self {
    case .classification: ClassificationTask(outputs: outputs)
    case .multilabel: MultilabelTask(outputs: outputs)
    case .regression: RegressionTask(outputs: outputs, scaling: scaling)
    case .retrieval, .none: nil
    }
  }

  /// The same of a data set whose classes have names, or none where it has values.
  ///
  /// - Throws: `InputError` where nothing is predicted.
  public func prediction(classes: [String], scaling: TargetScaling = .identity) throws -> any PredictionTask {
    guard let task = prediction(outputs: max(1, classes.count), scaling: scaling) else {
      throw InputError(at: "task", "\"\(rawValue)\" is nothing that a model predicts")
    }
    return task
  }
}
