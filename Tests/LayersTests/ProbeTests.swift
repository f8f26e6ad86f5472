import Layers
import Tensors
import Testing

private struct Model: Module {
  let encoders: [String: MLP]
  let head: Linear

  func callAsFunction(_ x: Tensor) -> Tensor {
    let encoded = encoders.keys.sorted().map { encoders[$0]!(x) }
    return head(Tensor.concatenated(encoded, axis: -1))
  }
}

@Suite struct ProbeTests {
  private func model() -> Model {
    let generator = Generator(seed: 1)
    return Model(
      encoders: ["a": MLP(sizes: [2, 3, 3], generator: generator), "b": MLP(sizes: [2, 3, 3], generator: generator)],
      head: Linear(6, 1, generator: generator))
  }

  @Test func namesTheFirstModuleThatIsNotFinite() {
    let model = model()
    model.encoders["b"]!.layers[1].bias!.assign(Tensor.full([3], .infinity))
    model.head.bias!.assign(Tensor.full([1], .nan))
    let probe = Probe(for: model)
    _ = probe.watch { model(Tensor.ones([1, 2])) }
    #expect(probe.firstNonFinite == "encoders.b.layers.1")
  }

  @Test func staysSilentWhereAllIsFinite() {
    let model = model()
    let probe = Probe(for: model)
    _ = probe.watch { model(Tensor.ones([1, 2])) }
    #expect(probe.firstNonFinite == nil)
  }
}
