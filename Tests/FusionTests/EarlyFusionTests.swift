import Fusion
import Layers
import Tensors
import Testing

@Suite struct EarlyFusionTests {
  @Test func isANetworkOnTheConcatenation() {
    let fusion = EarlyFusion(widths: [3, 2], width: 4, layers: 2, generator: Generator(seed: 1))
    let state = fusion.state()
    let inputs = encodings([3, 2], dtype: .float32)
    var x = Tensor.concatenated(inputs, axis: 1)
    for layer in 0..<2 { x = x.linear(state["layers.\(layer).weight"]!, bias: state["layers.\(layer).bias"]!).relu() }
    expectClose(fusion(inputs, present: nil), x, tolerance: 1e-6)
  }

  @Test func withoutLayersIsTheConcatenation() {
    let fusion = EarlyFusion(widths: [3, 2], layers: 0, generator: Generator(seed: 1))
    let inputs = encodings([3, 2], count: 2)
    #expect(fusion.outputSize == 5)
    let found = fusion(inputs, present: mask([[true, false], [true, true]]))
    expectClose(found[0], Tensor.concatenated([inputs[0][0], .zeros([2], dtype: .float64)]))
    expectClose(found[1], Tensor.concatenated([inputs[0][1], inputs[1][1]]))
  }

  @Test func permutingModalitiesChangesNothing() throws {
    let fusion = EarlyFusion(widths: [3, 2], width: 4, generator: Generator(seed: 1))
    let other = EarlyFusion(widths: [2, 3], width: 4, generator: Generator(seed: 2))
    var state = fusion.state()
    state["layers.0.weight"] = permutingBlocks(state["layers.0.weight"]!, axis: 1, sizes: [3, 2], order: [1, 0])
    try other.load(state)
    let inputs = encodings([3, 2], dtype: .float32)
    expectClose(other([inputs[1], inputs[0]], present: nil), fusion(inputs, present: nil), tolerance: 1e-6)
  }
}
