import Dispatch
import Tensors

/// Samples as the rows of a float64 matrix `[n, width]`.
///
/// - Throws: `InputError` naming the first row that holds a value that is not finite.
func rows(_ x: Tensor, _ name: String = "samples") throws -> Tensor {
  precondition(x.rank == 2, "\(name) of shape \(x.shape); [rows, width] expected")
  let x = x.to(.float64).contiguous()
  guard x.count > 0 else { return x }
  // A sum is finite where every term is, unless it overflows: then each is looked at.
  guard !x.sum().item().isFinite else { return x }
  let bad = (.!x.isFinite()).any(axis: 1).nonzero()
  guard bad.count > 0 else { return x }
  throw InputError(at: "row \(bad.integers[0] + 1)", "\(name) hold a value that is not finite; numbers expected")
}

/// The mean of a matrix and its transpose: what rounding made unequal becomes equal.
func symmetric(_ matrix: Tensor) -> Tensor { (matrix + matrix.transposed(0, 1)) * 0.5 }

/// Stops where a matrix is not square.
func checkSquare(_ matrix: Tensor, _ name: String) {
  precondition(
    matrix.rank == 2 && matrix.shape[0] == matrix.shape[1], "\(name) of shape \(matrix.shape); [n, n] expected")
}

/// Fills `[count, columns]` float64 in blocks of rows on all cores.
///
/// - Parameter body: fills the rows `range`, the first of which lies at the pointer.
func filling(
  _ count: Int, columns: Int, block: Int = 32,
  _ body: @Sendable (_ range: Range<Int>, _ out: UnsafeMutablePointer<Double>) -> Void
) -> Tensor {
  guard count > 0, columns > 0 else { return .zeros([count, columns], dtype: .float64) }
  let values = [Double](unsafeUninitializedCapacity: count * columns) { buffer, initialised in
    nonisolated(unsafe) let start = buffer.baseAddress!
    // Blocks write to disjoint rows, and concurrentPerform returns after all of them.
    DispatchQueue.concurrentPerform(iterations: (count + block - 1) / block) { index in
      let range = index * block..<min(count, (index + 1) * block)
      body(range, start + range.lowerBound * columns)
    }
    initialised = count * columns
  }
  return Tensor(values, shape: [count, columns])
}
