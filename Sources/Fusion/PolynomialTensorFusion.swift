import Encoders
import Layers
public import Tensors

/// Weighs every product of P features of all modalities, repeated ones too, with a factorised weight: a polynomial of
/// degree P in [x_1; …; x_M] (Hou et al., 2019, section 3.1).
///
/// Where `TensorFusion` multiplies each modality once, here squares and interactions within a modality enter, up to the
/// order and whatever the number of modalities. An absent modality is zero, so the products of those present remain.
public struct PolynomialTensorFusion: Fusion {
  public var outputSize: Int { pooling.outputSize }
  let widths: [Int]
  let pooling: PolynomialTensorPooling

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - order: P, degree of the polynomial.
  ///   - rank: R of the weight's factors.
  ///   - weights: how the weight is factorised.
  ///   - output: width of the representation.
  public init(
    widths: [Int], order: Int = 3, rank: Int = 8, weights: PolynomialTensorPooling.Weights = .cp, output: Int = 32,
    generator: Generator
  ) {
    self.widths = widths
    pooling = PolynomialTensorPooling(
      width: widths.reduce(0, +), order: order, rank: rank, weights: weights, output: output, generator: generator)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "PolynomialTensorFusion")
    return pooling(Tensor.concatenated(clearingAbsent(inputs, present), axis: -1))
  }
}

extension FusionRegistry {
  static let polynomialOptions = [
    MethodOption("rank", default: 8, in: 1...1024, help: "rank of the weight's factors"),
    MethodOption(
      "weights", default: PolynomialTensorPooling.Weights.cp, help: "how weights are factorised: cp or ring"),
    smallOutput,
  ]

  static let polynomial = FusionDescription(
    "polynomial", summary: "every product of P features, within and across modalities, with a factorised weight",
    paper: "Hou et al., 2019, Deep Multimodal Multilinear Fusion with High-order Polynomial Pooling",
    options: [MethodOption("order", default: 3, in: 1...16, help: "P, degree of the polynomial")] + polynomialOptions,
    adds: { try $0.integer("order") == 1 ? .logits : nil }
  ) { request, values, generator in
    PolynomialTensorFusion(
      widths: request.widths, order: try values.integer("order"),
      rank: try values.integer("rank"),
      weights: try values.choice("weights", as: PolynomialTensorPooling.Weights.self),
      output: try values.integer("output"), generator: generator)
  }
}
