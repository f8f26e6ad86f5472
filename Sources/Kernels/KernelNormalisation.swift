public import Tensors

/// How a Gram matrix is brought to a common scale.
public enum KernelNormalisation: String, CaseIterable, Sendable, Codable {
  /// K(x, y) / √(K(x, x) K(y, y)): every sample has length 1 in feature space; 0 where a sample is the origin.
  case cosine
  /// n K / trace K: the mean of the diagonal is 1.
  case trace
  /// K / (mean diagonal − mean of all): the samples have variance 1 in feature space (Kloft et al., 2011, eq. 17).
  case variance
  /// As it is.
  case none

  /// The Gram matrix `[n, n]` at its new scale.
  ///
  /// - Throws: `InputError` where the trace or the variance is not positive.
  public func apply(_ gram: Tensor) throws -> Tensor {
    checkSquare(gram, "Gram matrix")
    let gram = gram.to(.float64)
    return try apply(gram, rows: gram.diagonal(), fitted: gram)
  }

  /// Kernels `[m, n]` of new samples with fitted ones, on the scale of the fitted matrix.
  ///
  /// - Parameters:
  ///   - kernels: `[m, n]`.
  ///   - rows: kernels of the new samples with themselves, `[m]`.
  ///   - fitted: the Gram matrix `[n, n]` of the fitted samples before it was normalised.
  public func apply(_ kernels: Tensor, rows: Tensor, fitted: Tensor) throws -> Tensor {
    precondition(
      kernels.rank == 2 && kernels.shape == [rows.count, fitted.shape[0]],
      "kernels of shape \(kernels.shape) with \(rows.count) new and \(fitted.shape[0]) fitted samples")
    let kernels = kernels.to(.float64)
    switch self {
    case .none: return kernels
    case .cosine: return kernels * inverseRoot(rows.to(.float64)).unsqueezed(1) * inverseRoot(fitted.diagonal())
    case .trace, .variance: return try kernels * factor(fitted)
    }
  }

  /// What the fitted matrix is multiplied by.
  ///
  /// - Throws: `InputError` where the trace or the variance is not positive, and for `cosine`, which has no one factor.
  public func factor(_ fitted: Tensor) throws -> Double {
    checkSquare(fitted, "Gram matrix")
    let fitted = fitted.to(.float64)
    return try factor(trace: fitted.trace().item(), sum: fitted.sum().item(), count: fitted.shape[0])
  }

  /// The same from the trace and the sum of all elements of a matrix `[count, count]`.
  func factor(trace whole: Double, sum: Double, count: Int) throws -> Double {
    let trace = whole / Double(max(1, count))
    switch self {
    case .none: return 1
    case .cosine: throw UsageError("cosine normalisation has a factor for each sample, not one")
    case .trace:
      guard trace > 0 else { throw InputError("the trace of the kernel is \(trace); a positive one expected") }
      return 1 / trace
    case .variance:
      let variance = trace - sum / Double(max(1, count * count))
      guard variance > 1e-12 * abs(trace) else {
        throw InputError("the samples have variance \(variance) in feature space; a positive one expected")
      }
      return 1 / variance
    }
  }

  private func inverseRoot(_ diagonal: Tensor) -> Tensor {
    Tensor.where(diagonal .> 0, diagonal.rsqrt(), diagonal.zerosLike())
  }
}
