import Encoders
import Kernels
import Models
public import Tensors

/// Canonical correlation in the feature spaces of two kernels (Akaho, 2001; Bach & Jordan, 2002): f = K_x α and g = K_y β
/// that correlate most, αᵀ D_x α = βᵀ D_y β = 1, where D is the regularised square of the centred Gram matrix K.
///
/// Without regularisation every correlation would be 1; so it is asked for. Many samples go through
/// `LowRankKernelCCA`. Signs: in each column of α the element of largest magnitude is positive.
///
/// ```swift
/// let kernel = VectorKernel.gaussian(gamma: 0.5)
/// let analysis = try KernelCCA(
///   fitting: kernel.gram(x), kernel.gram(y), components: 3, regularisation: .shrinkage(0.1))
/// let u = analysis.transform(try kernel.gram(new, x), .first)
/// ```
public struct KernelCCA {
  public typealias View = CanonicalCorrelationAnalysis.View

  /// What D is made of the centred Gram matrix K of n samples.
  public enum Regularisation: Hashable, Sendable, Codable {
    /// (1 − c) K² / (n − 1) + c K, 0 < c ≤ 1; with linear kernels this is shrinkage of the covariance.
    case shrinkage(Double)
    /// K² + κ K (Hardoon, Szedmak & Shawe-Taylor, 2004, eq. 4.3 with κ for τ).
    case ridge(Double)
    /// (K + n κ/2 · I)² (Bach & Jordan, 2002, section 3.2.1).
    case square(Double)
  }

  public let regularisation: Regularisation
  /// Singular values of D_x^(−1/2) K_x K_y D_y^(−1/2), for shrinkage divided by n − 1; descending.
  public let singularValues: [Double]
  /// Correlations of f and g over the fitted samples, in the order of the singular values.
  public let correlations: [Double]
  /// α and β `[n, components]`.
  public let coefficients: [Tensor]
  private let centrings: [KernelCentring]?

  /// Fits Gram matrices `[n, n]` of the same samples.
  ///
  /// - Parameters:
  ///   - x: of the first view.
  ///   - y: of the second.
  ///   - components: pairs of directions; fewer come back where the kernels span fewer.
  ///   - regularisation: without which every correlation would be 1.
  ///   - isCentred: whether the samples are moved to mean 0 in feature space first.
  ///   - solver: by default, dense for few samples and iterative for many.
  /// - Throws: `InputError` where a matrix is constant or holds a value that is not finite; `UsageError` for a wrong
  ///   number of components or a regularisation that is not above 0.
  public init(
    fitting x: Tensor, _ y: Tensor, components: Int, regularisation: Regularisation, isCentred: Bool = true,
    solver: KernelCCASolver = .automatic
  ) throws {
    for gram in [x, y] {
      precondition(
        gram.rank == 2 && gram.shape[0] == gram.shape[1] && gram.shape[0] == x.shape[0],
        "Gram matrices of shapes \(x.shape) and \(y.shape); both [n, n] expected")
    }
    let count = x.shape[0]
    guard count >= 2 else { throw InputError("\(count) samples; at least 2 expected") }
    guard (1..<count).contains(components) else {
      throw UsageError("\(components) components of \(count) samples; expected 1 to \(count - 1)")
    }
    try checkViews([x, y])
    centrings = isCentred ? [KernelCentring(fitting: x), KernelCentring(fitting: y)] : nil
    let smoothers = try [x, y].enumerated().map { number, gram in
      let plain = gram.to(.float64)
      let moved = isCentred ? KernelCentring.centred(plain) : plain
      guard moved.abs().max().item() > 1e-13 * plain.abs().max().item() else {
        throw InputError(at: "view \(number + 1)", "its kernel is constant: nothing in it can correlate")
      }
      return try KernelSmoother(moved, regularisation, view: number)
    }
    self.regularisation = regularisation
    let pairs = solver.solve(smoothers[0], smoothers[1], components: components)
    // Beyond the dimensions that the kernels span, what a solver finds is rounding error.
    let kept = max(1, pairs.values.count { $0 > 1e-6 * (pairs.values.first ?? 0) })
    singularValues = Array(pairs.values.prefix(kept))
    let weighted = pairs.coefficients.map { $0.narrow(axis: 1, start: 0, length: kept) }
    let signs = weighted[0].gather(axis: 0, weighted[0].abs().argmax(axis: 0).unsqueezed(0)).sign()
    coefficients = weighted.map { $0 * signs }
    let scores = zip(smoothers, coefficients).map { $0.gram.matmul($1) }
    let centred = scores.map { $0 - $0.mean(axes: [0]) }
    let norms = centred.map { $0.norm(axes: [0]).clamped(min: 1e-300) }
    correlations = ((centred[0] * centred[1]).sum(axes: [0]) / norms[0] / norms[1]).clamped(min: -1, max: 1).doubles
  }

  /// The scores of samples of a view, `[m, components]`.
  ///
  /// - Parameters:
  ///   - kernels: their kernels `[m, n]` with the fitted samples, not centred.
  ///   - view: that the samples are of.
  public func transform(_ kernels: Tensor, _ view: View) -> Tensor {
    let coefficients = coefficients[view.rawValue]
    precondition(
      kernels.rank == 2 && kernels.shape[1] == coefficients.shape[0],
      "kernels of shape \(kernels.shape) for \(coefficients.shape[0]) fitted samples")
    return (centrings?[view.rawValue].apply(kernels) ?? kernels.to(.float64)).matmul(coefficients)
  }

  /// The scores of a view as one affine function of kernels that are not centred: K A + b.
  ///
  /// - Returns: A `[n, components]` and b `[components]`.
  public func function(_ view: View) -> (coefficients: Tensor, offset: Tensor) {
    let plain = coefficients[view.rawValue]
    let nothing = Tensor.zeros([1, plain.shape[0]], dtype: .float64)
    guard centrings != nil else { return (plain, nothing.matmul(plain).reshaped([-1])) }
    // Centring takes the mean of a row off, which the coefficients can do as well.
    return (plain - plain.mean(axes: [0]), transform(nothing, view).reshaped([-1]))
  }
}

extension Method {
  static let kernelCCA = correlation(
    "kernel-cca", "canonical correlation in the feature spaces of kernels, linear predictor on the scores",
    "Akaho, 2001, A kernel method for canonical correlation analysis", 2...2,
    [
      MethodOption("kernel", default: "rbf", help: "linear, polynomial, laplacian, exp-dot, rbf or cosine"),
      MethodOption(
        "rank", default: 300, in: 1...100_000,
        help: "most features of a kernel above \(LowRankKernelCCA.exactLimit) samples; below, it is exact"),
      MethodOption(
        "regularisation", default: .automatic, in: 1e-6...1.0, help: "shrinkage above 0 to 1; auto: what validates best"
      ),
    ]
  ) {
    .kernel(
      try KernelChoice(ofFeatures: $0.text("kernel"), method: $0.method), rank: try $0.integer("rank"))
  }
}
