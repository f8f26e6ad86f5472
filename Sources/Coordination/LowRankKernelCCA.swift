public import Kernels
public import Tensors

/// Kernel canonical correlation of many samples: of the features that incomplete Cholesky factors G of the Gram matrices
/// give, K ≈ GGᵀ (Bach & Jordan, 2002, section 4; Hardoon, Szedmak & Shawe-Taylor, 2004, section 4.2).
///
/// Linear CCA of centred G with covariance (1 − c) GᵀG / (n − 1) + cI is kernel CCA with shrinkage c of GGᵀ, exactly; only
/// K − GGᵀ is lost. Time is linear in the samples, and no matrix `[n, n]` is formed.
///
/// ```swift
/// let analysis = try LowRankKernelCCA(
///   fitting: x, .gaussian(gamma: 0.1), y, .gaussian(gamma: 0.1), components: 5, shrinkage: 0.1, rank: 200)
/// ```
public struct LowRankKernelCCA {
  public typealias View = CanonicalCorrelationAnalysis.View

  /// Kernel CCA of more samples is done of factors of low rank.
  public static let exactLimit = 3000

  public let kernels: [VectorKernel]
  /// The samples of each view whose kernels are features, `[rank, width]`.
  public let pivots: [Tensor]
  /// What part of the trace of each kernel its factor misses.
  public let missing: [Double]
  /// The analysis of the features.
  public let analysis: CanonicalCorrelationAnalysis
  private let factors: [IncompleteCholesky]

  /// Fits samples `[n, width]` of two views.
  ///
  /// - Parameters:
  ///   - x: `[n, width]`.
  ///   - first: kernel of the first view.
  ///   - y: `[n, width]` of the same samples.
  ///   - second: kernel of the second view.
  ///   - components: pairs of directions; fewer come back where the factors have fewer columns.
  ///   - shrinkage: c, above 0 to 1.
  ///   - rank: most features of a view.
  ///   - tolerance: features end where they miss at most this part of the trace.
  public init(
    fitting x: Tensor, _ first: VectorKernel, _ y: Tensor, _ second: VectorKernel, components: Int, shrinkage: Double,
    rank: Int, tolerance: Double = 1e-6
  ) throws {
    guard shrinkage > 0, shrinkage <= 1 else {
      throw UsageError("shrinkage of a kernel CCA is \(shrinkage); expected above 0 to 1, else every correlation is 1")
    }
    try checkViews([x, y])
    kernels = [first, second]
    factors = try zip(kernels, [x, y]).map { try IncompleteCholesky($0, $1, rank: rank, tolerance: tolerance) }
    for (number, factor) in factors.enumerated() where factor.pivots.isEmpty {
      throw InputError(at: "view \(number + 1)", "its kernel is zero: nothing in it can correlate")
    }
    pivots = zip(factors, [x, y]).map { $0.pivotSamples($1) }
    missing = factors.map { $0.trace > 0 ? $0.residual / $0.trace : 0 }
    let most = factors.map(\.pivots.count).min() ?? 0
    analysis = try CanonicalCorrelationAnalysis(
      fitting: factors[0].factor, factors[1].factor,
      .init(components: min(components, most), regularisation: .shrinkage(shrinkage)))
  }

  /// Singular values as `KernelCCA.singularValues`.
  public var singularValues: [Double] { analysis.singularValues }
  /// Correlations as `KernelCCA.correlations`.
  public var correlations: [Double] { analysis.correlations }

  /// The scores of samples `[m, width]` of a view, `[m, components]`.
  public func transform(_ x: Tensor, _ view: View) throws -> Tensor {
    let kernels = try kernels[view.rawValue].gram(x, pivots[view.rawValue])
    return analysis.transform(factors[view.rawValue].features(kernels), view)
  }

  /// The scores of a view as one affine function of kernels with its pivots: K A + b.
  ///
  /// - Returns: A `[rank, components]` and b `[components]`.
  public func function(_ view: View) -> (coefficients: Tensor, offset: Tensor) {
    let factor = factors[view.rawValue]
    let weights = analysis.weights[view.rawValue]
    let features = factor.features(.eye(factor.pivots.count, dtype: .float64))
    return (features.matmul(weights), analysis.means[view.rawValue].unsqueezed(0).matmul(weights).reshaped([-1]) * -1)
  }
}
