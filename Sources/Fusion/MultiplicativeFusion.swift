import Encoders
import Layers
public import Tensors

/// Multiplies the modalities, projected to one width: z = (U_1 x_1) ⊙ … ⊙ (U_M x_M).
///
/// Only interactions of all modalities enter; the predictor that follows holds W. An absent modality's factor is 1, so
/// the product of the others remains.
public struct MultiplicativeFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let projections: [Linear]

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - output: width of every projection, and of the product.
  public init(widths: [Int], output: Int = 64, generator: Generator) {
    self.widths = widths
    outputSize = output
    // No offset: it would let products of fewer modalities in.
    projections = widths.map { Linear($0, output, bias: false, generator: generator) }
  }

  public var isMultiaffine: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "MultiplicativeFusion")
    let projected = zip(projections, clearingAbsent(inputs, present)).map { $0($1) }
    return clearingAbsent(projected, present, with: 1)
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor { product(parts) }
}

extension FusionRegistry {
  static let multiplicative = FusionDescription(
    "multiplicative", summary: "element-wise product of projections of the encodings",
    paper: "Liang, Zadeh & Morency, 2022, Foundations and Trends in Multimodal Machine Learning", options: [output]
  ) { request, values, generator in
    MultiplicativeFusion(
      widths: request.widths, output: try values.integer("output"), generator: generator)
  }
}
