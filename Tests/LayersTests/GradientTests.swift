import Layers
import Tensors
import Testing

/// A layer and how to call it, for every layer there is.
struct LayerCase: CustomTestStringConvertible, Sendable {
  let testDescription: String
  /// Makes the layer and a closure that maps an input to its output; the input's shape.
  let make: @Sendable (Generator) -> (module: any Module, inputs: [Int], call: (Tensor) -> Tensor)

  static let all: [LayerCase] = [
    LayerCase("linear") {
      let layer = Linear(3, 4, generator: $0); return (layer, [2, 3], { layer($0) })
    },
    LayerCase("linear without bias") {
      let layer = Linear(3, 4, bias: false, generator: $0)
      return (layer, [2, 5, 3], { layer($0) })
    },
    LayerCase("embedding") {
      let layer = Embedding(4, 3, generator: $0)
      let indices = Tensor([0, 2, 2, 3], shape: [2, 2])
      return (layer, [2, 2, 3], { layer(indices) * $0 })
    },
    LayerCase("layer norm") { _ in
      let layer = LayerNorm(4); return (layer, [2, 3, 4], { layer($0) })
    },
    LayerCase("group norm") { _ in
      let layer = GroupNorm(groups: 2, channels: 4)
      return (layer, [2, 4, 3], { layer($0) })
    },
    LayerCase("batch norm, training") { generator in
      let layer = BatchNorm(3)
      return (layer, [4, 3, 2], { x in training(with: generator) { layer(x) } })
    },
    LayerCase("batch norm, evaluating") { _ in
      let layer = BatchNorm(3); return (layer, [4, 3], { layer($0) })
    },
    LayerCase("dropout") { _ in
      let layer = Dropout(0.4)
      return (layer, [4, 5], { x in training(with: Generator(seed: 5)) { layer(x) } })
    },
    LayerCase("MLP") {
      let layer = MLP(sizes: [3, 5, 2], activation: .gelu, dropout: 0.2, generator: $0)
      return (layer, [4, 3], { x in training(with: Generator(seed: 6)) { layer(x) } })
    },
    LayerCase("convolution 1-d") {
      let layer = Convolution1D(2, 4, kernel: 3, stride: 2, padding: 1, groups: 2, generator: $0)
      return (layer, [2, 2, 7], { layer($0) })
    },
    LayerCase("convolution 2-d") {
      let layer = Convolution2D(2, 3, kernel: 3, padding: 1, generator: $0)
      return (layer, [2, 2, 4, 3], { layer($0) })
    },
    LayerCase("LSTM") {
      let layer = LSTM(3, 2, layers: 2, bidirectional: true, generator: $0)
      let lengths = Tensor([2, 4])
      return (
        layer, [2, 4, 3],
        { x in
          let out = layer(x, lengths: lengths); return joined(out)
        }
      )
    },
    LayerCase("GRU") {
      let layer = GRU(3, 2, layers: 2, bidirectional: true, generator: $0)
      let lengths = Tensor([2, 4])
      return (
        layer, [2, 4, 3],
        { x in
          let out = layer(x, lengths: lengths); return joined(out)
        }
      )
    },
    LayerCase("attention") {
      let layer = MultiHeadAttention(4, heads: 2, dropout: 0.2, generator: $0)
      let mask = Tensor([true, true, false, false, false, false], shape: [2, 3])
      return (layer, [2, 3, 4], { x in training(with: Generator(seed: 7)) { layer(x, mask: mask) } })
    },
    LayerCase("cross-attention") {
      let layer = MultiHeadAttention(4, heads: 2, contextWidth: 3, generator: $0)
      let context = Tensor.randn([2, 5, 3], dtype: .float64, generator: $0)
      return (layer, [2, 3, 4], { layer($0, context: context) })
    },
    LayerCase("causal attention") {
      let layer = MultiHeadAttention(4, heads: 2, generator: $0)
      let mask = AttentionMask(
        keys: Tensor([true, true, false, true, true, true], shape: [2, 3]), isCausal: true,
        pairs: Tensor([true, false, false, true, true, true, false, true, true], shape: [3, 3]))
      return (layer, [2, 3, 4], { layer($0, mask: mask) })
    },
    LayerCase("decoder block") {
      let layer = TransformerBlock(width: 6, heads: 2, contextWidth: 3, feedForward: 5, dropout: 0.1, generator: $0)
      let context = Tensor.randn([2, 5, 3], dtype: .float64, generator: $0)
      return (
        layer, [2, 3, 6], { x in training(with: Generator(seed: 9)) { layer(x, mask: .causal, context: context) } }
      )
    },
    LayerCase("transformer encoder") {
      let layer = TransformerEncoder(width: 4, heads: 2, layers: 1, feedForward: 5, dropout: 0.1, generator: $0)
      return (layer, [2, 3, 4], { x in training(with: Generator(seed: 8)) { layer(x) } })
    },
  ]

  init(_ name: String, _ make: @escaping @Sendable (Generator) -> (any Module, [Int], (Tensor) -> Tensor)) {
    testDescription = name
    self.make = make
  }
}

private func joined<Cell>(_ output: Recurrent<Cell>.Output) -> Tensor {
  Tensor.concatenated([output.states.flattened(), output.last.flattened()])
}

@Suite struct GradientTests {
  @Test(arguments: LayerCase.all) func matchesFiniteDifferences(_ layer: LayerCase) {
    let generator = Generator(seed: 11)
    let (module, inputs, call) = layer.make(generator)
    module.convert(to: .float64)
    let x = Tensor.randn(inputs, dtype: .float64, generator: generator).setRequiresGradient(true)
    let leaves = [x] + module.namedParameters().map(\.parameter.value)
    #expect(gradientDeviation(of: leaves, generator: generator) { call(x) } < 1e-6)
  }

  @Test func findsAWrongGradient() {
    let x = Tensor([1.0, 2.0]).setRequiresGradient(true)
    let generator = Generator(seed: 1)
    #expect(gradientDeviation(of: [x], generator: generator) { x.detached() * x } > 0.1)
    #expect(gradientDeviation(of: [x], generator: generator) { x * x } < 1e-8)
  }

  /// What replicas and undifferentiable mistakes would show: every layer gives the same output for the same input.
  @Test(arguments: LayerCase.all) func isDeterministicAndFinite(_ layer: LayerCase) {
    let (module, inputs, call) = layer.make(Generator(seed: 12))
    module.convert(to: .float64)
    let x = Tensor.randn(inputs, dtype: .float64, generator: Generator(seed: 13))
    let first = call(x)
    #expect(first.isFinite().all().item() == 1)
    #expect(call(x).doubles == first.doubles)
  }
}
