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
  let transformers: ModalityTransformers
  /// z_fsn at first, `[1, B, width]`.
  let bottleneck: Parameter

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
    transformers = ModalityTransformers(
      widths: widths, areSequences: areSequences, width: output, layers: layers, heads: heads, dropout: dropout,
      generator: generator)
    bottleneck = Parameter(Initialisation.normal([1, bottlenecks, output], deviation: 0.02, generator: generator))
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    var tokens = transformers.tokens(of: inputs)
    let (batch, count) = (tokens[0].values.shape[0], bottleneck.shape[1])
    var shared = bottleneck.value.expanded(to: [batch, count, outputSize])
    func besideBottleneck() -> [Tokens] { tokens.map { Tokens.joined([$0, Tokens(values: shared, mask: nil)]) } }
    let last = transformers.layers.count - 1
    for layer in 0..<last {
      guard layer >= fusionLayer else {
        tokens = transformers(layer, tokens)
        continue
      }
      let joined = transformers(layer, besideBottleneck())
      let heard = zip(tokens, joined).map {
        $1.narrow(start: $0.values.shape[1], length: count).values.flattened(from: 1, to: 2)
      }
      shared = Tokens.mean(of: heard, where: tokens).reshaped([batch, count, outputSize])
      tokens = zip(tokens, joined).map { $1.narrow(start: 0, length: $0.values.shape[1]) }
    }
    return transformers.summary(transformers(last, besideBottleneck()))
  }

  /// Multiplications of the layers for one sample.
  ///
  /// - Parameter steps: steps of each modality.
  public func multiplications(steps: [Int]) -> Int {
    transformers.layers.indices.reduce(0) { sum, layer in
      sum
        + transformers.multiplications(
          layer, counts: steps.map { $0 + 1 + (layer < fusionLayer ? 0 : bottleneck.shape[1]) })
    }
  }
}

extension FusionRegistry {
  static let mbt = FusionDescription(
    "mbt", summary: "transformers that hear of each other only through a few bottleneck tokens",
    paper: "Nagrani et al., 2021, Attention Bottlenecks for Multimodal Fusion",
    options: [
      MethodOption("depth", default: 3, in: 2...64, help: "layers of each modality's transformer, at least 2"),
      MethodOption("fuse", default: 1, in: 0...62, help: "layers before the bottleneck: 0 to depth - 2"),
      MethodOption("bottlenecks", default: 4, in: 1...1024, help: "bottleneck tokens"), heads, output,
    ],
    modalities: 1...64, readsSteps: true, tokenizes: true
  ) { request, values, generator in
    let depth = try values.integer("depth")
    let (heads, width) = try (values.integer("heads"), values.integer("output"))
    try checkHeads(heads, width: width, method: values.method)
    return BottleneckTransformer(
      widths: request.widths, areSequences: request.areSequences,
      bottlenecks: try values.integer("bottlenecks"), layers: depth,
      fusionLayer: try values.integer("fuse", in: 0...(depth - 2)), heads: heads, output: width,
      dropout: try values.number("dropout"), generator: generator)
  }
}
