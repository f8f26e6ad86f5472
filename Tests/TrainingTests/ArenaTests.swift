import Layers
import Tensors
import Testing
import Training

private struct Two: Module {
  let first: Linear
  let second: Linear
}

@Suite struct ArenaTests {
  private func model() -> MLP { MLP(sizes: [3, 4, 2], generator: Generator(seed: 1)) }

  @Test func parametersBecomeViews() throws {
    let model = model()
    let before = model.state()
    let arena = try Arena(model)
    #expect(arena.count == model.parameterCount)
    #expect(arena.names == model.namedParameters().map(\.name))
    for (name, parameter) in model.namedParameters() {
      #expect(parameter.value.floats == before[name]!.floats)
      #expect(parameter.value.shape == before[name]!.shape)
      #expect(parameter.value.requiresGradient)
    }
    arena.assign(Tensor.full([arena.count], 3))
    #expect(model.namedParameters().allSatisfy { $0.parameter.value.floats.allSatisfy { $0 == 3 } })
    // And the other way: loading a state writes into the arena.
    try model.load(before)
    #expect(arena.values.floats == arena.slots.flatMap { before[$0.name]!.floats })
  }

  @Test func gradientsAccumulateInPlace() throws {
    let (model, reference) = (model(), model())
    let arena = try Arena(model)
    let x = Tensor.randn([5, 3], generator: Generator(seed: 2))
    for _ in 0..<2 {
      model(x).square().sum().backward()
      reference(x).square().sum().backward()
    }
    let expected = reference.namedParameters().flatMap { $0.parameter.value.gradient!.floats }
    #expect(arena.gradients.floats == expected)
    arena.zeroGradients()
    #expect(model.layers[0].weight.value.gradient!.abs().max().item() == 0)
    model(x).square().sum().backward()
    let once = zip(arena.gradients.floats, expected).allSatisfy { abs(2 * $0 - $1) < 1e-4 }
    #expect(once)
  }

  @Test func backwardReplacesTheGradients() throws {
    let (model, reference) = (model(), model())
    let arena = try Arena(model)
    let x = Tensor.randn([5, 3], generator: Generator(seed: 2))
    reference(x).square().sum().backward()
    let expected = reference.namedParameters().flatMap { $0.parameter.value.gradient!.floats }
    for _ in 0..<2 {
      arena.backward(model(x).square().sum())
      #expect(arena.gradients.floats == expected)
    }
    // A transposed gradient is not contiguous; what the loss does not reach is zero.
    let weight = model.layers[0].weight
    let factors = Tensor.randn([3, weight.shape[0]], generator: Generator(seed: 3))
    arena.backward((weight.value.transposed(0, 1) * factors).sum())
    #expect(weight.value.gradient!.floats == factors.transposed(0, 1).floats)
    let others = arena.slots.filter { $0.parameter !== weight }
    #expect(others.allSatisfy { $0.parameter.value.gradient!.abs().max().item() == 0 })
    // The gradients still are views of the arena.
    arena.zeroGradients()
    #expect(weight.value.gradient!.abs().max().item() == 0)
  }

  @Test func whatDoesNotDecayComesLast() throws {
    let model = MLP(sizes: [3, 4, 2], generator: Generator(seed: 1))
    let arena = try Arena(model, decaysVectors: false)
    #expect(arena.names == ["layers.0.weight", "layers.1.weight", "layers.0.bias", "layers.1.bias"])
    #expect(arena.decaying == 0..<20)
    #expect(try Arena(model).decaying == 0..<26)
  }

  @Test func leavesFrozenParametersOut() throws {
    let model = model()
    model.layers[0].weight.isTrainable = false
    let arena = try Arena(model)
    #expect(arena.names == ["layers.0.bias", "layers.1.weight", "layers.1.bias"])
  }

  @Test func countsTiedParametersOnce() throws {
    let linear = Linear(2, 2, generator: Generator(seed: 1))
    #expect(try Arena(Two(first: linear, second: linear)).count == 6)
  }

  @Test func refusesWhatItCannotHold() {
    let generator = Generator(seed: 1)
    #expect(throws: UntrainableModel.noParameters) { try Arena(Dropout(0.5)) }
    let frozen = Linear(2, 2, bias: false, generator: generator)
    frozen.weight.isTrainable = false
    #expect(throws: UntrainableModel.noParameters) { try Arena(frozen) }
    let double = Linear(2, 2, bias: false, generator: generator)
    double.convert(to: .float64)
    #expect(throws: UntrainableModel.mixedTypes("second.weight", "float64 on cpu", "float32 on cpu")) {
      try Arena(Two(first: Linear(2, 2, generator: generator), second: double))
    }
    let weight = Linear(2, 2, generator: generator).weight
    #expect(throws: UntrainableModel.repeated("b")) { try Arena([("a", weight), ("b", weight)]) }
  }

  @Test(arguments: [0.5, 1000]) func clipsTheCommonNorm(_ limit: Double) throws {
    let model = model()
    let arena = try Arena(model)
    model(Tensor.ones([4, 3])).square().sum().backward()
    let before = arena.gradients.doubles
    let norm = before.map { $0 * $0 }.reduce(0, +).squareRoot()
    #expect(abs(arena.clipGradients(norm: limit) - norm) < 1e-4 * norm)
    let scale = min(1, limit / norm)
    #expect(zip(arena.gradients.doubles, before).allSatisfy { abs($0 - scale * $1) < 1e-5 })
  }
}
