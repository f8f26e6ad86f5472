import Layers
import Tensors
import Testing

@Suite struct RecurrentTests {
  @Test(arguments: [false, true]) func shapes(_ bidirectional: Bool) {
    let layer = GRU(3, 5, layers: 2, bidirectional: bidirectional, generator: Generator(seed: 1))
    let output = layer(Tensor.ones([4, 6, 3]))
    let width = bidirectional ? 10 : 5
    #expect(layer.outputSize == width)
    #expect(output.states.shape == [4, 6, width])
    #expect(output.last.shape == [4, width])
  }

  /// A padded sequence gives what it gives alone, whatever the padding holds.
  @Test func paddingDoesNotMatter() {
    let generator = Generator(seed: 2)
    let layer = LSTM(3, 4, layers: 2, bidirectional: true, generator: generator)
    let sequence = Tensor.randn([1, 3, 3], generator: generator)
    let noise = Tensor.randn([1, 4, 3], generator: generator) * 100
    let alone = layer(sequence)
    let padded = layer(Tensor.concatenated([sequence, noise], axis: 1), lengths: Tensor([3]))
    #expect((alone.last - padded.last).abs().max().item() < 1e-6)
    #expect((alone.states - padded.states[.all, 0..<3]).abs().max().item() < 1e-6)
    #expect(padded.states[.all, 3..<7].abs().max().item() == 0)
  }

  @Test func lastIsTheLastValidState() {
    let layer = GRU(2, 3, generator: Generator(seed: 3))
    let output = layer(Tensor.randn([2, 4, 2], generator: Generator(seed: 4)), lengths: Tensor([2, 4]))
    #expect(output.last[0].floats == output.states[0, 1].floats)
    #expect(output.last[1].floats == output.states[1, 3].floats)
  }

  @Test func dropoutBetweenLayersOnlyInTraining() {
    let layer = LSTM(2, 8, layers: 2, dropout: 0.5, generator: Generator(seed: 5))
    let x = Tensor.ones([2, 3, 2])
    #expect(layer(x).last.floats == layer(x).last.floats)
    let dropped = training(with: Generator(seed: 6)) { layer(x).last.floats }
    #expect(dropped != layer(x).last.floats)
  }
}
