public import Tensors

/// A kernel made of kernels of several views: a weighted sum or a product.
///
/// ```swift
/// let kernel = CompositeKernel([.gaussian(gamma: 0.1), .linear], combination: .sum(weights: [0.7, 0.3]))
/// let train = try kernel.gram([pictures, texts])   // [n, n]
/// ```
public struct CompositeKernel: Kernel {
  /// How the kernels become one.
  public enum Combination: Sendable, Hashable {
    /// Σ w_m K_m with weights of at least 0.
    case sum(weights: [Double])
    /// Π K_m, element by element: the kernel of all products of features.
    case product
  }

  public let kernels: [VectorKernel]
  public let combination: Combination

  /// - Parameters:
  ///   - kernels: one for each view.
  ///   - combination: of the kernels.
  public init(_ kernels: [VectorKernel], combination: Combination) {
    self.kernels = kernels
    self.combination = combination
  }

  /// The average of the kernels.
  public init(averaging kernels: [VectorKernel]) {
    let weight = 1 / Double(max(1, kernels.count))
    self.init(kernels, combination: .sum(weights: kernels.map { _ in weight }))
  }

  /// - Parameters:
  ///   - a: the samples of each view, matrices `[n, width]`.
  ///   - b: other samples, the same views.
  public func gram(_ a: [Tensor], _ b: [Tensor]) throws -> Tensor {
    check(a)
    check(b)
    return try combine(zip(kernels, zip(a, b)).map { try $0.gram($1.0, $1.1) })
  }

  public func gram(_ a: [Tensor]) throws -> Tensor {
    check(a)
    return try combine(zip(kernels, a).map { try $0.gram($1) })
  }

  public func diagonal(_ a: [Tensor]) throws -> Tensor {
    check(a)
    return try combine(zip(kernels, a).map { try $0.diagonal($1) })
  }

  /// Kernels of one shape as one.
  ///
  /// - Throws: `UsageError` where there are none, or weights that are negative, not finite or not one for each kernel.
  public func combine(_ matrices: [Tensor]) throws -> Tensor {
    switch combination {
    case .sum(let weights): return try Self.sum(matrices, weights: weights)
    case .product: return try Self.product(matrices)
    }
  }

  /// Σ w_m K_m of matrices of one shape.
  public static func sum(_ matrices: [Tensor], weights: [Double]) throws -> Tensor {
    try checkShapes(matrices)
    guard weights.count == matrices.count else {
      throw UsageError("\(weights.count) weights for \(matrices.count) kernels; one for each expected")
    }
    if let wrong = weights.first(where: { !($0 >= 0 && $0.isFinite) }) {
      throw UsageError("kernel weight \(wrong); expected at least 0, else the sum is no kernel")
    }
    let sum = Tensor.zeros(matrices[0].shape, dtype: .float64)
    for (matrix, weight) in zip(matrices, weights) where weight > 0 { sum.add_(matrix.to(.float64), alpha: weight) }
    return sum
  }

  /// Π K_m of matrices of one shape.
  public static func product(_ matrices: [Tensor]) throws -> Tensor {
    try checkShapes(matrices)
    return matrices.dropFirst().reduce(matrices[0].to(.float64)) { $0 * $1.to(.float64) }
  }

  private static func checkShapes(_ matrices: [Tensor]) throws {
    guard let first = matrices.first else { throw UsageError("no kernels to combine; at least one expected") }
    for matrix in matrices {
      precondition(matrix.shape == first.shape, "kernels of shapes \(first.shape) and \(matrix.shape)")
    }
  }

  private func check(_ views: [Tensor]) {
    precondition(views.count == kernels.count, "\(views.count) views for \(kernels.count) kernels")
  }
}
