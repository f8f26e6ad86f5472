import CTorch

/// One entry of a subscript: an index, a range, or a whole axis.
public enum TensorIndex: ExpressibleByIntegerLiteral, Sendable {
  case at(Int)
  case range(Int, Int)
  /// The whole axis.
  case whole
  public init(integerLiteral value: Int) { self = .at(value) }
}

/// What may stand in a tensor's subscript.
public protocol TensorIndexing {
  var tensorIndex: TensorIndex { get }
}
extension Int: TensorIndexing { public var tensorIndex: TensorIndex { .at(self) } }
extension Range: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { .range(lowerBound, upperBound) }
}
extension ClosedRange: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { .range(lowerBound, upperBound + 1) }
}
extension PartialRangeFrom: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { .range(lowerBound, .max) }
}
extension PartialRangeUpTo: TensorIndexing where Bound == Int {
  public var tensorIndex: TensorIndex { .range(0, upperBound) }
}
extension TensorIndex: TensorIndexing { public var tensorIndex: TensorIndex { self } }
extension TensorIndexing where Self == TensorIndex {
  /// The whole axis.
  public static var all: TensorIndex { .whole }
}

extension Tensor {
  /// A view: `x[0]`, `x[1..<3]`, `x[.all, 2, 0..<4]`. An index drops its axis; negative ones count from the end.
  public subscript(_ indices: any TensorIndexing...) -> Tensor {
    precondition(indices.count <= rank, "\(indices.count) indices for a tensor of shape \(shape)")
    var result = self
    var axis = 0
    for index in indices {
      switch index.tensorIndex {
      case .whole: axis += 1
      case .at(let i): result = result.select(axis: axis, index: i)
      case .range(let start, let end):
        let length = result.shape[axis]
        let stop = end == .max ? length : end
        precondition(
          start >= 0 && start <= stop && stop <= length, "range \(start)..<\(stop) outside axis of \(length)")
        result = result.narrow(axis: axis, start: start, length: stop - start)
        axis += 1
      }
    }
    return result
  }

  /// The slices of `axis` at int64 `indices`.
  public func indexSelect(axis: Int = 0, _ indices: Tensor) -> Tensor {
    binary(self, indices) { ct_index_select($0, axis, $1, $2) }
  }
  /// `out[i][j] = self[i][indices[i][j]]` for axis 1, and so on.
  public func gather(axis: Int, _ indices: Tensor) -> Tensor { binary(self, indices) { ct_gather($0, axis, $1, $2) } }
  /// A copy in which `source` is written to `indices` along `axis`.
  public func scatter(axis: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    three(indices, source) { ct_scatter($0, axis, $1, $2, $3) }
  }
  /// A copy to which `source` is added at `indices` along `axis`; repeated indices accumulate.
  public func scatterAdd(axis: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    three(indices, source) { ct_scatter_add($0, axis, $1, $2, $3) }
  }
  /// A copy to which the slices of `source` are added at the vector `indices` of `axis`.
  public func indexAdd(axis: Int, _ indices: Tensor, _ source: Tensor) -> Tensor {
    three(indices, source) { ct_index_add($0, axis, $1, $2, $3) }
  }
  /// A copy whose rows `rows` are `values`.
  public func replacingRows(_ rows: Tensor, with values: Tensor) -> Tensor {
    three(rows, values) { ct_index_put($0, $1, $2, $3) }
  }
  /// The elements where the bool mask holds, as a vector.
  public func maskedSelect(_ mask: Tensor) -> Tensor { binary(self, mask, ct_masked_select) }
  /// Positions of non-zero elements, `[count, rank]` int64.
  public func nonzero() -> Tensor { unary(self, ct_nonzero) }
  /// Class indices to vectors with a single 1, int64.
  public func oneHot(_ classes: Int) -> Tensor { unary(self) { ct_one_hot($0, classes, $1) } }
  /// The index of the bin of each element between sorted `boundaries`.
  public func bucketized(_ boundaries: Tensor, right: Bool = false) -> Tensor {
    binary(self, boundaries) { ct_bucketize($0, $1, right, $2) }
  }

  private func three(
    _ b: Tensor, _ c: Tensor,
    _ call: (OpaquePointer, OpaquePointer, OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) -> Tensor {
    make(self, b, c) { out in
      withExtendedLifetime((self, b, c)) { call(handle.raw, b.handle.raw, c.handle.raw, out) }
    }
  }
}
