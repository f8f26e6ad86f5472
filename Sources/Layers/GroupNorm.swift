public import Tensors

/// Normalises groups of channels of every sample, [B, C, ...] (Wu & He, 2018).
public struct GroupNorm: Module {
  public let weight: Parameter
  public let bias: Parameter
  let groups: Int
  let epsilon: Double

  public init(groups: Int, channels: Int, epsilon: Double = 1e-5) {
    precondition(groups > 0 && channels % groups == 0, "\(channels) channels cannot form \(groups) equal groups")
    weight = Parameter(Tensor.ones([channels]))
    bias = Parameter(Tensor.zeros([channels]))
    self.groups = groups
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    reporting(x.groupNorm(groups, weight: weight.value, bias: bias.value, epsilon: epsilon))
  }
}
