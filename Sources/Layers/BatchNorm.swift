public import Tensors

/// Normalises every channel over the batch and all positions, [B, C] or [B, C, ...] (Ioffe & Szegedy, 2015).
///
/// Training uses the statistics of the batch (biased variance) and moves the running ones by `momentum` (unbiased
/// variance), as PyTorch does; evaluation uses the running ones. A batch with a single value per channel has no
/// variance: it is normalised by the running statistics, which stay as they are.
public struct BatchNorm: Module {
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Buffer
  public let runningVariance: Buffer
  let momentum: Double
  let epsilon: Double

  public init(_ channels: Int, momentum: Double = 0.1, epsilon: Double = 1e-5) {
    weight = Parameter(Tensor.ones([channels]))
    bias = Parameter(Tensor.zeros([channels]))
    runningMean = Buffer(Tensor.zeros([channels]))
    runningVariance = Buffer(Tensor.ones([channels]))
    self.momentum = momentum
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    let channels = weight.shape[0]
    guard x.rank >= 2, x.shape[1] == channels else {
      preconditionFailure("batch norm of \(channels) channels got an input of shape \(x.shape)")
    }
    let valuesPerChannel = x.shape.reduce(1, *) / channels
    let usesBatch = Phase.isTraining && valuesPerChannel > 1
    let axes = [0] + Array(2..<x.rank)
    let mean = usesBatch ? x.mean(axes: axes) : runningMean.value
    let variance = usesBatch ? x.variance(axes: axes, unbiased: false) : runningVariance.value
    if usesBatch {
      let unbiased = Double(valuesPerChannel) / Double(valuesPerChannel - 1)
      move(runningMean, towards: mean.detached())
      move(runningVariance, towards: variance.detached() * unbiased)
    }
    let scale = weight.value * (variance + epsilon).rsqrt()
    let shift = bias.value - mean * scale
    let broadcast = [channels] + Array(repeating: 1, count: x.rank - 2)
    return reporting(x * scale.reshaped(broadcast) + shift.reshaped(broadcast))
  }

  private func move(_ running: Buffer, towards batch: Tensor) {
    running.value = running.value * (1 - momentum) + batch * momentum
  }
}
