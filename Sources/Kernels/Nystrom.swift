public import Tensors

/// Features whose inner products approximate a kernel: φ(x) = K(x, Z) K(Z, Z)^(−1/2) with landmarks Z (Williams & Seeger,
/// 2001).
///
/// ```swift
/// let map = try Nystrom(kernel, landmarks: Nystrom.drawn(x, count: 300, seed: 1))
/// let features = try map.features(x)   // [n, r]
/// ```
public struct Nystrom {
  public let kernel: VectorKernel
  /// Z `[m, width]`.
  public let landmarks: Tensor
  /// K(Z, Z)^(−1/2) as `[m, r]`: eigenvectors over the roots of the eigenvalues that were kept.
  public let projection: Tensor

  /// - Parameters:
  ///   - kernel: of the samples.
  ///   - landmarks: `[m, width]`, the samples whose kernels are features.
  ///   - tolerance: eigenvalues up to this part of the largest are taken as 0.
  /// - Throws: `InputError` where no eigenvalue is positive.
  public init(_ kernel: VectorKernel, landmarks: Tensor, tolerance: Double = 1e-12) throws {
    self.kernel = kernel
    self.landmarks = try rows(landmarks, "landmarks")
    let (values, vectors) = try kernel.gram(landmarks).eigh()
    let spectrum = values.doubles
    let kept = spectrum.filter { $0 > tolerance * max(0, spectrum.last ?? 0) && $0 > 0 }.count
    guard kept > 0 else { throw InputError("the kernel of the \(landmarks.shape[0]) landmarks is zero") }
    let start = spectrum.count - kept
    projection =
      vectors.narrow(axis: 1, start: start, length: kept)
      * values.narrow(axis: 0, start: start, length: kept).rsqrt()
  }

  /// φ of samples `[n, width]`, `[n, r]` float64.
  public func features(_ x: Tensor) throws -> Tensor { try kernel.gram(x, landmarks).matmul(projection) }

  /// Samples drawn without replacement as landmarks, `[count, width]`; all of them where there are not more.
  public static func drawn(_ x: Tensor, count: Int, seed: UInt64) -> Tensor {
    let order = Tensor.permutation(x.shape[0], generator: Generator(seed: seed))
    return x.indexSelect(order.narrow(axis: 0, start: 0, length: min(count, x.shape[0])))
  }
}
