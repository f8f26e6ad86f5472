public import Tensors

/// How much two representations fail to correlate, as a loss with gradients: the canonical correlations r of a batch, of
/// which each view's covariance has a ridge (Andrew et al., 2013, section 3).
public struct CorrelationObjective: Sendable, Hashable, Codable {
  /// What is summed; both are in use.
  public enum Convention: String, CaseIterable, Sendable, Codable {
    /// −Σ r, the trace norm of the whitened covariance (Andrew et al., 2013, eq. 10).
    case sum
    /// −Σ r², its squared Frobenius norm (cca-zoo and others); no singular values are needed.
    case sumOfSquares
  }

  public var convention: Convention
  /// Added to the diagonal of each view's covariance, which is divided by n − 1.
  public var ridge: Double
  /// How many of the largest correlations count; nil for all. Only for `sum`.
  public var components: Int?

  public init(_ convention: Convention = .sum, ridge: Double = 1e-3, components: Int? = nil) {
    precondition(components == nil || convention == .sum, "only the sum of correlations can be cut to the largest")
    self.convention = convention
    self.ridge = ridge
    self.components = components
  }

  /// Refuses a batch that is too small to show anything.
  ///
  /// - Throws: `UsageError` with the reason.
  public static func check(batch: Int, width: Int) throws {
    guard batch > width else {
      throw UsageError(
        "a batch of \(batch) samples for representations of width \(width): so few samples correlate perfectly whatever "
          + "the networks do, and nothing is learned; use batches of more than \(width), better of several times as many"
      )
    }
  }

  /// The loss of representations `[B, width]` of the same samples, a float64 scalar; the views may differ in width.
  public func callAsFunction(_ first: Tensor, _ second: Tensor) -> Tensor {
    precondition(
      first.rank == 2 && second.rank == 2 && first.shape[0] == second.shape[0]
        && first.shape[0] > max(first.shape[1], second.shape[1]),
      "representations of shapes \(first.shape) and \(second.shape); more samples than columns expected")
    precondition(ridge > 0, "ridge \(ridge); above 0 expected, else a collapsed representation has no inverse")
    let views = [first, second].map { view -> Tensor in
      let exact = view.to(.float64)
      return exact - exact.mean(axes: [0])
    }
    let scale = 1 / Double(first.shape[0] - 1)
    let factors = views.map { view in
      (view.transposed(0, 1).matmul(view) * scale + Tensor.eye(view.shape[1], dtype: .float64) * ridge).cholesky()
    }
    // L₁⁻¹ Σ₁₂ L₂⁻ᵀ has the singular values of Σ₁₁^(−1/2) Σ₁₂ Σ₂₂^(−1/2).
    let half = factors[0].triangularSolve(views[0].transposed(0, 1), upper: false)
    let other = factors[1].triangularSolve(views[1].transposed(0, 1), upper: false)
    let whitened = half.matmul(other.transposed(0, 1)) * scale
    switch convention {
    case .sumOfSquares: return -whitened.square().sum()
    case .sum:
      let values = whitened.svd().s
      let kept = min(components ?? values.count, values.count)
      return -values.narrow(axis: 0, start: 0, length: kept).sum()
    }
  }
}
