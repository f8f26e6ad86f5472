import Layers
import Tensors
import Testing

@Suite struct AttentionTests {
  @Test func ignoresMaskedPositions() {
    let generator = Generator(seed: 1)
    let layer = MultiHeadAttention(8, heads: 2, contextWidth: 5, generator: generator)
    let x = Tensor.randn([1, 3, 8], generator: generator)
    let context = Tensor.randn([1, 4, 5], generator: generator)
    let noise = Tensor.randn([1, 2, 5], generator: generator) * 50
    let mask = Tensor([true, true, true, true, false, false], shape: [1, 6])
    let masked = layer(x, context: Tensor.concatenated([context, noise], axis: 1), mask: mask)
    #expect((masked - layer(x, context: context)).abs().max().item() < 1e-5)
  }

  @Test func aSampleWithoutValidPositionsStaysFinite() {
    let layer = MultiHeadAttention(4, heads: 2, generator: Generator(seed: 1))
    let x = Tensor.randn([2, 3, 4], generator: Generator(seed: 2)).setRequiresGradient(true)
    let mask = Tensor([true, true, true, false, false, false], shape: [2, 3])
    let y = layer(x, mask: mask)
    #expect(y[1].abs().max().item() == 0)
    #expect(y[0].abs().max().item() > 0)
    y.sum().backward()
    #expect(x.gradient!.isFinite().all().item() == 1)
    #expect(layer.query.weight.value.gradient!.isFinite().all().item() == 1)
  }

  /// Self-attention without positions commutes with any order of the sequence.
  @Test func isEquivariantToOrder() {
    let generator = Generator(seed: 3)
    let encoder = TransformerEncoder(width: 8, heads: 4, layers: 2, generator: generator)
    let x = Tensor.randn([2, 5, 8], generator: generator)
    #expect((encoder(x.flipped([1])) - encoder(x).flipped([1])).abs().max().item() < 1e-5)
  }

  @Test func differentiatesTwice() {
    let layer = MultiHeadAttention(4, heads: 2, generator: Generator(seed: 1))
    let x = Tensor.randn([1, 3, 4], generator: Generator(seed: 2)).setRequiresGradient(true)
    let first = gradients(of: layer(x).sum(), withRespectTo: [x], createGraph: true)[0]
    let second = gradients(of: first.square().sum(), withRespectTo: [x])[0]
    #expect(second.abs().max().item() > 0)
  }
}
