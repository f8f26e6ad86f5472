public import Modalities
public import Tensors

/// A linear predictor on a representation, found to the last digit: softmax regression of classes, logistic regression of
/// each label, ridge regression of values.
public struct LinearPredictor {
  /// `[width, outputs]`.
  public let weights: Tensor
  /// `[outputs]`.
  public let bias: Tensor

  /// - Parameters:
  ///   - x: `[n, width]`; the penalty acts on columns of variance 1.
  ///   - targets: of every row; values are standardised.
  ///   - task: what is predicted.
  ///   - sampleWeights: how much each sample counts where these are to be told from the others; nil for all alike.
  ///   - cost: C, what a unit of loss counts against half the squared weights.
  /// - Throws: `InputError` where a solver finds nothing to tell apart.
  public init(
    fitting x: Tensor, _ targets: Targets, task: any PredictionTask, sampleWeights: ([Bool]) -> [Double]?, cost: Double
  ) throws {
    let mean = x.mean(axes: [0])
    let deviation = x.standardDeviation(axes: [0], unbiased: false)
    let scale = Tensor.where(deviation .> 1e-12, deviation, deviation.onesLike())
    let (slopes, offset) = try task.linear(
      fitting: (x - mean) / scale, targets, sampleWeights: sampleWeights, cost: cost)
    weights = slopes / scale.unsqueezed(1)
    bias = offset - (mean / scale).unsqueezed(0).matmul(slopes).reshaped([-1])
  }

  public init(weights: Tensor, bias: Tensor) {
    self.weights = weights
    self.bias = bias
  }

  public func callAsFunction(_ x: Tensor) -> Tensor { x.matmul(weights) + bias }
}
