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
    guard probability > 0, let masks = Phase.masks else { return x }
    return x * masks.mask(x.shape, keep: 1 - probability, dtype: x.dtype).to(x.device)
  }

  /// Drops the same features in all steps of a sample (Gal & Ghahramani, 2016), [B, T, D]: what is dropped does not depend
  /// on the number of steps, so a replica drops what its seed alone drops whatever length its batch is padded to.
  public func alikeInAllSteps(_ x: Tensor) -> Tensor {
    guard probability > 0, let masks = Phase.masks else { return x }
    let shape = [x.shape[0], 1, x.shape[2]]
    return x * masks.mask(shape, keep: 1 - probability, dtype: x.dtype).to(x.device)
  }
}
