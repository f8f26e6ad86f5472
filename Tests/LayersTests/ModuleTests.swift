import Layers
import Tensors
import Testing

private struct Leaf: Module {
  let weight: Parameter
  let statistics = Buffer(Tensor.zeros([2]))
  init(_ value: Double) { weight = Parameter(Tensor.full([2], value)) }
}

private protocol Part: Module {}
extension Leaf: Part {}

private class Base: Module {
  let below = Leaf(1)
}

private final class Derived: Base {
  let above = Leaf(2)
  weak var parent: Derived?
  var itself: Derived?
}

private struct Plain {
  let inner: Leaf
  let note = "not a module itself"
}

private struct Everything: Module {
  let direct = Parameter(Tensor.zeros([3]))
  let list = [Leaf(1), Leaf(2)]
  let byName: [String: any Part] = ["b": Leaf(3), "a": Leaf(4)]
  let absent: Leaf? = nil
  let present: Leaf? = Leaf(5)
  let existential: any Module = Leaf(6)
  let object = Derived()
  let plain = Plain(inner: Leaf(7))
  let pair = (first: Leaf(8), second: 3)
  let numbers = Array(repeating: Float(0), count: 1000)
  let constant = Tensor.zeros([9])
}

private struct Tied: Module {
  let encoder: Linear
  let decoder: Parameter
  let again: Linear
}

private struct Renamed: Module {
  let inner = Leaf(1)
  func members() -> [(name: String, value: Any)] { [("weight", inner.weight)] }
}

@Suite struct ModuleTests {
  @Test func findsParametersWhereverTheyStand() {
    let names = Everything().namedParameters().map(\.name)
    #expect(
      names == [
        "direct", "list.0.weight", "list.1.weight", "byName.a.weight", "byName.b.weight", "present.weight",
        "existential.weight", "object.below.weight", "object.above.weight", "plain.inner.weight", "pair.first.weight",
      ])
    #expect(Everything().namedBuffers().map(\.name).first == "list.0.statistics")
    #expect(Everything().parameterCount == 3 + 10 * 2)
  }

  @Test func stopsAtCycles() {
    let object = Derived()
    object.itself = object
    #expect(object.namedParameters().map(\.name) == ["below.weight", "above.weight"])
  }

  @Test func countsTiedParametersOnce() {
    let linear = Linear(2, 3, generator: Generator(seed: 1))
    let model = Tied(encoder: linear, decoder: linear.weight, again: linear)
    #expect(model.namedParameters().map(\.name) == ["encoder.weight", "encoder.bias"])
    #expect(model.parameterCount == 9)
  }

  @Test func membersCanBeOverridden() {
    #expect(Renamed().namedParameters().map(\.name) == ["weight"])
  }

  @Test func stateRoundTrip() throws {
    let first = MLP(sizes: [3, 4, 2], generator: Generator(seed: 1))
    let second = MLP(sizes: [3, 4, 2], generator: Generator(seed: 2))
    let state = first.state()
    #expect(state.keys.sorted() == ["layers.0.bias", "layers.0.weight", "layers.1.bias", "layers.1.weight"])
    try second.load(state)
    let x = Tensor.randn([5, 3], generator: Generator(seed: 3))
    #expect(first(x).floats == second(x).floats)
    // A state is a copy: training on does not change it.
    first.layers[0].weight.assign(Tensor.zeros([4, 3]))
    #expect(state["layers.0.weight"]!.floats == second.layers[0].weight.value.floats)
  }

  @Test func loadingRefusesWhatDoesNotFit() {
    let model = Linear(3, 2, generator: Generator(seed: 1))
    var state = model.state()
    state["bias"] = nil
    #expect(throws: InputError(file: "m.safetensors", at: "bias", "missing; the model needs it")) {
      try model.load(state, file: "m.safetensors")
    }
    state["bias"] = Tensor.zeros([4])
    #expect(throws: InputError(at: "bias", "shape [4]; the model expects [2]")) { try model.load(state) }
    state["bias"] = Tensor.zeros([2])
    state["scale"] = Tensor.zeros([2])
    #expect(throws: InputError(at: "scale", "no parameter or buffer of the model has this name")) {
      try model.load(state)
    }
  }

  @Test func convertsTypes() {
    let model = BatchNorm(3)
    model.convert(to: .float64)
    #expect(model.weight.value.dtype == .float64)
    #expect(model.weight.value.requiresGradient)
    #expect(model.runningMean.value.dtype == .float64)
  }

  @Test func frozenParametersTakeNoGradient() {
    let linear = Linear(2, 1, generator: Generator(seed: 1))
    linear.weight.isTrainable = false
    linear(Tensor.ones([1, 2])).sum().backward()
    #expect(linear.weight.value.gradient == nil)
    #expect(linear.bias?.value.gradient?.floats == [1])
  }
}
