import Layers
public import Modalities
public import Tensors

/// Encodes a sequence `[B, T, D]` by convolutions over time and the mean and maximum over its real steps.
///
/// The convolutions are those of `TemporalConvolutionSteps`: padding and batch mates change nothing.
public struct TemporalConvolutionEncoder: Encoder {
  public let outputSize: Int
  let steps: TemporalConvolutionSteps
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
    outputSize = width
    steps = TemporalConvolutionSteps(
      inputSize: inputSize, width: width, layers: layers, kernel: kernel, generator: generator)
    self.dropout = Dropout(dropout)
    output = Linear(2 * width, width, generator: generator)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let (x, real) = steps.encoded(input)
    // Rectified, so the cleared padding never is the maximum.
    let pooled = Tensor.concatenated([real.mean(x), x.max(axis: 1).values], axis: 1)
    return dropout(output(dropout(pooled)).relu())
  }
}
