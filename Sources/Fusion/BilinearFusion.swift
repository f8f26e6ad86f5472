import Encoders
import Layers
public import Tensors

/// Weighs every product of two features of two modalities: z = Σ_{a<b} W_ab vec(p_a ⊗ p_b), where p_m = P_m x_m.
///
/// For two modalities it is the dense bilinear form z_k = p_1ᵀ W_k p_2; for more, the sum over pairs (their number grows
/// as M², where chaining the products would grow as width^M). Encodings are first projected to a small width. An absent
/// modality's projection is the vector of ones, as the factor is 1 in `MultiplicativeFusion`: its pairs become linear in
/// the partner.
public struct BilinearFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let projections: [Linear]
  let pairs: [Linear]
  let bias: Parameter

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - projection: width of every projection.
  ///   - output: width of the representation.
  public init(widths: [Int], projection: Int = 16, output: Int = 32, generator: Generator) {
    precondition(widths.count > 1, "BilinearFusion needs two modalities, found widths \(widths)")
    self.widths = widths
    outputSize = output
    projections = widths.map { Linear($0, projection, bias: false, generator: generator) }
    pairs = modalityPairs(widths.count).map { _ in
      Linear(projection * projection, output, bias: false, generator: generator)
    }
    bias = Parameter(.zeros([output]))
  }

  public var isMultiaffine: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "BilinearFusion")
    let projected = zip(projections, clearingAbsent(inputs, present)).map { $0($1) }
    return clearingAbsent(projected, present, with: 1)
  }

  public func combine(_ factors: [Tensor], present: Tensor?) -> Tensor {
    zip(pairs, modalityPairs(widths.count)).reduce(bias.value) { sum, pair in
      let products = factors[pair.1.0].unsqueezed(2) * factors[pair.1.1].unsqueezed(1)
      return sum + pair.0(products.flattened(from: 1, to: 2))
    }
  }
}

/// Every two of `count` modalities, the first with each later one, then the second, and so on.
func modalityPairs(_ count: Int) -> [(Int, Int)] {
  (0..<count).flatMap { first in (first + 1..<count).map { (first, $0) } }
}

extension FusionRegistry {
  static let bilinear = FusionDescription(
    "bilinear", summary: "every product of two features of two modalities, weighted",
    paper: "Tenenbaum & Freeman, 2000, Separating Style and Content with Bilinear Models",
    options: [
      MethodOption("projection", default: 16, in: 1...512, help: "width to which each encoding is projected before"),
      smallOutput,
    ]
  ) { request, values, generator in
    BilinearFusion(
      widths: request.widths, projection: try values.integer("projection"),
      output: try values.integer("output"), generator: generator)
  }
}
