import Encoders
import Layers
public import Tensors

/// Weighs products of features of two modalities by matrices of low rank (MLB, Kim et al., 2017, eq. 8):
/// z = Σ_{a<b} P_ab (tanh(U_a x_a) ⊙ tanh(U_b x_b)) + c.
///
/// For two modalities it is the paper's unit; without the tanh, each z_k is then the bilinear form xᵀ W_k y whose W_k has
/// rank R. For more, pairs are summed as in `BilinearFusion`, and the U_m are shared by the pairs of a modality. An absent
/// modality's factor is the vector of ones: its pairs become linear in the partner.
public struct LowRankBilinearFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let projections: [Linear]
  let pairs: [Linear]
  let bias: Parameter
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - rank: R, width of the products.
  ///   - output: width of the representation.
  ///   - dropout: probability of dropping a product.
  public init(widths: [Int], rank: Int = 64, output: Int = 32, dropout: Double = 0, generator: Generator) {
    precondition(widths.count > 1, "LowRankBilinearFusion needs two modalities, found widths \(widths)")
    self.widths = widths
    outputSize = output
    projections = widths.map { Linear($0, rank, generator: generator) }
    pairs = modalityPairs(widths.count).map { _ in Linear(rank, output, bias: false, generator: generator) }
    bias = Parameter(.zeros([output]))
    self.dropout = Dropout(dropout)
  }

  public var isMultiaffine: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "LowRankBilinearFusion")
    let projected = zip(projections, clearingAbsent(inputs, present)).map { $0($1).tanh() }
    return clearingAbsent(projected, present, with: 1)
  }

  public func combine(_ factors: [Tensor], present: Tensor?) -> Tensor {
    zip(pairs, modalityPairs(widths.count)).reduce(bias.value) { sum, pair in
      sum + pair.0(dropout(factors[pair.1.0] * factors[pair.1.1]))
    }
  }
}

extension FusionRegistry {
  static let mlb = FusionDescription(
    "mlb", summary: "products of two modalities' features, weighted by matrices of low rank",
    paper: "Kim et al., 2017, Hadamard Product for Low-rank Bilinear Pooling",
    options: [
      MethodOption("rank", default: 64, in: 1...4096, help: "rank of the matrices: width of the products"), smallOutput,
    ]
  ) { request, values, generator in
    LowRankBilinearFusion(
      widths: request.widths, rank: try values.integer("rank"),
      output: try values.integer("output"), dropout: try values.number("dropout"),
      generator: generator)
  }
}
