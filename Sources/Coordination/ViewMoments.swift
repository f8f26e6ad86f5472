public import Tensors

/// Means and covariances of several views of the same samples, gathered batch by batch: what linear coordination needs to
/// know of data that do not fit into memory.
///
/// Samples are centred by the means of the few rows around them, and these merged by the formula of Chan, Golub & LeVeque
/// (1983), which keeps its digits where values are far from 0.
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
  public var count: Int { moments.count }
  private var moments: JointMoments
  /// How exact the numbers were that came in.
  private(set) var precision = DType.float64

  public init(widths: [Int]) {
    self.widths = widths
    moments = JointMoments(width: widths.reduce(0, +))
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
    // Views whose rows do not lie one behind the other are copied, a part of them at a time.
    let rows = 1 << 16
    let total = views[0].shape[0]
    for start in stride(from: 0, to: total, by: rows) {
      moments.add(
        views.map { view in
          let part = view.narrow(axis: 0, start: start, length: min(rows, total - start))
          return part.dtype == .float32 ? part : part.to(.float64)
        })
    }
  }

  /// Whether everything that came in was finite.
  var isFinite: Bool { moments.mean.allSatisfy { $0.isFinite } }

  /// Mean of each column, per view.
  var means: [Tensor] { Tensor(moments.mean).split(widths, axis: 0) }

  /// Covariances of views a ≤ b, `[width a, width b]`, divided by n − 1; those of a > b are empty.
  var covariances: [[Tensor]] {
    let joint = moments.scatter * (1 / Double(max(1, count - 1)))
    let starts = widths.indices.map { widths[..<$0].reduce(0, +) }
    return widths.indices.map { a in
      let rows = joint.narrow(axis: 0, start: starts[a], length: widths[a])
      return widths.indices.map { b in
        b < a
          ? .zeros([0, 0], dtype: .float64) : rows.narrow(axis: 1, start: starts[b], length: widths[b]).contiguous()
      }
    }
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
