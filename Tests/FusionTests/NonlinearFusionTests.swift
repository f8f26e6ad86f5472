import Fusion
import Layers
import Tensors
import Testing

@Suite struct NonlinearFusionTests {
  @Test(arguments: 1...3) func isANetworkOnTheConcatenation(depth: Int) {
    let fusion = NonlinearFusion(widths: [3, 2, 4], hidden: 5, depth: depth, generator: Generator(seed: 1))
    let state = fusion.state()
    let inputs = encodings([3, 2, 4], count: 2, dtype: .float32)
    var x = Tensor.concatenated(inputs, axis: 1)
    for layer in 0..<depth {
      x = x.linear(state["layers.\(layer).weight"]!, bias: state["layers.\(layer).bias"]!).relu()
    }
    expectClose(fusion(inputs, present: nil), x, tolerance: 1e-6)
  }

  @Test func anAbsentBlockContributesNothing() {
    let fusion = NonlinearFusion(widths: [3, 2], hidden: 5, depth: 1, generator: Generator(seed: 1))
    let state = fusion.state()
    let inputs = encodings([3, 2], count: 1, dtype: .float32)
    let expected = inputs[0].linear(state["layers.0.weight"]![.all, 0..<3], bias: state["layers.0.bias"]!).relu()
    expectClose(fusion(inputs, present: mask([[true, false]])), expected, tolerance: 1e-6)
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let fusion = NonlinearFusion(widths: [3, 2, 4], hidden: 4, generator: Generator(seed: 1))
    let other = NonlinearFusion(widths: [4, 3, 2], hidden: 4, generator: Generator(seed: 2))
    var state = fusion.state()
    state["layers.0.weight"] = permutingBlocks(state["layers.0.weight"]!, axis: 1, sizes: [3, 2, 4], order: [2, 0, 1])
    try other.load(state)
    let inputs = encodings([3, 2, 4], dtype: .float32)
    expectClose(other([inputs[2], inputs[0], inputs[1]], present: nil), fusion(inputs, present: nil), tolerance: 1e-6)
  }
}
