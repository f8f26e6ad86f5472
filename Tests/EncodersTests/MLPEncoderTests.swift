import Encoders
import Layers
import Modalities
import Tensors
import Testing

@Suite struct MLPEncoderTests {
  @Test(arguments: 1...3) func isLayersOfRectifiedLinearMaps(layers: Int) {
    let encoder = MLPEncoder(inputSize: 5, width: 8, layers: layers, generator: Generator(seed: 1))
    let state = encoder.state()
    var x = normal([3, 5])
    let found = encoder(ModalityInput(values: x))
    for layer in 0..<layers {
      x = x.linear(state["layers.\(layer).weight"]!, bias: state["layers.\(layer).bias"]!).relu()
    }
    expectClose(found, x, tolerance: 1e-6)
    #expect(found.shape == [3, encoder.outputSize])
  }

  @Test func gradients() {
    let encoder = MLPEncoder(inputSize: 5, width: 8, layers: 2, generator: Generator(seed: 1))
    expectGradientsMatchDifferences(of: encoder, ModalityInput(values: normal([3, 5])))
  }

  @Test func dropsOnlyWhileTraining() {
    let encoder = MLPEncoder(inputSize: 5, width: 64, dropout: 0.5, generator: Generator(seed: 1))
    let input = ModalityInput(values: normal([3, 5]))
    #expect(encoder(input).floats == encoder(input).floats)
    let dropped = training(with: Generator(seed: 2)) { encoder(input) }
    #expect(dropped.floats != encoder(input).floats)
  }
}
