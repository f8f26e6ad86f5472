import CTorch

extension Tensor {
  public func sum() -> Tensor { unary(self, ct_sum) }
  public func mean() -> Tensor { unary(self, ct_mean) }
  public func max() -> Tensor { unary(self, ct_max) }
  public func min() -> Tensor { unary(self, ct_min) }
  public func product() -> Tensor { unary(self, ct_prod) }
  public func all() -> Tensor { unary(self, ct_all) }
  public func any() -> Tensor { unary(self, ct_any) }
  /// The lower median of all elements.
  public func median() -> Tensor { unary(self, ct_median) }

  public func sum(axes: [Int], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_sum_axes($0, axes, axes.count, keep, $1) }
  }
  public func mean(axes: [Int], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_mean_axes($0, axes, axes.count, keep, $1) }
  }
  /// ln Σ eˣ over the axes, without overflow.
  public func logSumExp(axes: [Int], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_logsumexp_axes($0, axes, axes.count, keep, $1) }
  }
  public func max(axes: [Int], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_amax_axes($0, axes, axes.count, keep, $1) }
  }
  public func min(axes: [Int], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_amin_axes($0, axes, axes.count, keep, $1) }
  }
  /// Variance over the axes; unbiased divides by n − 1. No axes: over all elements.
  public func variance(axes: [Int] = [], unbiased: Bool = true, keepingDimensions keep: Bool = false) -> Tensor {
    let axes = axes.isEmpty ? Array(0..<rank) : axes
    return unary(self) { ct_var_axes($0, axes, axes.count, unbiased, keep, $1) }
  }
  /// Standard deviation over the axes; unbiased divides by n − 1. No axes: over all elements.
  public func standardDeviation(axes: [Int] = [], unbiased: Bool = true, keepingDimensions keep: Bool = false) -> Tensor
  {
    variance(axes: axes, unbiased: unbiased, keepingDimensions: keep).sqrt()
  }
  public func all(axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_all_axis($0, axis, keep, $1) }
  }
  public func any(axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_any_axis($0, axis, keep, $1) }
  }
  public func max(axis: Int, keepingDimensions keep: Bool = false) -> (values: Tensor, indices: Tensor) {
    unaryPair(self) { ct_max_axis($0, axis, keep, $1, $2) }
  }
  public func min(axis: Int, keepingDimensions keep: Bool = false) -> (values: Tensor, indices: Tensor) {
    unaryPair(self) { ct_min_axis($0, axis, keep, $1, $2) }
  }
  /// Index of the largest element along an axis, int64.
  public func argmax(axis: Int) -> Tensor { unary(self) { ct_argmax($0, axis, $1) } }
  /// Index of the smallest element along an axis, int64.
  public func argmin(axis: Int) -> Tensor { unary(self) { ct_argmin($0, axis, $1) } }
  /// Stable sort.
  public func sorted(axis: Int = -1, descending: Bool = false) -> (values: Tensor, indices: Tensor) {
    unaryPair(self) { ct_sort($0, axis, descending, $1, $2) }
  }
  public func topK(_ k: Int, axis: Int = -1, largest: Bool = true) -> (values: Tensor, indices: Tensor) {
    unaryPair(self) { ct_topk($0, k, axis, largest, $1, $2) }
  }
  public func cumulativeSum(axis: Int) -> Tensor { unary(self) { ct_cumsum($0, axis, $1) } }
  public func cumulativeProduct(axis: Int) -> Tensor { unary(self) { ct_cumprod($0, axis, $1) } }
  /// The p-norm over the axes; no axes: over all elements.
  public func norm(_ order: Double = 2, axes: [Int] = [], keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_norm_axes($0, order, axes, axes.count, keep, $1) }
  }
  /// The q-quantile along an axis, linear interpolation.
  public func quantile(_ q: Double, axis: Int, keepingDimensions keep: Bool = false) -> Tensor {
    unary(self) { ct_quantile($0, q, axis, keep, $1) }
  }
  /// How often each of `0 ..< count` occurs in an integer vector.
  public func binCount(_ count: Int) -> Tensor { unary(self) { ct_bincount($0, nil, count, $1) } }
  /// Distances between the rows of `self` `[…, N, D]` and `other` `[…, M, D]`: `[…, N, M]`.
  public func distances(to other: Tensor, order: Double = 2) -> Tensor {
    binary(self, other) { ct_cdist($0, $1, order, $2) }
  }
}
