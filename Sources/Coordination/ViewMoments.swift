public import Tensors

/// Means and covariances of several views of the same samples, gathered batch by batch: what linear coordination needs to
/// know of data that do not fit into memory.
///
/// Batches are centred by their own means and merged by the formula of Chan, Golub & LeVeque (1983), which keeps its digits
/// where values are far from 0.
///
/// ```swift
/// var moments = ViewMoments(widths: [128, 10])
/// for batch in batches { try moments.add([batch.image, batch.text]) }
/// let analysis = try CanonicalCorrelationAnalysis(fitting: moments)
/// ```
public struct ViewMoments {
  /// Columns of each view.
  public let widths: [Int]
  /// Samples so far.
  public private(set) var count = 0
  /// Mean of each column, views side by side.
  private(set) var mean: Tensor
  /// Σ (x_a − mean)(x_b − mean)ᵀ of views a ≤ b; within a view what lies right of the diagonal's blocks, see `covariance`.
  private var scatter: [[Tensor]]
  /// How exact the numbers were that came in.
  private(set) var precision = DType.float64

  public init(widths: [Int]) {
    self.widths = widths
    mean = .zeros([widths.reduce(0, +)], dtype: .float64)
    scatter = widths.indices.map { a in
      widths.indices.map { b in .zeros(b >= a ? [widths[a], widths[b]] : [0, 0], dtype: .float64) }
    }
  }

  /// Adds samples: for each view a matrix `[n, width]`.
  ///
  /// - Throws: `InputError` where views differ in their samples or a value is not finite; nothing is added then.
  public mutating func add(_ views: [Tensor]) throws {
    precondition(
      views.count == widths.count && zip(views, widths).allSatisfy { $0.shape.last == $1 },
      "views of shapes \(views.map(\.shape)) for widths \(widths)")
    try checkViews(views)
    gather(views)
  }

  /// Adds samples whose number is the same in all views; values that are not finite make means that are not.
  mutating func gather(_ views: [Tensor]) {
    if views.contains(where: { $0.dtype != .float64 }) { precision = .float32 }
    // What a piece needs stays in the cache between centring and product.
    let rows = 1024
    let total = views[0].shape[0]
    for start in stride(from: 0, to: total, by: rows) {
      addPiece(views.map { $0.narrow(axis: 0, start: start, length: min(rows, total - start)) })
    }
  }

  private mutating func addPiece(_ views: [Tensor]) {
    let pieces = views.map { $0.to(.float64) }
    let added = pieces[0].shape[0]
    let means = pieces.map { $0.mean(axes: [0]) }
    let centred = zip(pieces, means).map { $0 - $1 }
    let shift = Tensor.concatenated(means, axis: 0) - mean
    let shifts = shift.split(widths, axis: 0)
    let weight = Double(count) * Double(added) / Double(count + added)
    for a in widths.indices {
      let transposed = centred[a].transposed(0, 1)
      // A product with itself is symmetric: its blocks left of the diagonal need not be computed.
      for rows in Self.blocks(widths[a]) {
        let left = widths[a] - rows.lowerBound
        scatter[a][a].narrow(axis: 0, start: rows.lowerBound, length: rows.count)
          .narrow(axis: 1, start: rows.lowerBound, length: left)
          .add_(
            transposed.narrow(axis: 0, start: rows.lowerBound, length: rows.count)
              .matmul(centred[a].narrow(axis: 1, start: rows.lowerBound, length: left)))
      }
      for b in a + 1..<widths.count { scatter[a][b].add_(transposed.matmul(centred[b])) }
      guard count > 0 else { continue }
      for b in a..<widths.count { scatter[a][b].add_(shifts[a].outer(shifts[b]), alpha: weight) }
    }
    mean = mean + shift * (Double(added) / Double(count + added))
    count += added
  }

  /// Rows of a symmetric matrix in parts wide enough to be multiplied fast.
  private static func blocks(_ width: Int) -> [Range<Int>] {
    let parts = max(1, min(4, width / 24))
    return (0..<parts).map { width * $0 / parts..<width * ($0 + 1) / parts }
  }

  /// Whether everything that came in was finite.
  var isFinite: Bool { mean.count == 0 || mean.sum().item().isFinite }

  /// Mean of each column of a view.
  func mean(_ view: Int) -> Tensor { mean.split(widths, axis: 0)[view] }

  /// Covariance of views a and b, `[width a, width b]`, divided by n − 1.
  func covariance(_ a: Int, _ b: Int) -> Tensor {
    let sum: Tensor
    if a == b {
      sum = scatter[a][a].upperTriangle() + scatter[a][a].upperTriangle(1).transposed(0, 1)
    } else {
      sum = a < b ? scatter[a][b] : scatter[b][a].transposed(0, 1)
    }
    return sum * (1 / Double(max(1, count - 1)))
  }
}

/// Refuses views that do not hold the same samples.
func checkCounts(_ views: [Tensor]) throws {
  for (number, view) in views.enumerated() {
    precondition(view.rank == 2, "view \(number + 1) of shape \(view.shape); [samples, width] expected")
    guard view.shape[0] == views[0].shape[0] else {
      throw InputError(
        at: "view \(number + 1)", "\(view.shape[0]) samples; \(views[0].shape[0]) expected as in the first view")
    }
  }
}

/// Refuses views that do not hold the same samples, or values that are not finite.
func checkViews(_ views: [Tensor]) throws {
  try checkCounts(views)
  for (number, view) in views.enumerated() {
    guard view.count == 0 || view.sum().item().isFinite || view.isFinite().all().item() == 1 else {
      let row = (.!view.isFinite()).any(axis: 1).nonzero().integers[0]
      throw InputError(at: "view \(number + 1), row \(row + 1)", "holds a value that is not finite; numbers expected")
    }
  }
}
