import CKernels
import Dispatch
public import Tensors

/// Several Gram matrices of the same samples, kept in memory for learning with them.
///
/// Learning reads rows of all matrices again and again, so they are kept side by side in one number type: float64 where
/// that fits into the limit, else float32 (whose rounding, 6e-8 of each element, bounds how exact an answer can be).
public struct KernelStack {
  /// The number type of the matrices.
  public enum Precision: String, CaseIterable, Sendable, Codable {
    case float32, float64
    /// Bytes of an element.
    public var size: Int { self == .float32 ? 4 : 8 }
    var dtype: DType { self == .float32 ? .float32 : .float64 }
    var code: Int32 { self == .float32 ? Int32(CK_FLOAT32.rawValue) : Int32(CK_FLOAT64.rawValue) }
  }

  /// Samples.
  public let count: Int
  public let precision: Precision
  /// `[count, count]` each, in `precision`.
  let matrices: [Tensor]

  /// How many matrices.
  public var kernels: Int { matrices.count }

  /// Takes Gram matrices `[n, n]`.
  ///
  /// - Parameters:
  ///   - precision: nil for float64 where it fits into the limit, else float32.
  ///   - memoryLimit: most bytes that the matrices may take together.
  /// - Throws: `InputError` where a matrix is not finite or not symmetric, naming it by number; `UsageError` where the
  ///   matrices do not fit into the limit, with the bytes they need.
  public init(_ matrices: [Tensor], precision: Precision? = nil, memoryLimit: Int = 8 << 30) throws {
    guard let first = matrices.first else { throw UsageError("no kernels; at least one expected") }
    let count = first.shape.first ?? 0
    for (number, matrix) in matrices.enumerated() {
      precondition(
        matrix.shape == [count, count], "kernel \(number + 1) of shape \(matrix.shape); [\(count), \(count)] expected")
    }
    let elements = matrices.count * count * count
    let chosen = precision ?? (elements * 8 <= memoryLimit ? .float64 : .float32)
    guard elements * chosen.size <= memoryLimit else {
      throw UsageError(
        "\(matrices.count) kernels of \(count) samples need \(elements * chosen.size) bytes as \(chosen.rawValue); "
          + "the limit is \(memoryLimit)")
    }
    self.count = count
    self.precision = chosen
    self.matrices = try matrices.enumerated().map { number, matrix in
      try Self.check(matrix, "kernel \(number + 1)")
      return matrix.to(chosen.dtype).contiguous()
    }
  }

  private init(count: Int, precision: Precision, matrices: [Tensor]) {
    self.count = count
    self.precision = precision
    self.matrices = matrices
  }

  /// The kernels of some of the samples with each other.
  public func keeping(_ samples: [Int]) -> KernelStack {
    let rows = Tensor(samples)
    return KernelStack(
      count: samples.count, precision: precision,
      matrices: matrices.map { $0.indexSelect(rows).indexSelect(axis: 1, rows).contiguous() })
  }

  /// The kernels of some samples with others, `[rows, columns]` each.
  func block(_ rows: [Int], _ columns: [Int]) -> [Tensor] {
    matrices.map { $0.indexSelect(Tensor(rows)).indexSelect(axis: 1, Tensor(columns)) }
  }

  /// Calls `body` with where each matrix lies.
  func withPointers<R>(_ body: ([UnsafeRawPointer?]) -> R) -> R {
    func collect(_ index: Int, _ pointers: [UnsafeRawPointer?]) -> R {
      guard index < matrices.count else { return body(pointers) }
      return matrices[index].withBytes { collect(index + 1, pointers + [$0.baseAddress]) }
    }
    return collect(0, [])
  }

  /// Σ weight · matrix, `[count, count]` in `precision`.
  func combined(_ weights: [Double]) -> Tensor {
    let result = Tensor.zeros([count, count], dtype: precision.dtype)
    guard count > 0 else { return result }
    withPointers { pointers in
      result.withBytes { bytes in
        // The tensor is new and contiguous, so these are its own elements; blocks of rows are disjoint.
        nonisolated(unsafe) let out = UnsafeMutableRawPointer(mutating: bytes.baseAddress!)
        nonisolated(unsafe) let sources = pointers
        let (count, code, block) = (self.count, precision.code, 64)
        DispatchQueue.concurrentPerform(iterations: (count + block - 1) / block) { index in
          let start = index * block
          let rows = min(block, count - start)
          ck_combine(code, sources, sources.count, weights, start * count, rows * count, out)
        }
      }
    }
    return result
  }

  /// K α of every matrix for coefficients of the samples.
  func products(_ coefficients: [Double]) -> [[Double]] {
    nonisolated(unsafe) let all = matrices
    let (count, code) = (count, precision.code)
    let flat = filling(all.count, columns: count, block: 1) { range, out in
      for (row, index) in range.enumerated() {
        all[index].withBytes { ck_kernel_product(code, $0.baseAddress, count, coefficients, out + row * count) }
      }
    }.doubles
    return all.indices.map { Array(flat[$0 * count..<($0 + 1) * count]) }
  }

  /// αᵀ K α of every matrix.
  func squaredNorms(_ coefficients: [Double]) -> [Double] {
    products(coefficients).map { max(0, zip($0, coefficients).reduce(0) { $0 + $1.0 * $1.1 }) }
  }

  private static func check(_ matrix: Tensor, _ name: String) throws {
    guard matrix.count > 0 else { return }
    guard matrix.sum().item().isFinite || matrix.isFinite().all().item() == 1 else {
      throw InputError(at: name, "holds a value that is not finite; numbers expected")
    }
    let asymmetry = (matrix - matrix.transposed(0, 1)).abs().max().item()
    let largest = matrix.abs().max().item()
    guard asymmetry <= 1e-5 * largest else {
      throw InputError(at: name, "differs from its transpose by \(asymmetry); a symmetric matrix expected")
    }
  }
}
