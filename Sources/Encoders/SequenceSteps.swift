import Modalities
import Tensors

/// Which steps of a padded sequence `[B, T, D]` are real, and pooling over those alone.
///
/// A sequence without any step pools to zero.
struct SequenceSteps {
  /// `[B, T, 1]`, true on real steps; nil where every step is real.
  let mask: Tensor?
  /// `[B, 1]`, at least 1.
  private let counts: Tensor?

  /// - Parameter stride: the sequence was thinned to every `stride`-th step.
  init(_ input: ModalityInput, stride: Int = 1) {
    self.init(lengths: input.lengths, count: (input.values.shape[1] + stride - 1) / stride, stride: stride)
  }

  init(lengths: Tensor?, count: Int, stride: Int = 1) {
    guard let lengths else {
      mask = nil
      counts = nil
      return
    }
    let positions = Tensor((0..<count).map { $0 * stride }, shape: [1, count])
    let steps = positions .< lengths.unsqueezed(1)
    mask = steps.unsqueezed(2)
    counts = steps.to(.float32).sum(axes: [1], keepingDimensions: true).clamped(min: 1)
  }

  /// Sets the padding to zero, whatever it holds.
  func cleared(_ x: Tensor) -> Tensor {
    guard let mask else { return x }
    return Tensor.where(mask, x, Tensor(0, dtype: x.dtype))
  }

  /// Mean over real steps, `[B, D]`.
  func mean(_ x: Tensor) -> Tensor {
    guard let counts else { return x.mean(axes: [1]) }
    return cleared(x).sum(axes: [1]) / counts.to(x.dtype)
  }

  /// Maximum over real steps, `[B, D]`.
  func maximum(_ x: Tensor) -> Tensor {
    guard let mask else { return x.max(axis: 1).values }
    let floor = Tensor(-1e30, dtype: x.dtype)
    let largest = Tensor.where(mask, x, floor).max(axis: 1).values
    return Tensor.where(largest .== floor, Tensor(0, dtype: x.dtype), largest)
  }
}
