public import Encoders
import Layers
public import Tensors

/// A transformer for each modality whose tokens attend to those of all modalities from layer L_f on (Nagrani et al., 2021,
/// section 3.2.2, eq. 4–5): early fusion at L_f = 0, late at L_f = L.
///
/// Every modality keeps weights of its own in every layer, and a class token of its own; the representation is the mean of
/// the class tokens. Padding and absent modalities are attended to by nobody, and an absent one's class token does not
/// enter the mean.
public struct MidFusionTransformer: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  /// L_f.
  let fusionLayer: Int
  let start: ModalityTokens
  /// For each layer, the block of each modality.
  let layers: [[TransformerBlock]]
  let norms: [LayerNorm]

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - areSequences: whose steps are an order in time that their encoding does not tell.
  ///   - layers: L.
  ///   - fusionLayer: L_f, from 0 to L.
  ///   - output: width of the tokens, a multiple of `heads`.
  public init(
    widths: [Int], areSequences: [Bool], layers: Int = 2, fusionLayer: Int = 1, heads: Int = 4, output: Int = 64,
    dropout: Double = 0, generator: Generator
  ) {
    precondition((0...layers).contains(fusionLayer), "fusion from layer \(fusionLayer) of \(layers)")
    self.widths = widths
    self.fusionLayer = fusionLayer
    outputSize = output
    start = ModalityTokens(widths: widths, areSequences: areSequences, width: output, generator: generator)
    self.layers = (0..<layers).map { _ in
      widths.map { _ in TransformerBlock(width: output, heads: heads, dropout: dropout, generator: generator) }
    }
    norms = widths.map { _ in LayerNorm(output) }
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let started = start(inputs)
    let masks = started.map(\.mask)
    let everyMask = Tensor.concatenated(masks, axis: 1)
    var tokens = started.map(\.values)
    for (layer, blocks) in layers.enumerated() {
      let all = layer < fusionLayer ? nil : Tensor.concatenated(tokens, axis: 1)
      tokens = tokens.indices.map { modality in
        blocks[modality](tokens[modality], context: all, mask: all == nil ? masks[modality] : everyMask)
      }
    }
    return ModalityTokens.summary(tokens, masks: masks, norms: norms)
  }

  /// Multiplications of the layers for one sample.
  ///
  /// - Parameter steps: steps of each modality.
  public func multiplications(steps: [Int]) -> Int {
    let tokens = steps.map { $0 + 1 }
    return layers.indices.reduce(0) { sum, layer in
      tokens.reduce(sum) { sum, count in
        sum
          + TransformerBlock.multiplications(
            count: count, context: layer < fusionLayer ? count : tokens.reduce(0, +), width: outputSize)
      }
    }
  }
}
