public import Tensors

/// Moves the samples of a Gram matrix so that their mean in feature space is the origin (Schölkopf, Smola & Müller, 1998,
/// appendix A): K ← HKH with H = I − 11ᵀ/n.
///
/// Kernels of new samples are moved by the mean of the samples that were fitted.
public struct KernelCentring: Sendable {
  /// Mean kernel of each fitted sample with the others, `n` numbers.
  public let columnMeans: [Double]
  /// Mean of all elements.
  public let mean: Double

  /// - Parameter gram: kernels of the samples with each other `[n, n]`.
  public init(fitting gram: Tensor) {
    checkSquare(gram, "Gram matrix")
    columnMeans = gram.to(.float64).mean(axes: [0]).doubles
    mean = columnMeans.isEmpty ? 0 : columnMeans.reduce(0, +) / Double(columnMeans.count)
  }

  /// The fitted matrix, or kernels `[m, n]` of new samples with the fitted ones, centred.
  public func apply(_ kernels: Tensor) -> Tensor {
    precondition(
      kernels.rank == 2 && kernels.shape[1] == columnMeans.count,
      "kernels of shape \(kernels.shape) for a centring of \(columnMeans.count) samples")
    let kernels = kernels.to(.float64)
    guard kernels.count > 0 else { return kernels }
    return kernels - kernels.mean(axes: [1], keepingDimensions: true) - Tensor(columnMeans) + mean
  }

  /// Kernels of new samples with themselves, `[m]`, centred.
  ///
  /// - Parameters:
  ///   - diagonal: kernels of the new samples with themselves, `[m]`, not centred.
  ///   - kernels: their kernels `[m, n]` with the fitted samples, not centred.
  public func apply(diagonal: Tensor, kernels: Tensor) -> Tensor {
    diagonal.to(.float64) - kernels.to(.float64).mean(axes: [1]) * 2 + mean
  }

  /// The Gram matrix `[n, n]`, centred.
  public static func centred(_ gram: Tensor) -> Tensor { symmetric(KernelCentring(fitting: gram).apply(gram)) }
}
