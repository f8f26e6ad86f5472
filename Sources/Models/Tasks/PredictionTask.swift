public import Modalities
public import Tensors
public import Training

/// A task with a target, and everything that it decides: what is lost, what outputs mean, and how experts and solvers that know
/// nothing but numbers serve it.
///
/// A model puts out `[B, K]`, logits or standardised values; a prediction is what they mean: probabilities, or values in the
/// unit of the target.
///
/// ```swift
/// let task = TaskKind.classification.prediction(outputs: 3)!
/// let loss = task.criterion(balancing: nil)(outputs, target)
/// let rows = task.predictions(of: outputs)      // probabilities [B, 3]
/// ```
public protocol PredictionTask: LearningTask {
  // MARK: Learning

  /// The loss of outputs.
  ///
  /// - Parameter targets: of the train split, where classes or labels are to count alike however rare they are; else nil.
  func criterion(balancing targets: Targets?) -> Criterion
  /// Whether there is anything whose rarity could be balanced.
  var balances: Bool { get }
  /// What outputs `[B, K]` mean: probabilities, or values in the target's unit.
  func predictions(of outputs: Tensor) -> Tensor

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

extension PredictionTask {
  public func answers(of model: any MultimodalModel, to batches: some Sequence<Batch>) throws -> Tensor {
    let model = try model.capability((any Predicting).self, "predicts")
    return withoutGradients { .concatenated(batches.map { predictions(of: model($0)) }) }
  }
}

extension TaskKind {
  /// The task with so many outputs; nil where nothing is predicted.
  ///
  /// - Parameter scaling: of a target of numbers.
  public func prediction(outputs: Int, scaling: TargetScaling = .identity) -> (any PredictionTask)? {
    task(outputs: outputs, scaling: scaling) as? any PredictionTask
  }
}
