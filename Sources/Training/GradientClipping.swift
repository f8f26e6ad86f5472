public import Tensors

extension Arena {
  /// Scales all gradients so that their common Euclidean norm is at most `limit` (Pascanu et al., 2013, algorithm 1).
  ///
  /// - Returns: the norm before, a scalar; not finite where a gradient was not.
  @discardableResult
  public func clipGradients(norm limit: Double) -> Tensor {
    precondition(limit > 0, "gradients can be clipped to a norm above 0, not \(limit)")
    let norm = gradients.norm()
    gradients.mul_((limit / (norm + 1e-6)).clamped(max: 1))
    return norm
  }
}
