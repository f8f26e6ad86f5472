public import Tensors

/// A Gram matrix as GGᵀ with few columns, found from few of its columns (Fine & Scheinberg, 2001; Bach & Jordan, 2002,
/// figure 3): the pivot of each step is the sample that is represented worst.
///
/// ```swift
/// let low = try IncompleteCholesky(kernel, x, rank: 200, tolerance: 1e-6)
/// let train = low.factor                         // [n, r], train · trainᵀ ≈ the Gram matrix
/// let test = try low.features(kernel.gram(new, low.pivotSamples(x)))   // [m, r]
/// ```
public struct IncompleteCholesky {
  /// G `[n, r]` float64, rows in the order of the samples.
  public let factor: Tensor
  /// The samples whose columns were computed, in the order in which they were chosen.
  public let pivots: [Int]
  /// trace(K − GGᵀ), of which no part is negative.
  public let residual: Double
  /// trace K.
  public let trace: Double

  /// Factors the Gram matrix of vectors `[n, width]` without forming it: n · r kernel values.
  ///
  /// - Parameters:
  ///   - kernel: of the samples.
  ///   - x: `[n, width]`.
  ///   - rank: most columns.
  ///   - tolerance: the factorisation ends where the residual is at most this part of the trace.
  public init(_ kernel: VectorKernel, _ x: Tensor, rank: Int, tolerance: Double = 1e-6) throws {
    let x = try rows(x)
    try self.init(diagonal: kernel.diagonal(x), rank: rank, tolerance: tolerance) { pivot in
      try kernel.gram(x, x.narrow(axis: 0, start: pivot, length: 1)).reshaped([-1])
    }
  }

  /// Factors a Gram matrix `[n, n]`.
  public init(gram: Tensor, rank: Int, tolerance: Double = 1e-6) throws {
    checkSquare(gram, "Gram matrix")
    let gram = gram.to(.float64)
    try self.init(diagonal: gram.diagonal(), rank: rank, tolerance: tolerance) { gram.select(axis: 1, index: $0) }
  }

  /// Factors a matrix of which `column` gives column j, `[n]`.
  ///
  /// - Throws: `UsageError` for a rank below 1 or a tolerance outside 0 ..< 1, `InputError` for a negative diagonal.
  public init(
    diagonal: Tensor, rank: Int, tolerance: Double, column: (_ pivot: Int) throws -> Tensor
  ) throws {
    guard rank >= 1 else { throw UsageError("rank \(rank) of an incomplete Cholesky factor; at least 1 expected") }
    guard tolerance >= 0, tolerance < 1 else {
      throw UsageError("tolerance \(tolerance) of an incomplete Cholesky factor; expected 0 to below 1")
    }
    let count = diagonal.count
    var left = diagonal.to(.float64).cloned()
    if count > 0, let worst = Optional(left.min().item()), !(worst >= 0) {
      throw InputError("the diagonal of the kernel holds \(worst); a positive semi-definite kernel has none below 0")
    }
    let trace = left.sum().item()
    let largest = count > 0 ? left.max().item() : 0
    let limit = min(rank, count)
    let transposed = Tensor.zeros([limit, count], dtype: .float64)
    var pivots: [Int] = []
    var residual = trace
    while pivots.count < limit, residual > tolerance * trace {
      let best = left.max(axis: 0)
      // What is left of the largest is then rounding error.
      guard best.values.item() > 1e-14 * largest else { break }
      let pivot = Int(best.indices.item())
      let done = pivots.count
      var row = try column(pivot).to(.float64)
      if done > 0 {
        let before = transposed.narrow(axis: 0, start: 0, length: done)
        let weights = before.select(axis: 1, index: pivot)
        row = row - weights.unsqueezed(0).matmul(before).reshaped([-1])
      }
      row = row / best.values.sqrt()
      // Rows of earlier pivots are 0 from here on: without rounding errors the factor's pivot rows are triangular.
      if !pivots.isEmpty { row = row.scatter(axis: 0, Tensor(pivots), .zeros([pivots.count], dtype: .float64)) }
      transposed.select(axis: 0, index: done).copy_(from: row)
      left = (left - row.square()).clamped(min: 0)
      pivots.append(pivot)
      left.narrow(axis: 0, start: pivot, length: 1).zero_()
      residual = left.sum().item()
    }
    self.pivots = pivots
    self.residual = residual
    self.trace = trace
    factor = transposed.narrow(axis: 0, start: 0, length: pivots.count).transposed(0, 1).contiguous()
  }

  /// The samples of the pivots, `[r, width]`.
  public func pivotSamples(_ x: Tensor) -> Tensor { x.indexSelect(Tensor(pivots)) }

  /// Rows like those of `factor` for new samples: K(new, pivots) L⁻ᵀ with L the pivots' rows of G.
  ///
  /// - Parameter kernels: kernels of the new samples with the pivots, `[m, r]`.
  public func features(_ kernels: Tensor) -> Tensor {
    precondition(
      kernels.rank == 2 && kernels.shape[1] == pivots.count,
      "kernels of shape \(kernels.shape) for \(pivots.count) pivots")
    guard !pivots.isEmpty else { return .zeros([kernels.shape[0], 0], dtype: .float64) }
    let lower = factor.indexSelect(Tensor(pivots))
    return lower.triangularSolve(kernels.to(.float64).transposed(0, 1), upper: false).transposed(0, 1)
  }
}
