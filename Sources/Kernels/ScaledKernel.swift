public import Tensors

/// A kernel of fitted samples at a common scale, by its elements: for learning with more kernels than fit into memory, and
/// for comparing new samples with the fitted ones.
public struct ScaledKernel {
  public let kernel: VectorKernel
  /// `[n, width]`.
  public let samples: Tensor
  /// What the kernel is multiplied by; nil for cosine normalisation, which has a factor for each sample.
  public let factor: Double?

  /// - Throws: `InputError` where the kernel refuses the samples, or its trace or variance is not positive.
  public init(_ kernel: VectorKernel, _ samples: Tensor, _ normalisation: KernelNormalisation) throws {
    self.kernel = kernel
    self.samples = samples
    switch normalisation {
    case .none: factor = 1
    case .cosine: factor = nil
    case .trace, .variance:
      // Of all elements only their mean is needed, which blocks of rows tell.
      let count = samples.shape[0]
      var sum = 0.0
      if normalisation == .variance {
        for start in stride(from: 0, to: count, by: 256) {
          let rows = samples.narrow(axis: 0, start: start, length: min(256, count - start))
          sum += try kernel.gram(rows, samples).sum().item()
        }
      }
      factor = try normalisation.factor(
        trace: kernel.diagonal(samples).sum().item(), sum: sum, count: count)
    }
  }

  /// The kernel among some of the fitted samples, `[rows, columns]`.
  public func elements(_ rows: [Int], _ columns: [Int]) throws -> Tensor {
    let count = samples.shape[0]
    // Among all of them it is symmetric to the last bit.
    let plain =
      rows.count == count && columns.count == count && rows == columns
      ? try kernel.gram(samples).indexSelect(Tensor(rows)).indexSelect(axis: 1, Tensor(columns))
      : try kernel.gram(samples.indexSelect(Tensor(rows)), samples.indexSelect(Tensor(columns)))
    if let factor { return plain * factor }
    let roots = try inverseRoots(samples)
    return plain * roots.indexSelect(Tensor(rows)).unsqueezed(1) * roots.indexSelect(Tensor(columns))
  }

  /// The kernel of new samples `[m, width]` with the fitted ones, `[m, n]`.
  public func callAsFunction(_ new: Tensor) throws -> Tensor {
    let plain = try kernel.gram(new, samples)
    if let factor { return plain * factor }
    return try plain * inverseRoots(new).unsqueezed(1) * inverseRoots(samples)
  }

  private func inverseRoots(_ samples: Tensor) throws -> Tensor {
    let diagonal = try kernel.diagonal(samples)
    return Tensor.where(diagonal .> 0, diagonal.rsqrt(), diagonal.zerosLike())
  }
}

extension KernelStack {
  /// Kernels of the same samples, of which those that do not fit into the limit are computed whenever they are read.
  public init(_ kernels: [ScaledKernel], memoryLimit: Int = 8 << 30) throws {
    guard let count = kernels.first?.samples.shape[0] else { throw UsageError("no kernels; at least one expected") }
    for kernel in kernels {
      precondition(kernel.samples.shape[0] == count, "kernels of \(kernel.samples.shape[0]) and \(count) samples")
    }
    try self.init(count: count, kernels: kernels.count, memoryLimit: memoryLimit) { kernel, rows, columns in
      try kernels[kernel].elements(rows, columns)
    }
  }
}
