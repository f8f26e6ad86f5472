import CKernels
import Dispatch
import Tensors

/// Mean and scatter of the columns of several views side by side.
struct JointMoments {
  private(set) var count = 0
  /// Of each column.
  private(set) var mean: [Double]
  /// Rows `stride` apart, of which only what lies on and right of the diagonal is meant.
  private var sums: [Double]
  private let stride: Int

  init(width: Int) {
    mean = [Double](repeating: 0, count: width)
    stride = ck_scatter_stride(width)
    sums = [Double](repeating: 0, count: stride * stride)
  }

  /// Σ (x − mean)(x − mean)ᵀ, `[width, width]`.
  var scatter: Tensor {
    let upper = Tensor(sums, shape: [stride, stride])
      .narrow(axis: 0, start: 0, length: mean.count).narrow(axis: 1, start: 0, length: mean.count)
    return upper.upperTriangle() + upper.upperTriangle(1).transposed(0, 1)
  }

  /// Adds rows `[n, width]` of each view, float32 or float64, on as many threads as the engine has.
  mutating func add(_ views: [Tensor]) {
    let rows = views[0].shape[0]
    // A part of its own costs a matrix: it has to be worth it.
    let parts = max(1, min(Engine.threads, rows / 4096))
    Self.withRows(views) { sources in
      guard parts > 1 else { return add(sources, 0..<rows) }
      var found = [JointMoments](repeating: JointMoments(width: mean.count), count: parts)
      found.withUnsafeMutableBufferPointer { found in
        // Every part writes to moments of its own, and concurrentPerform returns after all of them.
        nonisolated(unsafe) let out = found.baseAddress!
        nonisolated(unsafe) let sources = sources
        DispatchQueue.concurrentPerform(iterations: parts) { part in
          out[part].add(sources, rows * part / parts..<rows * (part + 1) / parts)
        }
      }
      for part in found { merge(part) }
    }
  }

  private mutating func add(_ views: [ck_view], _ rows: Range<Int>) {
    let parts = views.map { view in
      let size = view.precision == Int32(CK_FLOAT32.rawValue) ? 4 : 8
      return ck_view(
        data: view.data.map { $0 + rows.lowerBound * view.width * size }, width: view.width, precision: view.precision)
    }
    ck_scatter(parts, parts.count, rows.count, Double(count), &mean, &sums, stride)
    count += rows.count
  }

  /// Adds what was gathered elsewhere.
  private mutating func merge(_ other: JointMoments) {
    ck_scatter_merge(mean.count, stride, Double(count), &mean, &sums, Double(other.count), other.mean, other.sums)
    count += other.count
  }

  /// Calls `body` with where the rows of each view lie.
  private static func withRows(_ views: [Tensor], _ body: ([ck_view]) -> Void) {
    func collect(_ found: [ck_view]) {
      guard found.count < views.count else { return body(found) }
      let view = views[found.count]
      let precision = view.dtype == .float32 ? CK_FLOAT32 : CK_FLOAT64
      view.withBytes { bytes in
        collect(
          found + [ck_view(data: bytes.baseAddress, width: view.shape[1], precision: Int32(precision.rawValue))])
      }
    }
    collect([])
  }
}
