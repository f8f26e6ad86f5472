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

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "EarlyFusion")
    let cleared = clearingAbsent(inputs, present)
    return layers.first?.blocks(cleared) ?? cleared
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor {
    layers.isEmpty ? Tensor.concatenated(parts, axis: -1) : layers.network(on: parts, dropout: dropout)
  }
}
