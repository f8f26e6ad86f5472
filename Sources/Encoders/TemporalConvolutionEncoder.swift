import Layers
public import Modalities
public import Tensors

/// Encodes a sequence `[B, T, D]` by convolutions over time and the mean and maximum over its real steps.
///
/// Each layer halves the rate, normalises over channels within a step (so padding and batch mates change nothing), and is
/// rectified. Padding is cleared before every layer: a sequence encodes alike at whatever length its batch is padded to.
public struct TemporalConvolutionEncoder: Encoder {
  public let outputSize: Int
  let convolutions: [Convolution1D]
  let norms: [LayerNorm]
  let dropout: Dropout
  let output: Linear

  /// - Parameters:
  ///   - inputSize: features per step.
  ///   - width: channels of every layer, and width of the encoding.
  ///   - layers: number of convolutions, at least 1; each sees `kernel` steps of the one before and halves their number.
  ///   - kernel: steps a convolution sees; odd.
  public init(
    inputSize: Int, width: Int = 64, layers: Int = 2, kernel: Int = 5, dropout: Double = 0.2, generator: Generator
  ) {
    precondition(kernel % 2 == 1 && layers > 0, "TemporalConvolutionEncoder: kernel \(kernel), layers \(layers)")
    outputSize = width
    convolutions = (0..<layers).map {
      Convolution1D(
        $0 == 0 ? inputSize : width, width, kernel: kernel, stride: 2, padding: kernel / 2, generator: generator)
    }
    norms = (0..<layers).map { _ in LayerNorm(width) }
    self.dropout = Dropout(dropout)
    output = Linear(2 * width, width, generator: generator)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let total = input.values.shape[1]
    var stride = 1
    var steps = SequenceSteps(lengths: input.lengths, count: total)
    var x = steps.cleared(input.values)
    for (convolution, norm) in zip(convolutions, norms) {
      stride *= 2
      x = norm(convolution(x.transposed(1, 2)).transposed(1, 2)).relu()
      steps = SequenceSteps(lengths: input.lengths, count: x.shape[1], stride: stride)
      x = steps.cleared(x)
    }
    // Rectified, so the cleared padding never is the maximum.
    let pooled = Tensor.concatenated([steps.mean(x), x.max(axis: 1).values], axis: 1)
    return dropout(output(dropout(pooled)).relu())
  }
}
