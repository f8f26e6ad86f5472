import Encoders
import Layers
import Tensors

/// What a multimodal transformer starts from: for each modality its steps at one width, behind a class token of its own.
struct ModalityTokens: Module {
  let embeddings: [Linear]
  /// `[1, 1, width]` for each modality.
  let classTokens: [Parameter]
  private let areSequences: [Bool]

  /// - Parameter areSequences: whose steps get positions, sines and cosines.
  init(widths: [Int], areSequences: [Bool], width: Int, generator: Generator) {
    embeddings = widths.map { Linear($0, width, generator: generator) }
    classTokens = widths.map { _ in
      Parameter(Initialisation.normal([1, 1, width], deviation: 0.02, generator: generator))
    }
    self.areSequences = areSequences
  }

  /// For each modality its tokens `[B, 1 + T_m, width]` and which are real, its class token where it is present.
  func callAsFunction(_ inputs: [Steps]) -> [Steps] {
    inputs.indices.map { modality in
      let input = inputs[modality]
      var tokens = embeddings[modality](input.values)
      let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
      if areSequences[modality] { tokens = tokens + sinusoidalPositions(count, width: width, like: tokens) }
      let classToken = classTokens[modality].value.expanded(to: [batch, 1, width])
      return Steps(
        Tensor.concatenated([classToken, tokens], axis: 1),
        mask: Tensor.concatenated([input.mask.any(axis: 1, keepingDimensions: true), input.mask], axis: 1))
    }
  }

  /// The mean over the present modalities of the class tokens after a norm of their own, `[B, width]`.
  static func summary(_ tokens: [Tensor], masks: [Tensor], norms: [LayerNorm]) -> Tensor {
    let classes = zip(tokens, norms).map { $1($0.select(axis: 1, index: 0)) }
    let present = Tensor.stacked(masks.map { $0.select(axis: 1, index: 0) }, axis: 1)
    return Steps(Tensor.stacked(classes, axis: 1), mask: present).mean
  }
}
