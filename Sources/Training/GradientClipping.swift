import Tensors

extension Arena {
  /// Scales all gradients so that their common Euclidean norm is at most `limit` (Pascanu et al., 2013, algorithm 1).
  ///
  /// - Returns: the norm before; not finite where a gradient was not.
  @discardableResult
  public func clipGradients(norm limit: Double) -> Double {
    clip(gradients, norm: limit)
  }
}

/// Scales gradients `[n]` to a norm of at most `limit`, and returns the norm before.
func clip(_ gradients: Tensor, norm limit: Double) -> Double {
  precondition(limit > 0, "gradients can be clipped to a norm above 0, not \(limit)")
  let norm = gradients.norm().item()
  let factor = limit / (norm + 1e-6)
  if factor < 1 { gradients.mul_(factor) }
  return norm
}
