import Encoders
import Layers
public import Tensors

/// Pools products of features of two modalities (MFB, Yu et al., 2017, eq. 3 and section 3.1):
/// z = Σ_{a<b} SumPool_k(U_a x_a ⊙ U_b x_b), then z ← sign(z) √|z| and z ← √O · z / ‖z‖.
///
/// For two modalities each z_o is the bilinear form xᵀ W_o y whose W_o has rank k. For more, pairs are summed as in
/// `BilinearFusion`. An absent modality's factor is the vector of ones: its pairs become linear in the partner.
///
/// Deviations from the paper: the root is z / √(|z| + 10⁻⁴), whose slope stays finite at 0, and the length is √O rather
/// than 1, so that a unit's size does not shrink with their number O.
public struct FactorizedBilinearFusion: SeparableFusion {
  public let outputSize: Int
  let widths: [Int]
  let factor: Int
  let projections: [Linear]
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - factor: k, products summed for each number of the representation.
  ///   - output: O, width of the representation.
  ///   - dropout: probability of dropping a product before they are summed.
  public init(widths: [Int], factor: Int = 5, output: Int = 32, dropout: Double = 0, generator: Generator) {
    precondition(widths.count > 1, "FactorizedBilinearFusion needs two modalities, found widths \(widths)")
    self.widths = widths
    self.factor = factor
    outputSize = output
    projections = widths.map { Linear($0, factor * output, generator: generator) }
    self.dropout = Dropout(dropout)
  }

  public var combinesGrids: Bool { true }

  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "FactorizedBilinearFusion")
    let projected = zip(projections, clearingAbsent(inputs, present)).map { $0($1) }
    return clearingAbsent(projected, present, with: 1)
  }

  public func combine(_ factors: [Tensor], present: Tensor?) -> Tensor {
    let pooled = pooled(factors)
    let rooted = pooled * (pooled.abs() + 1e-4).rsqrt()
    let mean = rooted.square().mean(axes: [-1], keepingDimensions: true)
    return rooted * (mean + 1e-12).rsqrt()
  }

  /// Σ_{a<b} SumPool_k(U_a x_a ⊙ U_b x_b), `[B, outputSize]`.
  public func pooled(_ inputs: [Tensor], present: Tensor?) -> Tensor { pooled(parts(inputs, present: present)) }

  private func pooled(_ factors: [Tensor]) -> Tensor {
    let products = modalityPairs(widths.count).map { dropout(factors[$0] * factors[$1]) }
    let total = sum(products)
    return total.reshaped(total.shape.dropLast() + [outputSize, factor]).sum(axes: [-1])
  }
}

extension FusionRegistry {
  static let mfb = FusionDescription(
    "mfb", summary: "sums of a few products of two modalities' features, rooted and normalised",
    paper: "Yu et al., 2017, Multi-modal Factorized Bilinear Pooling with Co-Attention Learning",
    options: [MethodOption("factor", default: 5, in: 1...256, help: "products summed for each number"), smallOutput]
  ) { request, values, generator in
    FactorizedBilinearFusion(
      widths: request.widths, factor: try values.integer("factor"),
      output: try values.integer("output"), dropout: try values.number("dropout"),
      generator: generator)
  }
}
