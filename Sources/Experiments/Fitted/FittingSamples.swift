import Encoders
import Modalities
import Models
import Tensors
import Training

/// What a fitted method learns from and chooses by.
struct FittingSamples {
  /// Train samples, `[n, width]` float64 per modality in sorted order of names.
  let train: [Tensor]
  /// What each train sample should come out as; values are standardised.
  let targets: Targets
  /// What is predicted.
  let task: any PredictionTask
  /// How much each train sample counts; nil for all alike.
  let weights: [Double]?
  /// Labels: whether samples that have one count as much together as those that have it not.
  var balancesLabels = false
  /// Validation samples, as `train`.
  let validation: [Tensor]
  /// How good outputs on the validation samples are.
  let judge: (_ outputs: Tensor) throws -> Validation
  /// How good outputs on the train samples and then the validation samples are, for what predicts train samples held out.
  let judgeAll: (_ outputs: Tensor) throws -> Validation
  /// Of networks inside.
  let training: TrainingOptions
  let seed: UInt64
  let cancellation: Cancellation?

  /// How much each train sample counts to a machine that is to tell these from the others; nil for all alike.
  func weights(telling positive: [Bool]) -> [Double]? {
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
struct BestChoice<Value> {
  private(set) var value: Value?
  private(set) var validation: Validation?

  /// - Returns: whether it is the best so far.
  @discardableResult
  mutating func offer(_ validation: Validation, _ value: @autoclosure () -> Value) -> Bool {
    guard FittingSamples.isBetter(validation, than: self.validation) else { return false }
    self.validation = validation
    self.value = value()
    return true
  }
}
