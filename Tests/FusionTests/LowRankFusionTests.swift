import Fusion
import Layers
import Tensors
import Testing

@Suite struct LowRankFusionTests {
  /// Equal to the tensor fusion whose weight is Σ_r w_r f_1^(r) ⊗ … ⊗ f_M^(r).
  @Test(arguments: 2...4, [false, true]) func isTensorFusionOfTheCPProduct(modalities: Int, absent: Bool) throws {
    let widths = Array([3, 2, 4, 2].prefix(modalities))
    let (rank, output) = (3, 5)
    let fusion = LowRankFusion(widths: widths, rank: rank, output: output, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    // Not only at the initial values, where all offsets are alike.
    let generator = Generator(seed: 2)
    for (_, parameter) in fusion.namedParameters() {
      parameter.assign(Tensor.randn(parameter.shape, dtype: .float64, generator: generator))
    }
    let state = fusion.state()
    var weight = state["weights"]!.reshaped([1, rank, 1]).expanded(to: [output, rank, 1])
    for (modality, width) in widths.enumerated() {
      let factor = Tensor.concatenated(
        [state["factors.\(modality).weight"]!, state["factors.\(modality).bias"]!.unsqueezed(1)], axis: 1)
      weight = Tensor.einsum("ori,orj->orij", [weight, factor.reshaped([output, rank, width + 1])])
        .flattened(from: 2, to: 3)
    }
    let tensor = try TensorFusion(widths: widths, output: output, generator: Generator(seed: 3))
    tensor.convert(to: .float64)
    try tensor.load(["output.weight": weight.sum(axes: [1]), "output.bias": state["bias"]!])
    let inputs = encodings(widths, count: 6)
    let present = absent ? oneAbsent(samples: 6, modalities: modalities) : nil
    expectClose(fusion(inputs, present: present), tensor(inputs, present: present))
  }

  @Test func needsFarFewerParameters() throws {
    let widths = [32, 32, 32]
    let generator = Generator(seed: 1)
    let lowRank = LowRankFusion(widths: widths, rank: 4, output: 8, generator: generator)
    let tensor = try TensorFusion(widths: widths, output: 8, generator: generator)
    #expect(lowRank.parameterCount == 4 * 8 * 33 * 3 + 4 + 8)
    #expect(tensor.parameterCount == 33 * 33 * 33 * 8 + 8)
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let order = [2, 0, 1]
    let widths = [3, 5, 2]
    let fusion = LowRankFusion(widths: widths, rank: 3, output: 6, generator: Generator(seed: 1))
    let other = LowRankFusion(widths: order.map { widths[$0] }, rank: 3, output: 6, generator: Generator(seed: 2))
    try other.load(permuting(fusion.state(), ["factors"], order: order))
    let inputs = encodings(widths, dtype: .float32)
    expectClose(other(order.map { inputs[$0] }, present: nil), fusion(inputs, present: nil), tolerance: 1e-5)
  }
}
