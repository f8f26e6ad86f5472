import Layers
public import Modalities
public import Tensors

/// Brings a sequence `[B, T, D]` to a fixed number of steps and encodes them all as one vector, so that what happens when
/// is kept, which pooling over time loses: for gestures and other short events of one beginning and one end.
public struct ResampledEncoder: Encoder {
  public var outputSize: Int { encoder.outputSize }
  let steps: ResampledSteps
  let encoder: MLPEncoder

  /// - Parameters:
  ///   - inputSize: features per step.
  ///   - count: steps that every sequence is brought to.
  ///   - width: width of every layer, and of the encoding.
  ///   - layers: number of linear layers, at least 1.
  public init(
    inputSize: Int, count: Int = 16, width: Int = 64, layers: Int = 1, dropout: Double = 0.2, generator: Generator
  ) {
    steps = ResampledSteps(inputSize: inputSize, count: count)
    encoder = MLPEncoder(
      inputSize: count * inputSize, width: width, layers: layers, dropout: dropout, generator: generator)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    encoder(ModalityInput(values: steps.resampled(input).flattened(from: 1, to: 2)))
  }
}

/// Hands a sequence `[B, T, D]` on brought to a fixed number of steps, without learning: `Steps.packed`, `[B, count, D + 1]`.
public struct ResampledSteps: Encoder {
  public let outputSize: Int
  let count: Int

  public init(inputSize: Int, count: Int = 16) {
    outputSize = inputSize
    self.count = count
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor { Steps(resampled(input)).packed }

  func resampled(_ input: ModalityInput) -> Tensor {
    Steps(input.values, mask: SequenceSteps(input).mask?.squeezed(2)).resampled(to: count)
  }
}
