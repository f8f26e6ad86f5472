public import Encoders
import Layers
public import Tensors

/// A transformer for each modality that hears of the others only through a few shared tokens (multimodal bottleneck
/// transformer, Nagrani et al., 2021, eq. 6–8).
///
/// From layer L_f on, modality m's tokens stand beside B bottleneck tokens: [z_m ‖ ẑ_m] = Transformer_m([z_m ‖ z_fsn]), and
/// z_fsn becomes the mean of the ẑ_m of the modalities that are present. What a layer puts into the bottleneck is read by
/// the next, so two layers at least have one. The representation is the mean of the modalities' class tokens.
///
/// Padding and absent modalities are attended to by nobody; an absent one enters neither mean.
public struct BottleneckTransformer: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  let fusionLayer: Int
  let start: ModalityTokens
  /// z_fsn at first, `[1, B, width]`.
  let bottleneck: Parameter
  /// For each layer, the block of each modality.
  let layers: [[TransformerBlock]]
  let norms: [LayerNorm]

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - areSequences: whose steps are an order in time that their encoding does not tell.
  ///   - bottlenecks: B.
  ///   - layers: L, at least 2.
  ///   - fusionLayer: L_f, from 0 to L − 2.
  ///   - output: width of the tokens, a multiple of `heads`.
  public init(
    widths: [Int], areSequences: [Bool], bottlenecks: Int = 4, layers: Int = 3, fusionLayer: Int = 1, heads: Int = 4,
    output: Int = 64, dropout: Double = 0, generator: Generator
  ) {
    precondition(
      fusionLayer >= 0 && fusionLayer <= layers - 2, "a bottleneck from layer \(fusionLayer) of \(layers) is never read"
    )
    self.widths = widths
    self.fusionLayer = fusionLayer
    outputSize = output
    start = ModalityTokens(widths: widths, areSequences: areSequences, width: output, generator: generator)
    bottleneck = Parameter(Initialisation.normal([1, bottlenecks, output], deviation: 0.02, generator: generator))
    self.layers = (0..<layers).map { _ in
      widths.map { _ in TransformerBlock(width: output, heads: heads, dropout: dropout, generator: generator) }
    }
    norms = widths.map { _ in LayerNorm(output) }
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let started = start(inputs)
    let masks = started.map(\.mask)
    var tokens = started.map(\.values)
    let (batch, count) = (tokens[0].shape[0], bottleneck.shape[1])
    var shared = bottleneck.value.expanded(to: [batch, count, outputSize])
    let open = Tensor.ones([batch, count], dtype: .bool, device: shared.device)
    let present = Tensor.stacked(masks.map { $0.select(axis: 1, index: 0) }, axis: 1)  // [B, M]
    for (layer, blocks) in layers.enumerated() {
      guard layer >= fusionLayer else {
        tokens = tokens.indices.map { blocks[$0](tokens[$0], mask: masks[$0]) }
        continue
      }
      let joined = tokens.indices.map { modality in
        blocks[modality](
          Tensor.concatenated([tokens[modality], shared], axis: 1),
          mask: Tensor.concatenated([masks[modality], open], axis: 1))
      }
      tokens = zip(tokens, joined).map { $1.narrow(axis: 1, start: 0, length: $0.shape[1]) }
      let heard = zip(tokens, joined).map { $1.narrow(axis: 1, start: $0.shape[1], length: count) }
      shared = Steps(Tensor.stacked(heard.map { $0.flattened(from: 1, to: 2) }, axis: 1), mask: present).mean
        .reshaped([batch, count, outputSize])
    }
    return ModalityTokens.summary(tokens, masks: masks, norms: norms)
  }

  /// Multiplications of the layers for one sample.
  ///
  /// - Parameter steps: steps of each modality.
  public func multiplications(steps: [Int]) -> Int {
    layers.indices.reduce(0) { sum, layer in
      steps.reduce(sum) { sum, steps in
        let count = steps + 1 + (layer < fusionLayer ? 0 : bottleneck.shape[1])
        return sum + TransformerBlock.multiplications(count: count, context: count, width: outputSize)
      }
    }
  }
}
