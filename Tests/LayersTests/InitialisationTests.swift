import Layers
import Tensors
import Testing

@Suite struct InitialisationTests {
  /// Each parameter fills the whole of its stated interval and no more: 20 000 uniform draws come within 1 % of the ends.
  private func expectUniform(_ tensor: Tensor, bound: Double, sourceLocation: SourceLocation = #_sourceLocation) {
    let largest = tensor.abs().max().item()
    #expect(largest <= bound && largest > 0.99 * bound, sourceLocation: sourceLocation)
    #expect(abs(tensor.mean().item()) < 0.03 * bound, sourceLocation: sourceLocation)
  }

  @Test func followsTheStatedDistributions() {
    let generator = Generator(seed: 1)
    expectUniform(Linear(100, 200, generator: generator).weight.value, bound: 0.1)
    expectUniform(
      Convolution1D(10, 400, kernel: 10, groups: 2, generator: generator).weight.value, bound: 0.02.squareRoot())
    expectUniform(Convolution2D(4, 200, kernel: 5, generator: generator).weight.value, bound: 0.1)
    expectUniform(MultiHeadAttention(150, heads: 2, generator: generator).query.weight.value, bound: 0.02.squareRoot())
    let recurrent = GRU(100, 100, generator: generator).namedParameters()
    #expect(recurrent.map(\.parameter.shape) == [[300, 100], [300, 100], [300], [300]])
    for (_, parameter) in recurrent where parameter.value.count > 1000 {
      expectUniform(parameter.value, bound: 0.1)
    }
    let table = Embedding(200, 100, generator: generator).weight.value
    #expect(abs(table.variance().item() - 1) < 0.05)
  }

  @Test func sameSeedSameModel() {
    func weights(_ seed: UInt64) -> [Float] {
      TransformerEncoder(width: 4, heads: 2, layers: 1, generator: Generator(seed: seed)).namedParameters()
        .flatMap { $0.parameter.value.floats }
    }
    #expect(weights(1) == weights(1))
    #expect(weights(1) != weights(2))
  }
}
