import CKernels
public import Tensors

/// What multiple kernel learning found.
public struct MultipleKernelModel: Sendable, Hashable, Codable {
  /// d_k of every kernel, at least 0.
  public let weights: [Double]
  /// y_i α_i of every sample; 0 but for support vectors.
  public let coefficients: [Double]
  public let bias: Double
  /// The value of the dual; the optimum lies between it and it plus the gap.
  public let objective: Double
  /// Primal minus dual.
  public let gap: Double
  /// C.
  public let cost: Double

  /// The gap as a part of the objective.
  public var relativeGap: Double { gap / max(abs(objective), 1e-300) }
  /// The samples that the decision depends on.
  public var supportVectors: [Int] { coefficients.indices.filter { coefficients[$0] != 0 } }

  /// Σ_k d_k Σ_i y_i α_i K_k(x, x_i) + b of new samples: above 0 for label 1, or the predicted value.
  ///
  /// - Parameter kernels: kernels of the new samples with the fitted ones, `[m, n]` each; those of weight 0 are not read.
  public func decision(_ kernels: [Tensor]) -> [Double] {
    precondition(kernels.count == weights.count, "\(kernels.count) kernels for \(weights.count) weights")
    let columns = Tensor(coefficients).unsqueezed(1)
    let used = zip(kernels, weights).filter { $0.1 > 0 }
    for (kernel, _) in used {
      precondition(
        kernel.rank == 2 && kernel.shape[1] == coefficients.count,
        "kernels of shape \(kernel.shape) for \(coefficients.count) fitted samples")
    }
    guard let rows = kernels.first?.shape[0] else { return [] }
    let sum = used.reduce(Tensor.zeros([rows, 1], dtype: .float64)) { $0 + $1.0.to(.float64).matmul(columns) * $1.1 }
    return (sum + bias).doubles
  }
}

/// `ck_mkl_solve` with the arrays of Swift.
func mklSolve(
  _ problem: UnsafePointer<ck_problem>, _ precision: Int32, _ kernels: [UnsafeRawPointer?], isSquared: Bool,
  conjugate: Double, lambda: Double, tolerance: Double, limit: Int, _ alpha: inout [Double],
  _ scores: inout [Double], _ weights: inout [Double]
) -> Int64 {
  let kind = isSquared ? CK_SQUARED_NORM : CK_NORM
  return ck_mkl_solve(
    problem, precision, kernels, kernels.count, Int32(kind.rawValue), conjugate, lambda, tolerance, Int64(limit),
    &alpha, &scores, &weights)
}
