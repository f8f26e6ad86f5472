public import Tensors

/// What a prediction is trained to minimise, averaged over samples.
///
/// NaN and infinities pass through: nothing is clamped or skipped in silence.
public enum Criterion: Codable, Sendable, Equatable {
  /// −ln softmax(logits)[class]; logits [B, K], target int64 [B]. With class weights, the weighted mean.
  case crossEntropy(classWeights: [Double]? = nil)
  /// −t ln σ(x) − (1 − t) ln(1 − σ(x)) on logits; any shape, targets in 0 … 1. `positiveWeights` multiplies the first
  /// term, one for each entry of the last axis.
  case binaryCrossEntropy(positiveWeights: [Double]? = nil)
  /// (x − t)².
  case meanSquaredError
  /// |x − t|.
  case meanAbsoluteError
  /// (x − t)² / 2 up to |x − t| = `delta`, then delta (|x − t| − delta / 2) (Huber, 1964).
  case huber(delta: Double = 1)

  /// The loss, a scalar.
  ///
  /// - Parameters:
  ///   - prediction: [B, K] for cross-entropy; otherwise the target's shape, where a trailing axis of length 1 may be
  ///     missing or too many.
  ///   - target: [B] of class indices for cross-entropy; otherwise numbers.
  ///   - sampleWeights: [B], numbers or bool; the loss is Σ wᵢ lᵢ / Σ wᵢ, NaN where all are zero.
  public func callAsFunction(_ prediction: Tensor, _ target: Tensor, sampleWeights: Tensor? = nil) -> Tensor {
    guard let sampleWeights else { return loss(prediction, target, .mean) }
    let weights = sampleWeights.to(prediction.dtype)
    let losses = loss(prediction, target, .none)
    guard weights.shape == [losses.shape[0]] else {
      preconditionFailure("sample weights of shape \(weights.shape) do not fit losses of shape \(losses.shape)")
    }
    let perSample = losses.rank == 1 ? losses : losses.flattened(from: 1, to: -1).mean(axes: [1])
    var shares = weights
    if case .crossEntropy(let classWeights?) = self {
      shares = weights * tensor(classWeights, like: prediction).indexSelect(axis: 0, target)
    }
    return (perSample * weights).sum() / shares.sum()
  }

  private func loss(_ prediction: Tensor, _ target: Tensor, _ reduction: Reduction) -> Tensor {
    if case .crossEntropy(let weights) = self {
      guard prediction.rank == 2, target.shape == [prediction.shape[0]] else {
        preconditionFailure("cross-entropy takes [B, K] and [B], not \(prediction.shape) and \(target.shape)")
      }
      return prediction.crossEntropy(
        target, weight: weights.map { tensor($0, like: prediction) }, reduction: reduction)
    }
    let target = matched(target, to: prediction)
    switch self {
    case .binaryCrossEntropy(let weights?):
      // ln σ(x) = −softplus(−x), so the weight stays on the positive term alone.
      let positive = (tensor(weights, like: prediction) - 1) * target + 1
      let losses = (1 - target) * prediction + positive * (-prediction).softplus()
      return reduction == .none ? losses : losses.mean()
    case .binaryCrossEntropy(nil):
      return prediction.binaryCrossEntropyWithLogits(target, reduction: reduction)
    case .meanSquaredError: return prediction.meanSquaredError(target, reduction: reduction)
    case .meanAbsoluteError: return prediction.absoluteError(target, reduction: reduction)
    case .huber(let delta): return prediction.huberLoss(target, delta: delta, reduction: reduction)
    case .crossEntropy: preconditionFailure("handled above")
    }
  }

  /// Broadcasting [B, 1] against [B] would silently compare every sample with every other.
  private func matched(_ target: Tensor, to prediction: Tensor) -> Tensor {
    let (found, expected) = (target.shape, prediction.shape)
    guard found == expected || found + [1] == expected || found == expected + [1] else {
      preconditionFailure("a target of shape \(found) does not fit a prediction of shape \(expected)")
    }
    return (found == expected ? target : target.reshaped(expected)).to(prediction.dtype)
  }

  private func tensor(_ values: [Double], like prediction: Tensor) -> Tensor {
    Tensor(values).to(prediction.dtype).to(prediction.device)
  }

  /// Weights (N − nₖ) / nₖ that let the samples with a label count as much as those without; 1 for a label that none has.
  ///
  /// - Parameters:
  ///   - counts: nₖ, how many samples have each label.
  ///   - samples: N.
  public static func positiveWeights(counts: [Int], of samples: Int) -> [Double] {
    counts.map { $0 > 0 && $0 < samples ? Double(samples - $0) / Double($0) : 1 }
  }

  /// Weights N / (K nₖ) that give every class the same share of a cross-entropy; 0 for a class without samples.
  public static func balancedWeights(counts: [Int]) -> [Double] {
    let total = Double(counts.reduce(0, +))
    let present = Double(counts.filter { $0 > 0 }.count)
    return counts.map { $0 > 0 ? total / (present * Double($0)) : 0 }
  }
}
