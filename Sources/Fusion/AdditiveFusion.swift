import Encoders
import Layers
public import Tensors

/// Adds what each modality says: z = Σ_m W_m x_m.
///
/// It holds no interaction, so it is the yardstick for the fusions that do. An absent modality's term is dropped.
public struct AdditiveFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let projections: [Linear]

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - output: width of the sum.
  public init(widths: [Int], output: Int = 64, generator: Generator) {
    self.widths = widths
    outputSize = output
    // No offset: one inside a term would stay when the term is dropped.
    projections = widths.map { Linear($0, output, bias: false, generator: generator) }
  }

  public var isMultiaffine: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "AdditiveFusion")
    return zip(projections, clearingAbsent(inputs, present)).map { $0($1) }
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor { sum(parts) }
}

extension FusionRegistry {
  static let additive = FusionDescription(
    "additive", summary: "sum of linear maps of the encodings; no interactions",
    paper: "Liang, Zadeh & Morency, 2022, Foundations and Trends in Multimodal Machine Learning", options: [output],
    adds: { _ in .logits }
  ) { request, values, generator in
    AdditiveFusion(widths: request.widths, output: try values.integer("output"), generator: generator)
  }
}
