import CKernels
public import Tensors

/// The kernels of vectors: rows of a matrix `[n, width]`, computed in float64, in blocks on all cores.
///
/// ```swift
/// let x = try NPY.read(file)                                   // [n, width]
/// let kernel = VectorKernel.gaussian(gamma: try VectorKernel.medianGamma(x))
/// let train = try kernel.gram(x)
/// ```
public enum VectorKernel: Hashable, Sendable, Codable {
  /// x·y.
  case linear
  /// (scale x·y + offset)^degree.
  case polynomial(degree: Int, scale: Double = 1, offset: Double = 1)
  /// exp(−γ ‖x − y‖), by the sum of absolute differences (the kernel usually called Laplacian) or the Euclidean distance
  /// (also called exponential).
  case laplacian(gamma: Double, distance: Distance = .manhattan)
  /// exp(γ x·y): the exponential of the inner product.
  case exponentialDot(gamma: Double)
  /// exp(−γ ‖x − y‖²), the radial basis function; γ = 1 / (2σ²).
  case gaussian(gamma: Double)
  /// x·y / (‖x‖ ‖y‖); 0 where either is the zero vector.
  case cosine
  /// On histograms: a sum over (x, y) that each form defines; features that are 0 in both add 0.
  case chiSquared(ChiSquared)
  /// Σ min(x, y) on histograms (Swain & Ballard, 1991).
  case intersection

  /// What is measured between two vectors.
  public enum Distance: String, CaseIterable, Hashable, Sendable, Codable { case manhattan, euclidean }

  /// The forms that are all called χ² kernel.
  public enum ChiSquared: Hashable, Sendable, Codable {
    /// exp(−γ Σ (x − y)² / (x + y)) (Zhang et al., 2007, without their ½; scikit-learn's `chi2_kernel`).
    case exponential(gamma: Double)
    /// Σ 2xy / (x + y) (Vedaldi & Zisserman, 2012, table 1).
    case additive
    /// −Σ (x − y)² / (x + y): conditionally positive definite only (scikit-learn's `additive_chi2_kernel`).
    case negative
  }

  /// exp(−‖x − y‖² / (2σ²)).
  public static func gaussian(sigma: Double) -> VectorKernel { .gaussian(gamma: 1 / (2 * sigma * sigma)) }
}

extension VectorKernel: Kernel {
  public func gram(_ a: Tensor, _ b: Tensor) throws -> Tensor {
    let a = try rows(a)
    let b = try rows(b)
    try check(a, b)
    return try refusingOverflow(evaluated(a, b))
  }

  public func gram(_ a: Tensor) throws -> Tensor {
    let a = try rows(a)
    try check(a, a)
    let matrix = symmetric(try refusingOverflow(evaluated(a, a)))
    guard isStationary else { return matrix }
    // A distance to oneself is 0, which the difference of squares only nearly says.
    matrix.diagonal().fill_(1)
    return matrix
  }

  public func diagonal(_ a: Tensor) throws -> Tensor {
    let a = try rows(a)
    try check(a, a)
    let squares = a.square().sum(axes: [1])
    switch self {
    case .linear: return squares
    case .polynomial(let degree, let scale, let offset):
      return try refusingOverflow((squares * scale + offset).pow(Double(degree)))
    case .exponentialDot(let gamma): return try refusingOverflow((squares * gamma).exp())
    case .cosine: return (squares .> 0).to(.float64)
    case .chiSquared(.additive), .intersection: return a.sum(axes: [1])
    case .chiSquared(.negative): return squares.zerosLike()
    case .laplacian, .gaussian, .chiSquared(.exponential): return squares.onesLike()
    }
  }

  /// Whether every sample's kernel with itself is 1 because its distance to itself is 0.
  private var isStationary: Bool {
    switch self {
    case .laplacian, .gaussian, .chiSquared(.exponential): true
    default: false
    }
  }

  private func evaluated(_ a: Tensor, _ b: Tensor) -> Tensor {
    switch self {
    case .linear: return inner(a, b)
    case .polynomial(let degree, let scale, let offset):
      return (inner(a, b) * scale + offset).pow(Double(degree))
    case .exponentialDot(let gamma): return (inner(a, b) * gamma).exp()
    case .cosine: return inner(unit(a), unit(b))
    case .gaussian(let gamma): return (squaredDistances(a, b) * -gamma).exp()
    case .laplacian(let gamma, .euclidean): return (squaredDistances(a, b).sqrt() * -gamma).exp()
    case .laplacian(let gamma, .manhattan): return (pairwise(CK_MANHATTAN, a, b) * -gamma).exp()
    case .chiSquared(.exponential(let gamma)): return (pairwise(CK_CHI_SQUARED, a, b) * -gamma).exp()
    case .chiSquared(.additive): return pairwise(CK_ADDITIVE_CHI, a, b)
    case .chiSquared(.negative): return -pairwise(CK_CHI_SQUARED, a, b)
    case .intersection: return pairwise(CK_INTERSECTION, a, b)
    }
  }

