import CKernels
import Dispatch
public import Tensors

/// Several Gram matrices of the same samples, kept in memory for learning with them.
///
/// Learning reads rows of all matrices again and again, so they are kept side by side in one number type: float64 where
/// that fits into the limit, else float32 (whose rounding, 6e-8 of each element, bounds how exact an answer can be). Where
/// not even that fits, as many as do are kept and the others are computed anew, block by block, whenever they are read.
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
  /// `[count, count]` each, in `precision`; nil for those that are computed whenever they are read.
  private let matrices: [Tensor?]
  /// Elements of a kernel, for those that are not kept.
  private let elements: Elements?

  /// Elements of one kernel in some rows and columns, `[rows, columns]`.
  public typealias Elements = (_ kernel: Int, _ rows: [Int], _ columns: [Int]) throws -> Tensor

  /// How many matrices.
  public var kernels: Int { matrices.count }
  /// How many of them are in memory.
  public var kept: Int { matrices.count { $0 != nil } }
  /// Whether all are.
  var isWhole: Bool { elements == nil }

  /// Takes Gram matrices `[n, n]`.
  ///
  /// - Parameters:
  ///   - matrices: `[n, n]` each, of the same samples.
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
    self.elements = nil
  }

  /// Takes kernels by their elements, of which it keeps what fits into the limit beside one matrix for their sum.
  ///
  /// - Parameters:
  ///   - count: samples.
  ///   - kernels: how many there are.
  ///   - memoryLimit: most bytes of what is kept and of the sum together.
  /// - Throws: what `elements` throws; `InputError` where a kernel is not finite; `UsageError` where not even the sum fits.
  public init(count: Int, kernels: Int, memoryLimit: Int = 8 << 30, elements: @escaping Elements) throws {
    guard kernels > 0 else { throw UsageError("no kernels; at least one expected") }
    let size = count * count
    let all = Array(0..<count)
    if (kernels + 1) * size * Precision.float32.size <= memoryLimit {
      let chosen: Precision = (kernels + 1) * size * Precision.float64.size <= memoryLimit ? .float64 : .float32
      try self.init(
        (0..<kernels).map { try elements($0, all, all).to(chosen.dtype) }, precision: chosen, memoryLimit: memoryLimit)
      return
    }
    let room = memoryLimit / Precision.float32.size - size
    guard room >= 0 else {
      throw UsageError(
        "a sum of kernels of \(count) samples needs \(size * Precision.float32.size) bytes; the limit is \(memoryLimit)"
      )
    }
    // Every element is looked at once, so that learning meets none that is not finite.
    let matrices = try (0..<kernels).map { kernel in
      let isKept = kernel < room / max(1, size)
      let matrix = isKept ? Tensor.zeros([count, count]) : nil
      for rows in Self.blocks(count) {
        let block = try elements(kernel, Array(rows), all).to(.float32)
        guard block.isFinite().all().item() == 1 else {
          throw InputError(at: "kernel \(kernel + 1)", "holds a value that is not finite; numbers expected")
        }
        matrix?.narrow(axis: 0, start: rows.lowerBound, length: rows.count).copy_(from: block)
      }
      return matrix
    }
    self.init(count: count, precision: .float32, matrices: matrices, elements: elements)
  }

  private init(count: Int, precision: Precision, matrices: [Tensor?], elements: Elements?) {
    self.count = count
    self.precision = precision
    self.matrices = matrices
    self.elements = elements
  }

  /// Rows that are computed at a time.
  private static func blocks(_ count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: 256).map { $0..<min($0 + 256, count) }
  }

  /// Elements of a kernel, kept or not, in its precision.
  private func elements(of kernel: Int, _ rows: [Int], _ columns: [Int]) -> Tensor {
    if let matrix = matrices[kernel] {
      return matrix.indexSelect(Tensor(rows)).indexSelect(axis: 1, Tensor(columns))
    }
    guard let block = try? elements?(kernel, rows, columns) else {
      preconditionFailure("kernel \(kernel + 1) gave its elements once and no longer does")
    }
    return block.to(precision.dtype)
  }

  /// The kernels of some of the samples with each other.
  public func keeping(_ samples: [Int]) -> KernelStack {
    let rows = Tensor(samples)
    let elements = elements.map { elements -> Elements in
      { kernel, rows, columns in try elements(kernel, rows.map { samples[$0] }, columns.map { samples[$0] }) }
    }
    return KernelStack(
      count: samples.count, precision: precision,
      matrices: matrices.map { $0?.indexSelect(rows).indexSelect(axis: 1, rows).contiguous() }, elements: elements)
  }

  /// The kernels of some samples with others, `[rows, columns]` each.
  func block(_ rows: [Int], _ columns: [Int]) -> [Tensor] {
    matrices.indices.map { elements(of: $0, rows, columns) }
  }

  /// The matrices that are in memory.
  var inMemory: [Tensor] { matrices.compactMap { $0 } }

  /// Calls `body` with where each matrix lies; all must be in memory.
  func withPointers<R>(_ body: ([UnsafeRawPointer?]) -> R) -> R {
    func collect(_ index: Int, _ pointers: [UnsafeRawPointer?]) -> R {
      guard index < matrices.count else { return body(pointers) }
      guard let matrix = matrices[index] else { preconditionFailure("kernel \(index + 1) is not in memory") }
      return matrix.withBytes { collect(index + 1, pointers + [$0.baseAddress]) }
    }
    return collect(0, [])
  }

  /// Σ weight · matrix, `[count, count]` in `precision`.
  func combined(_ weights: [Double]) -> Tensor {
    let result = Tensor.zeros([count, count], dtype: precision.dtype)
    guard count > 0 else { return result }
    guard isWhole else {
      let all = Array(0..<count)
      for rows in Self.blocks(count) {
        let target = result.narrow(axis: 0, start: rows.lowerBound, length: rows.count)
        for (kernel, weight) in weights.enumerated() where weight > 0 {
          target.add_(elements(of: kernel, Array(rows), all), alpha: weight)
        }
      }
      return result
    }
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

  /// Σ weight · matrix in the rows and columns of some samples, float64 `[samples, samples]`.
  func combined(_ weights: [Double], at samples: [Int]) -> Tensor {
    var sum = Tensor.zeros([samples.count, samples.count], dtype: .float64)
    for (kernel, weight) in weights.enumerated() where weight > 0 {
      sum = sum + elements(of: kernel, samples, samples).to(.float64) * weight
    }
    return sum
  }

  /// Diagonals of all matrices, one behind the other.
  func diagonals() -> [Double] {
    matrices.indices.flatMap { kernel -> [Double] in
      if let matrix = matrices[kernel] { return matrix.diagonal().to(.float64).doubles }
      return Self.blocks(count).flatMap { elements(of: kernel, Array($0), Array($0)).diagonal().to(.float64).doubles }
    }
  }

  /// K α of every matrix for coefficients of the samples, one behind the other.
  func products(_ coefficients: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: kernels * count)
    addProducts(coefficients, to: &result)
    return result
  }

  /// Adds K α of every matrix to `sums`; rows of samples whose coefficient is 0 are not read.
  func addProducts(_ coefficients: [Double], to sums: inout [Double]) {
    precondition(sums.count == kernels * count, "\(sums.count) sums of \(kernels) kernels of \(count) samples")
    guard isWhole else {
      // Only the columns of support vectors matter.
      let used = coefficients.indices.filter { coefficients[$0] != 0 }
      guard !used.isEmpty else { return }
      let column = Tensor(used.map { coefficients[$0] }).unsqueezed(1)
      for kernel in matrices.indices {
        for rows in Self.blocks(count) {
          let parts = elements(of: kernel, Array(rows), used).to(.float64).matmul(column).doubles
          for (row, part) in zip(rows, parts) { sums[kernel * count + row] += part }
        }
      }
      return
    }
    let (kernels, count, code) = (self.kernels, self.count, precision.code)
    withPointers { pointers in
      sums.withUnsafeMutableBufferPointer { sums in
        // Every kernel has a part of its own, and concurrentPerform returns after all of them.
        nonisolated(unsafe) let out = sums.baseAddress
        nonisolated(unsafe) let sources = pointers
        DispatchQueue.concurrentPerform(iterations: out == nil ? 0 : kernels) { kernel in
          ck_add_product(code, sources[kernel], count, coefficients, out! + kernel * count)
        }
      }
    }
  }

  /// Σ weight · part of parts of all matrices, one behind the other, such as K α.
  func weighted(_ parts: [Double], _ weights: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: count)
    for (kernel, weight) in weights.enumerated() where weight > 0 {
      for sample in sum.indices { sum[sample] += weight * parts[kernel * count + sample] }
    }
    return sum
  }

  /// αᵀ K α from K α of every matrix, one behind the other.
  static func squaredNorms(_ coefficients: [Double], _ products: [Double]) -> [Double] {
    guard !coefficients.isEmpty else { return [] }
    return stride(from: 0, to: products.count, by: coefficients.count).map { start in
      var sum = 0.0
      for sample in coefficients.indices { sum += coefficients[sample] * products[start + sample] }
      return max(0, sum)
    }
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
