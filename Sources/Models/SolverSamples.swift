public import Modalities
public import Tensors
public import Training

/// Samples that a solver learns from and chooses by.
public struct SolverSamples {
  /// Train samples, `[n, width]` float64 per modality in sorted order of names.
  public let train: [Tensor]
  /// What each train sample should come out as; values are standardised.
  public let targets: Targets
  /// What is predicted.
  public let task: any PredictionTask
  /// How much each train sample counts; nil for all alike.
  public let weights: [Double]?
  /// Labels: whether samples that have one count as much together as those that have it not.
  public let balancesLabels: Bool
  /// Validation samples, as `train`.
  public let validation: [Tensor]
  /// How good outputs on the validation samples are.
  public let judge: (_ outputs: Tensor) throws -> Validation
  /// How good outputs on the train samples and then the validation samples are, for what predicts train samples held out.
  public let judgeAll: (_ outputs: Tensor) throws -> Validation
  /// Of networks inside.
  public let training: TrainingOptions
  public let seed: UInt64
  public let cancellation: Cancellation?

  public init(
    train: [Tensor], targets: Targets, task: any PredictionTask, weights: [Double]?, balancesLabels: Bool,
    validation: [Tensor], training: TrainingOptions, seed: UInt64, cancellation: Cancellation?,
    judge: @escaping (_ outputs: Tensor) throws -> Validation,
    judgeAll: @escaping (_ outputs: Tensor) throws -> Validation
  ) {
    self.train = train
    self.targets = targets
    self.task = task
    self.weights = weights
    self.balancesLabels = balancesLabels
    self.validation = validation
    self.training = training
    self.seed = seed
    self.cancellation = cancellation
    self.judge = judge
    self.judgeAll = judgeAll
  }

  /// How much each train sample counts to a machine that is to tell these from the others; nil for all alike.
  public func weights(telling positive: [Bool]) -> [Double]? {
    guard balancesLabels, targets.labelSets != nil else { return weights }
    let weight = Criterion.positiveWeights(counts: [positive.count { $0 }], of: positive.count)[0]
    return positive.map { $0 ? weight : 1 }
  }

  /// Whether a choice is better than another.
  static func isBetter(_ validation: Validation, than other: Validation?) -> Bool {
    guard let other, !other.score.isNaN else { return true }
    if validation.score != other.score { return (validation.score > other.score) == validation.higherIsBetter }
    return validation.loss < other.loss
  }
}

/// The best of several choices, the first of equals.
public struct BestChoice<Value> {
  public private(set) var value: Value?
  public private(set) var validation: Validation?

  public init() {}

  /// - Returns: whether it is the best so far.
  @discardableResult
  public mutating func offer(_ validation: Validation, _ value: @autoclosure () -> Value) -> Bool {
    guard SolverSamples.isBetter(validation, than: self.validation) else { return false }
    self.validation = validation
    self.value = value()
    return true
  }
}
