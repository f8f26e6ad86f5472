public import Tensors

/// Normalises the last axis to mean 0 and variance 1, then scales and shifts (Ba et al., 2016).
public struct LayerNorm: Module {
  public let weight: Parameter
  public let bias: Parameter
  let epsilon: Double

  public init(_ width: Int, epsilon: Double = 1e-5) {
    weight = Parameter(Tensor.ones([width]))
    bias = Parameter(Tensor.zeros([width]))
    self.epsilon = epsilon
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    reporting(x.layerNorm(weight.shape, weight: weight.value, bias: bias.value, epsilon: epsilon))
  }
}
