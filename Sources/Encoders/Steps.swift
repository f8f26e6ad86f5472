public import Tensors

/// The steps of one modality as a fusion of sequences sees them: words, frames, patches; a vector is one step.
public struct Steps {
  /// `[B, T, D]`, zero where a step is not real.
  public let values: Tensor
  /// `[B, T]`, true where a step is real.
  public let mask: Tensor
  /// Whether every step is known to be real, so that `mask` need not be looked at.
  public let isWhole: Bool

  /// - Parameters:
  ///   - values: `[B, T, D]`, anything where a step is not real.
  ///   - mask: `[B, T]`; nil where every step is real.
  public init(_ values: Tensor, mask: Tensor? = nil) {
    self.values = mask.map { Tensor.where($0.unsqueezed(2), values, Tensor(0, dtype: values.dtype)) } ?? values
    self.mask = mask ?? Tensor.ones(Array(values.shape.prefix(2)), dtype: .bool, device: values.device)
    isWhole = mask == nil
  }

  /// Both as one tensor, `[B, T, D + 1]`, whose last feature is 1 on real steps and else 0.
  ///
  /// So a sequence goes wherever an encoding goes: it is gathered, recombined and stacked with its mask.
  public var packed: Tensor { Tensor.concatenated([values, mask.unsqueezed(2).to(values.dtype)], axis: 2) }

  /// Undoes `packed`.
  public init(packed: Tensor) {
    let width = packed.shape[2] - 1
    values = packed.narrow(axis: 2, start: 0, length: width)
    mask = packed.detached().select(axis: 2, index: width) .> 0.5
    isWhole = false
  }

  /// How many steps, real or not.
  public var count: Int { values.shape[1] }

  /// Number of real steps, `[B, 1]`, in the type of `values`.
  public var lengths: Tensor { mask.to(values.dtype).sum(axes: [1], keepingDimensions: true) }

  /// Mean over real steps, `[B, D]`; zero where there is none.
  public var mean: Tensor { values.sum(axes: [1]) / lengths.clamped(min: 1) }

  /// The sequence with `count` steps, the real ones stretched or shrunk evenly to all of them, `[B, count, D]`.
  public func resampled(to count: Int) -> Tensor {
    resampled(to: count, lengths: Tensor(Double(count), dtype: values.dtype))
  }

  /// The sequence on the steps of another, real steps on real steps, `[B, times · T of the other, D]`.
  ///
  /// - Parameter times: new steps for each step of the other.
  public func aligned(to other: Steps, times: Int = 1) -> Tensor {
    if count == 1, other.count == 1 { return values.expanded(to: [values.shape[0], times, values.shape[2]]) }
    return resampled(to: times * other.count, lengths: other.lengths.clamped(min: 1) * Double(times))
  }

  /// New step i of L covers the share [i/L, (i+1)/L) of the sequence, and is the mean of what the old steps hold there.
  ///
  /// Where both have as many steps, nothing changes; a single step is repeated; no step at all gives zeros.
  private func resampled(to count: Int, lengths: Tensor) -> Tensor {
    let own = self.lengths.clamped(min: 1).unsqueezed(2)  // [B, 1, 1]
    let new = lengths.rank == 0 ? lengths : lengths.unsqueezed(2)
    func positions(_ count: Int, _ shape: [Int]) -> Tensor {
      Tensor.arange(count).to(values.dtype).reshaped(shape).to(values.device)
    }
    let (rows, columns) = (positions(count, [1, count, 1]), positions(self.count, [1, 1, self.count]))
    // In units of one step of the product of both lengths, where all bounds are whole numbers.
    let upper = ((rows + 1) * own).minimum((columns + 1) * new)
    let lower = (rows * own).maximum(columns * new)
    // Real steps come first, so those behind the last one lie beyond the sequence's end, as do new steps behind L.
    let overlap = (upper.minimum(own * new) - lower).clamped(min: 0) / own
    return overlap.matmul(values)
  }
}
