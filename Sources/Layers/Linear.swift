public import Tensors

/// y = x Wᵀ + b on the last axis, [..., inputs] to [..., outputs].
///
/// Weight [outputs, inputs] and bias start from U(−1/√inputs, 1/√inputs), PyTorch's default.
public struct Linear: Module {
  public let weight: Parameter
  public let bias: Parameter?

  public init(_ inputs: Int, _ outputs: Int, bias: Bool = true, generator: Generator) {
    precondition(inputs > 0 && outputs > 0, "a linear layer needs widths above 0, not \(inputs) and \(outputs)")
    self.init(
      weight: Initialisation.kaimingUniform([outputs, inputs], fanIn: inputs, generator: generator),
      bias: bias ? Initialisation.kaimingUniform([outputs], fanIn: inputs, generator: generator) : nil)
  }

  /// Starts from given values, [outputs, inputs] and [outputs].
  public init(weight: Tensor, bias: Tensor?) {
    self.weight = Parameter(weight)
    self.bias = bias.map(Parameter.init)
  }

  public var inputSize: Int { weight.shape[1] }
  public var outputSize: Int { weight.shape[0] }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    reporting(x.linear(weight.value, bias: bias?.value))
  }
}
