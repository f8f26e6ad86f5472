public import Tensors

/// While training, zeroes each element with probability p and divides the others by 1 − p (Srivastava et al., 2014);
/// otherwise passes on what comes in.
public struct Dropout: Module {
  public let probability: Double

  public init(_ probability: Double) {
    precondition((0..<1).contains(probability), "the probability of dropout must lie in 0 ..< 1, not \(probability)")
    self.probability = probability
  }

  public func callAsFunction(_ x: Tensor) -> Tensor {
    guard probability > 0, let generator = Phase.dropout else { return x }
    let kept = Tensor.bernoulli(x.shape, p: 1 - probability, dtype: x.dtype, generator: generator).to(x.device)
    return x * (kept * (1 / (1 - probability)))
  }
}
