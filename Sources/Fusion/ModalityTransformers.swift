import Encoders
import Layers
import Tensors

/// Tokens that attend or are attended to, with what is known of which are real.
struct Tokens {
  /// `[B, T, width]`.
  let values: Tensor
  /// `[B, T]`, true where a token is real; nil where all are.
  let mask: Tensor?

  /// Tokens side by side.
  static func joined(_ parts: [Tokens]) -> Tokens {
    let isMasked = parts.contains { $0.mask != nil }
    return Tokens(
      values: Tensor.concatenated(parts.map(\.values), axis: 1),
      mask: isMasked ? Tensor.concatenated(parts.map(\.knownMask), axis: 1) : nil)
  }

  func narrow(start: Int, length: Int) -> Tokens {
    Tokens(
      values: values.narrow(axis: 1, start: start, length: length),
      mask: mask?.narrow(axis: 1, start: start, length: length))
  }

  private var knownMask: Tensor {
    mask ?? Tensor.ones(Array(values.shape.prefix(2)), dtype: .bool, device: values.device)
  }

  /// The mean over modalities of `values` `[B, D]`, of those whose class token is real.
  static func mean(of values: [Tensor], where tokens: [Tokens]) -> Tensor {
    let stacked = Tensor.stacked(values, axis: 1)
    guard tokens.contains(where: { $0.mask != nil }) else { return stacked.mean(axes: [1]) }
    return Steps(stacked, mask: Tensor.stacked(tokens.map { $0.knownMask.select(axis: 1, index: 0) }, axis: 1)).mean
  }
}

/// The transformers of a multimodal transformer, one for each modality: its steps at one width behind a class token of its
/// own, a block for each layer, and a norm of the class token in the end.
struct ModalityTransformers: Module {
  let embeddings: [Linear]
  /// `[1, 1, width]` for each modality.
  let classTokens: [Parameter]
  /// For each layer, the block of each modality.
  let layers: [[TransformerBlock]]
  let norms: [LayerNorm]
  private let areSequences: [Bool]

  /// - Parameter areSequences: whose steps get positions, sines and cosines.
  init(
    widths: [Int], areSequences: [Bool], width: Int, layers: Int, heads: Int, dropout: Double, generator: Generator
  ) {
    embeddings = widths.map { Linear($0, width, generator: generator) }
    classTokens = widths.map { _ in
      Parameter(Initialisation.normal([1, 1, width], deviation: 0.02, generator: generator))
    }
    self.layers = (0..<layers).map { _ in
      widths.map { _ in
        TransformerBlock(
          width: width, heads: heads, dropout: dropout, dropping: .alikeInAllSteps, generator: generator)
      }
    }
    norms = widths.map { _ in LayerNorm(width) }
    self.areSequences = areSequences
  }

  /// For each modality its tokens `[B, 1 + T_m, width]`, the class token real where the modality is present.
  func tokens(of inputs: [Steps]) -> [Tokens] {
    inputs.indices.map { modality in
      let input = inputs[modality]
      var tokens = embeddings[modality](input.values)
      let (batch, count, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
      if areSequences[modality] { tokens = tokens + sinusoidalPositions(count, width: width, like: tokens) }
      let classToken = classTokens[modality].value.expanded(to: [batch, 1, width])
      return Tokens(
        values: Tensor.concatenated([classToken, tokens], axis: 1),
        mask: input.isWhole
          ? nil : Tensor.concatenated([input.mask.any(axis: 1, keepingDimensions: true), input.mask], axis: 1))
    }
  }

  /// A layer of all modalities.
  ///
  /// Of the last layer nothing but the class tokens is read, so these are all that it computes.
  ///
  /// - Parameters:
  ///   - tokens: of each modality, its class token first.
  ///   - context: what they attend to; their own modality's where nil.
  func callAsFunction(_ layer: Int, _ tokens: [Tokens], context: Tokens? = nil) -> [Tokens] {
    let isLast = layer == layers.count - 1
    return zip(layers[layer], tokens).map { block, own in
      let asking = isLast ? own.narrow(start: 0, length: 1) : own
      let seen = context ?? own
      let attended = context != nil || isLast ? seen.values : nil
      return Tokens(
        values: block(asking.values, attendingTo: attended, mask: seen.mask.map { AttentionMask(keys: $0) }),
        mask: asking.mask)
    }
  }

  /// The mean over the present modalities of the class tokens after a norm of their own, `[B, width]`.
  func summary(_ tokens: [Tokens]) -> Tensor {
    Tokens.mean(of: zip(tokens, norms).map { $1($0.values.select(axis: 1, index: 0)) }, where: tokens)
  }

  /// Multiplications of a layer for one sample.
  ///
  /// - Parameters:
  ///   - counts: tokens of each modality.
  ///   - context: tokens that each attends to; its own where nil.
  func multiplications(_ layer: Int, counts: [Int], context: Int? = nil) -> Int {
    let width = norms[0].weight.shape[0]
    return counts.reduce(0) { sum, count in
      sum
        + TransformerBlock.multiplications(
          count: layer == layers.count - 1 ? 1 : count, context: context ?? count, width: width)
    }
  }
}

/// Refuses a number of heads that does not divide the width of a transformer.
func checkHeads(_ heads: Int, width: Int, method: String) throws {
  guard width % heads == 0 else {
    throw UsageError("method \(method): \(width) numbers cannot be split over \(heads) heads; change heads or output")
  }
}
