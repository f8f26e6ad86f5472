import Layers
public import Modalities
public import Tensors

/// Encodes a sequence `[B, T, D]` into the states of gated recurrent units, step by step.
///
/// As an encoder it answers `Steps.packed`, `[B, T, width + 1]`.
public struct RecurrentSteps: Encoder {
  public let outputSize: Int
  let gru: GRU
  let dropout: Dropout

  /// - Parameters:
  ///   - inputSize: features per step.
  ///   - width: width of the state.
  ///   - layers: number of recurrent layers, at least 1.
  public init(inputSize: Int, width: Int = 64, layers: Int = 1, dropout: Double = 0.2, generator: Generator) {
    outputSize = width
    gru = GRU(inputSize, width, layers: layers, dropout: dropout, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    let steps = SequenceSteps(input)
    let states = gru(steps.cleared(input.values), lengths: input.lengths).states
    return Steps(dropout.alikeInAllSteps(states), mask: steps.mask?.squeezed(2)).packed
  }
}
