import Layers
public import Modalities
public import Tensors

/// Encodes a sequence `[B, T, D]` by convolutions over time into fewer steps.
///
/// Each layer halves the rate, normalises over channels within a step (so padding and batch mates change nothing), and is
/// rectified. Padding is cleared before every layer: a sequence encodes alike at whatever length its batch is padded to.
/// As an encoder it answers `Steps.packed`, `[B, T′, width + 1]`.
public struct TemporalConvolutionSteps: Encoder {
  public let outputSize: Int
  let convolutions: [Convolution1D]
  let norms: [LayerNorm]

  /// - Parameters:
  ///   - inputSize: features per step.
  ///   - width: channels of every layer.
  ///   - layers: number of convolutions, at least 1; each sees `kernel` steps of the one before and halves their number.
  ///   - kernel: steps a convolution sees; odd.
  public init(inputSize: Int, width: Int = 64, layers: Int = 2, kernel: Int = 5, generator: Generator) {
    precondition(kernel % 2 == 1 && layers > 0, "TemporalConvolutionSteps: kernel \(kernel), layers \(layers)")
    outputSize = width
    convolutions = (0..<layers).map {
      Convolution1D(
        $0 == 0 ? inputSize : width, width, kernel: kernel, stride: 2, padding: kernel / 2, generator: generator)
    }
    norms = (0..<layers).map { _ in LayerNorm(width) }
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let (values, steps) = encoded(input)
    return Steps(values, mask: steps.mask?.squeezed(2)).packed
  }

  /// The steps `[B, T′, width]`, zero where they are not real, and which are.
  func encoded(_ input: ModalityInput) -> (values: Tensor, steps: SequenceSteps) {
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
    return (x, steps)
  }
}
