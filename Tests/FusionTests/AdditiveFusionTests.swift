import Fusion
import Layers
import Tensors
import Testing

@Suite struct AdditiveFusionTests {
  @Test(arguments: 2...4) func sumsLinearMaps(modalities: Int) {
    let widths = Array([3, 5, 2, 4].prefix(modalities))
    let fusion = AdditiveFusion(widths: widths, output: 6, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings(widths)
    let expected = inputs.indices.reduce(Tensor.zeros([4, 6], dtype: .float64)) {
      $0 + inputs[$1].matmul(state["projections.\($1).weight"]!.transposed())
    }
    expectClose(fusion(inputs, present: nil), expected)
  }

  @Test func dropsTheTermOfAnAbsentModality() {
    let fusion = AdditiveFusion(widths: [3, 5], output: 6, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let inputs = encodings([3, 5], count: 2)
    let found = fusion(inputs, present: mask([[true, false], [false, true]]))
    let state = fusion.state()
    expectClose(found[0], inputs[0][0].matmul(state["projections.0.weight"]!.transposed()))
    expectClose(found[1], inputs[1][1].matmul(state["projections.1.weight"]!.transposed()))
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let order = [2, 0, 1]
    let widths = [3, 5, 2]
    let fusion = AdditiveFusion(widths: widths, output: 6, generator: Generator(seed: 1))
    let other = AdditiveFusion(widths: order.map { widths[$0] }, output: 6, generator: Generator(seed: 2))
    try other.load(permuting(fusion.state(), ["projections"], order: order))
    let inputs = encodings(widths, dtype: .float32)
    expectClose(other(order.map { inputs[$0] }, present: nil), fusion(inputs, present: nil), tolerance: 1e-6)
  }
}
