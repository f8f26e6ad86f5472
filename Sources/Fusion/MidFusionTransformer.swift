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
  let transformers: ModalityTransformers

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
    transformers = ModalityTransformers(
      widths: widths, areSequences: areSequences, width: output, layers: layers, heads: heads, dropout: dropout,
      generator: generator)
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    var tokens = transformers.tokens(of: inputs)
    for layer in transformers.layers.indices {
      tokens = transformers(layer, tokens, context: layer < fusionLayer ? nil : Tokens.joined(tokens))
    }
    return transformers.summary(tokens)
  }

  /// Multiplications of the layers for one sample.
  ///
  /// - Parameter steps: steps of each modality.
  public func multiplications(steps: [Int]) -> Int {
    let counts = steps.map { $0 + 1 }
    return transformers.layers.indices.reduce(0) { sum, layer in
      sum
        + transformers.multiplications(
          layer, counts: counts, context: layer < fusionLayer ? nil : counts.reduce(0, +))
    }
  }
}

extension FusionRegistry {
  static let midTransformer = FusionDescription(
    "mid-transformer", summary: "transformers whose tokens attend to all modalities from a chosen layer on",
    paper: "Nagrani et al., 2021, Attention Bottlenecks for Multimodal Fusion",
    options: [
      MethodOption("depth", default: 2, in: 1...64, help: "layers of each modality's transformer"),
      MethodOption(
        "fuse", default: 1, in: 0...64, help: "layers before the modalities meet: 0 (early) to depth (late)"), heads,
      output,
    ],
    modalities: 1...64, readsSteps: true, tokenizes: true,
    adds: { try $0.integer("fuse") == $0.integer("depth") ? .logits : nil }
  ) { request, values, generator in
    let depth = try values.integer("depth")
    let (heads, width) = try (values.integer("heads"), values.integer("output"))
    try checkHeads(heads, width: width, method: values.method)
    return MidFusionTransformer(
      widths: request.widths, areSequences: request.areSequences, layers: depth,
      fusionLayer: try values.integer("fuse", in: 0...depth), heads: heads, output: width,
      dropout: try values.number("dropout"), generator: generator)
  }
}
