import Encoders
import Layers
public import Tensors

/// Concatenates the modalities first and learns one network on the whole: MLP([x_1; …; x_M]).
///
/// At the raw level (`EarlyFusion.Level`) a `FusionModel` hands in the inputs themselves, and the first layer already
/// sees all modalities; at the encoded level each modality passes its encoder before. An absent modality's block is zero
/// and contributes nothing.
public struct EarlyFusion: SeparableFusion {
  /// What is concatenated.
  public enum Level: String, CaseIterable, Codable, Sendable { case raw, encoded }

  public let outputSize: Int
  let widths: [Int]
  let layers: [Linear]
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of each modality.
  ///   - width: width of each layer, and of the representation.
  ///   - layers: number of layers; 0 leaves the concatenation as it is, for a linear predictor.
  public init(widths: [Int], width: Int = 64, layers: Int = 1, dropout: Double = 0.2, generator: Generator) {
    let total = widths.reduce(0, +)
    self.widths = widths
    outputSize = layers == 0 ? total : width
    self.layers = (0..<layers).map { Linear($0 == 0 ? total : width, width, generator: generator) }
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "EarlyFusion")
    let joined = Tensor.concatenated(clearingAbsent(inputs, present), axis: -1)
    return layers.reduce(joined) { dropout($1($0).relu()) }
  }

  /// A linear predictor on the concatenation adds the modalities up.
  public var isMultiaffine: Bool { layers.isEmpty }
  public var combinesGrids: Bool { !layers.isEmpty }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "EarlyFusion")
    let cleared = clearingAbsent(inputs, present)
    return layers.first?.blocks(cleared) ?? cleared
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor {
    layers.isEmpty ? Tensor.concatenated(parts, axis: -1) : layers.network(on: parts, dropout: dropout)
  }
}

extension FusionRegistry {
  static let early = FusionDescription(
    "early", summary: "concatenate the inputs, then one network on the whole",
    paper: "Baltrušaitis et al., 2019, Multimodal Machine Learning: A Survey and Taxonomy",
    options: [
      MethodOption("level", default: EarlyFusion.Level.raw, help: "what is concatenated: raw (the inputs) or encoded"),
      MethodOption("hidden", default: 64, in: 1...65536, help: "width of each layer after the concatenation"),
      MethodOption("depth", default: 1, in: 0...8, help: "layers after the concatenation; 0 for a linear predictor"),
    ],
    readsRaw: { try $0.choice("level", as: EarlyFusion.Level.self) == .raw },
    adds: { try $0.integer("depth") == 0 ? .logits : nil }
  ) { request, values, generator in
    _ = try values.choice("level", as: EarlyFusion.Level.self)
    return EarlyFusion(
      widths: request.widths, width: try values.integer("hidden"),
      layers: try values.integer("depth"), dropout: try values.number("dropout"),
      generator: generator)
  }
}
