import Layers
public import Modalities
public import Tensors

/// Hands a sequence `[B, T, D]` on as it is, without learning: `Steps.packed`, `[B, T, D + 1]`.
public struct RawSteps: Encoder {
  public let outputSize: Int

  public init(inputSize: Int) { outputSize = inputSize }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    Steps(input.values, mask: SequenceSteps(input).mask?.squeezed(2)).packed
  }
}
