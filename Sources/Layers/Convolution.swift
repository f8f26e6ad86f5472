public import Tensors

/// Convolution over time, [B, inputs, T] to [B, outputs, T′].
///
/// T′ = ⌊(T + 2 padding − dilation (kernel − 1) − 1) / stride⌋ + 1. Weight and bias start from
/// U(−1/√fanIn, 1/√fanIn), fanIn = inputs / groups · kernel, PyTorch's default.
public struct Convolution1D: Module {
  public let weight: Parameter
  public let bias: Parameter?
  let geometry: Geometry

  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true, generator: Generator
  ) {
    geometry = Geometry(stride: stride, padding: padding, dilation: dilation, groups: groups)
    (weight, self.bias) = geometry.parameters(inputs, outputs, kernel: [kernel], bias: bias, generator)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    reporting(
      x.conv1d(
        weight.value, bias: bias?.value, stride: geometry.stride, padding: geometry.padding,
        dilation: geometry.dilation, groups: geometry.groups))
  }
}

/// Convolution over pictures with square kernels, [B, inputs, H, W] to [B, outputs, H′, W′].
///
/// Sizes and initial values follow ``Convolution1D``, with fanIn = inputs / groups · kernel².
public struct Convolution2D: Module {
  public let weight: Parameter
  public let bias: Parameter?
  let geometry: Geometry

  public init(
    _ inputs: Int, _ outputs: Int, kernel: Int, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1,
    bias: Bool = true, generator: Generator
  ) {
    geometry = Geometry(stride: stride, padding: padding, dilation: dilation, groups: groups)
    (weight, self.bias) = geometry.parameters(inputs, outputs, kernel: [kernel, kernel], bias: bias, generator)
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    reporting(
      x.conv2d(
        weight.value, bias: bias?.value, stride: both(geometry.stride), padding: both(geometry.padding),
        dilation: both(geometry.dilation), groups: geometry.groups))
  }

  private func both(_ size: Int) -> [Int] { [size, size] }
}

/// How a kernel moves over its input, the same along every axis.
struct Geometry: Sendable {
  let stride: Int
  let padding: Int
  let dilation: Int
  let groups: Int

  func parameters(_ inputs: Int, _ outputs: Int, kernel: [Int], bias: Bool, _ generator: Generator)
    -> (weight: Parameter, bias: Parameter?)
  {
    guard groups > 0, inputs % groups == 0, outputs % groups == 0 else {
      preconditionFailure("\(inputs) and \(outputs) channels cannot form \(groups) equal groups")
    }
    let fanIn = kernel.reduce(inputs / groups, *)
    let shape = [outputs, inputs / groups] + kernel
    let weight = Parameter(Initialisation.kaimingUniform(shape, fanIn: fanIn, generator: generator))
    guard bias else { return (weight, nil) }
    return (weight, Parameter(Initialisation.kaimingUniform([outputs], fanIn: fanIn, generator: generator)))
  }
}
