import Encoders
import Layers
public import Tensors

/// Fuses as `TensorFusion` does, with a weight of low rank and without forming the tensor:
/// z = Σ_r w_r (F_1^(r) [x_1; 1]) ⊙ … ⊙ (F_M^(r) [x_M; 1]) + b (Liu et al., 2018, eq. 7).
///
/// Equal to `TensorFusion` whose weight is the CP product of the factors, for any M ≥ 2. An absent modality is [0; 1].
///
/// Deviation from the paper's initial values: the column of F that multiplies the 1 starts at 1, so that the product
/// starts near 1 + Σ_m W_m x_m and neither vanishes nor grows with the number of modalities.
public struct LowRankFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let rank: Int
  /// F_m as one linear layer: weight `[outputSize · R, D_m]`, rank fastest, and as its offset the column that multiplies the 1.
  let factors: [Linear]
  /// w, `[R]`.
  let weights: Parameter
  let bias: Parameter

  /// - Parameters:
  ///   - widths: width D_m of each encoding.
  ///   - rank: number R of products summed.
  ///   - output: width of the representation.
  public init(widths: [Int], rank: Int = 8, output: Int = 32, generator: Generator) {
    precondition(rank > 0, "LowRankFusion: rank \(rank)")
    self.widths = widths
    self.rank = rank
    outputSize = output
    factors = widths.map { width in
      let factor = Linear(width, rank * output, generator: generator)
      factor.bias!.assign(.ones([rank * output]))
      return factor
    }
    weights = Parameter(.full([rank], 1 / Double(rank).squareRoot()))
    bias = Parameter(.zeros([output]))
  }

  public var isMultiaffine: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "LowRankFusion")
    return zip(factors, clearingAbsent(inputs, present)).map { $0($1) }
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor {
    product(parts).reshaped([-1, outputSize, rank]).matmul(weights.value) + bias.value
  }
}

extension FusionRegistry {
  static let lowRank = FusionDescription(
    "low-rank", summary: "tensor fusion with a weight of low rank, without forming the tensor",
    paper: "Liu et al., 2018, Efficient Low-rank Multimodal Fusion with Modality-Specific Factors",
    options: [MethodOption("rank", default: 8, in: 1...1024, help: "number of products summed"), smallOutput]
  ) { request, values, generator in
    LowRankFusion(
      widths: request.widths, rank: try values.integer("rank"),
      output: try values.integer("output"), generator: generator)
  }
}
