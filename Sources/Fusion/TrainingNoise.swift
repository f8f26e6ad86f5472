public import Modalities
public import Tensors

/// Adds normal noise to every input while training, so that a model expects at test time what sensors do (Bishop, 1995).
///
/// Padding stays zero.
public struct TrainingNoise: Sendable {
  /// Standard deviation, in those of the normalised features.
  public let deviation: Double

  public init(_ deviation: Double) {
    precondition(deviation >= 0 && deviation.isFinite, "noise of deviation \(deviation)")
    self.deviation = deviation
  }

  /// The batch with noise.
  public func callAsFunction(_ batch: Batch, drawing masks: MaskSource) -> Batch {
    var noisy = batch
    for (name, input) in batch.ordered {
      noisy.inputs[name]!.values = input.values + noise(like: input, drawing: masks)
    }
    return noisy
  }

  private func noise(like input: ModalityInput, drawing masks: MaskSource) -> Tensor {
    let (shape, dtype) = (input.values.shape, input.values.dtype)
    guard let lengths = input.lengths else { return masks.normal(shape, dtype: dtype) * deviation }
    // Time first: the draws of a sequence do not depend on how far its batch is padded.
    let noise = masks.normal([shape[1], shape[0], shape[2]], dtype: dtype).transposed(0, 1) * deviation
    let real = Tensor.arange(shape[1]).unsqueezed(0) .< lengths.unsqueezed(1)
    return Tensor.where(real.unsqueezed(2), noise, Tensor(0, dtype: dtype))
  }
}