  // MARK: Refusals

  private func check(_ a: Tensor, _ b: Tensor) throws {
    precondition(a.shape[1] == b.shape[1], "samples of shapes \(a.shape) and \(b.shape) differ in width")
    switch self {
    case .polynomial(let degree, let scale, let offset):
      guard degree >= 1, scale > 0, offset >= 0, scale.isFinite, offset.isFinite else {
        throw UsageError(
          "polynomial kernel of degree \(degree), scale \(scale), offset \(offset); expected a degree of at least 1, "
            + "a positive scale and an offset of at least 0, else it is not positive definite")
      }
    case .laplacian(let gamma, _), .exponentialDot(let gamma), .gaussian(let gamma),
      .chiSquared(.exponential(let gamma)):
      guard gamma > 0, gamma.isFinite else { throw UsageError("kernel width γ is \(gamma); expected above 0") }
    case .linear, .cosine, .chiSquared, .intersection: break
    }
    switch self {
    case .chiSquared, .intersection:
      for side in [a, b] where side.count > 0 && side.min().item() < 0 {
        let row = (side .< 0).any(axis: 1).nonzero().integers[0]
        throw InputError(at: "row \(row + 1)", "holds a negative value; a histogram kernel expects none")
      }
    default: break
    }
  }

  private func refusingOverflow(_ matrix: Tensor) throws -> Tensor {
    guard matrix.count == 0 || matrix.sum().item().isFinite || matrix.isFinite().all().item() == 1 else {
      throw InputError("the kernel overflows on these samples; scale them, or choose a smaller width or degree")
    }
    return matrix
  }
}

// MARK: - Parts

private func inner(_ a: Tensor, _ b: Tensor) -> Tensor { a.matmul(b.transposed(0, 1)) }

/// Rows of length 1; zero rows stay zero.
private func unit(_ x: Tensor) -> Tensor {
  // Scaled by the largest first, so that squares of very large or small values stay in range.
  let largest = x.abs().max(axes: [1], keepingDimensions: true)
  let scaled = x / Tensor.where(largest .> 0, largest, largest.onesLike())
  let norms = scaled.norm(axes: [1], keepingDimensions: true)
  return scaled / Tensor.where(norms .> 0, norms, norms.onesLike())
}

/// ‖x − y‖² `[a, b]`. Where rows or features are few they are subtracted; else the binomial formula is used on rows
/// relative to the mean of b, which distances do not see and which keeps digits.
func squaredDistances(_ a: Tensor, _ b: Tensor) -> Tensor {
  guard a.shape[1] > 8, a.shape[0] > 8, b.shape[0] > 8 else { return pairwise(CK_EUCLIDEAN, a, b) }
  let centre = b.mean(axes: [0], keepingDimensions: true)
  let left = a - centre
  let right = b - centre
  let squares = left.square().sum(axes: [1], keepingDimensions: true) + right.square().sum(axes: [1])
  return (squares - inner(left, right) * 2).clamped(min: 0)
}

private func pairwise(_ kind: ck_pairwise_kind, _ a: Tensor, _ b: Tensor) -> Tensor {
  let (count, columns, width) = (a.shape[0], b.shape[0], a.shape[1])
  return a.withBytes { left in
    b.withBytes { right in
      guard a.count > 0, b.count > 0 else { return .zeros([count, columns], dtype: .float64) }
      nonisolated(unsafe) let x = left.bindMemory(to: Double.self).baseAddress!
      nonisolated(unsafe) let y = right.bindMemory(to: Double.self).baseAddress!
      return filling(count, columns: columns) { range, out in
        ck_pairwise(
          Int32(kind.rawValue), x + range.lowerBound * width, y, range.count, columns, width, out, columns)
      }
    }
  }
}

extension VectorKernel {
  /// Refuses parameters with which it would be no kernel of features.
  ///
  /// - Throws: `InputError` naming the file.
  public func check(file: String?) throws {
    let isRight: Bool
    switch self {
    case .linear, .cosine: isRight = true
    case .polynomial(let degree, let scale, let offset):
      isRight = (1...64).contains(degree) && scale > 0 && scale.isFinite && offset >= 0 && offset.isFinite
    case .laplacian(let gamma, _), .exponentialDot(let gamma), .gaussian(let gamma):
      isRight = gamma > 0 && gamma.isFinite
    // Features are normalised: they are no histograms.
    case .chiSquared, .intersection: isRight = false
    }
    guard isRight else { throw InputError(file: file, at: "kernels", "\(self) is no kernel of the model's features") }
  }
}
