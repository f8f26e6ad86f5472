import Fusion
import Layers
import Tensors
import Testing

@Suite struct MultiplicativeFusionTests {
  @Test(arguments: 2...4) func multipliesProjections(modalities: Int) {
    let widths = Array([3, 5, 2, 4].prefix(modalities))
    let fusion = MultiplicativeFusion(widths: widths, output: 6, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let state = fusion.state()
    let inputs = encodings(widths)
    let expected = inputs.indices.reduce(Tensor.ones([4, 6], dtype: .float64)) {
      $0 * inputs[$1].matmul(state["projections.\($1).weight"]!.transposed())
    }
    expectClose(fusion(inputs, present: nil), expected)
  }

  @Test func anAbsentModalityIsTheFactorOne() {
    let fusion = MultiplicativeFusion(widths: [3, 5, 2], output: 6, generator: Generator(seed: 1))
    fusion.convert(to: .float64)
    let inputs = encodings([3, 5, 2], count: 1)
    let state = fusion.state()
    let projected = inputs.enumerated().map { $1.matmul(state["projections.\($0).weight"]!.transposed()) }
    expectClose(fusion(inputs, present: mask([[true, false, true]])), projected[0] * projected[2])
    expectClose(fusion(inputs, present: mask([[false, true, false]])), projected[1])
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let order = [1, 2, 0]
    let widths = [3, 5, 2]
    let fusion = MultiplicativeFusion(widths: widths, output: 6, generator: Generator(seed: 1))
    let other = MultiplicativeFusion(widths: order.map { widths[$0] }, output: 6, generator: Generator(seed: 2))
    try other.load(permuting(fusion.state(), ["projections"], order: order))
    let inputs = encodings(widths, dtype: .float32)
    expectClose(other(order.map { inputs[$0] }, present: nil), fusion(inputs, present: nil), tolerance: 1e-6)
  }
}
