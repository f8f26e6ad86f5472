public import Tensors

/// A positive semi-definite function of two samples.
///
/// ```swift
/// let kernel = VectorKernel.gaussian(gamma: 0.5)
/// let train = try kernel.gram(x)        // [n, n]
/// let test = try kernel.gram(new, x)    // [m, n]
/// ```
public protocol Kernel: Sendable {
  /// Several samples.
  associatedtype Samples

  /// The kernel of every sample of `a` with every sample of `b`, `[a, b]` float64.
  ///
  /// - Throws: `InputError` where a value is not finite or outside the kernel's domain.
  func gram(_ a: Samples, _ b: Samples) throws -> Tensor
  /// The kernel of every sample with every other, `[n, n]` float64, symmetric to the last bit.
  func gram(_ a: Samples) throws -> Tensor
  /// The kernel of every sample with itself, `[n]` float64.
  func diagonal(_ a: Samples) throws -> Tensor
}
