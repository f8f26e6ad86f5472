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

  // MARK: Masks and caches

  /// Written out for one head: every query by itself, over the positions that it may attend to.
  private func naive(_ layer: MultiHeadAttention, _ x: Tensor, _ context: Tensor, _ allowed: (Int, Int, Int) -> Bool)
    -> Tensor
  {
    let (queries, keys, values) = (layer.query(x), layer.key(context), layer.value(context))
    let width = Double(queries.shape[2])
    let rows = (0..<x.shape[0]).map { sample in
      Tensor.stacked(
        (0..<x.shape[1]).map { query -> Tensor in
          let positions = (0..<context.shape[1]).filter { allowed(sample, query, $0) }
          guard !positions.isEmpty else { return Tensor.zeros([values.shape[2]], dtype: x.dtype) }
          let chosen = Tensor(positions)
          let scores = keys[sample].indexSelect(axis: 0, chosen).matmul(queries[sample][query]) / width.squareRoot()
          return scores.softmax(axis: 0).unsqueezed(0).matmul(values[sample].indexSelect(axis: 0, chosen)).squeezed(0)
        }, axis: 0)
    }
    return layer.output(Tensor.stacked(rows, axis: 0))
  }

  private func made(_ width: Int = 4) -> (MultiHeadAttention, Tensor, Tensor) {
    let generator = Generator(seed: 5)
    let layer = MultiHeadAttention(width, heads: 1, contextWidth: width, generator: generator)
    layer.convert(to: .float64)
    return (
      layer, Tensor.randn([2, 3, width], dtype: .float64, generator: generator),
      Tensor.randn([2, 5, width], dtype: .float64, generator: generator)
    )
  }

  @Test func everyMaskIsWhatItSays() {
    let (layer, x, context) = made()
    func deviation(_ mask: AttentionMask, _ allowed: (Int, Int, Int) -> Bool) -> Double {
      (layer(x, context: context, mask: mask) - naive(layer, x, context, allowed)).abs().max().item()
    }
    // Queries are the last three of five positions.
    #expect(deviation(.causal) { $2 <= $1 + 2 } < 1e-12)
    let keys = Tensor([true, true, false, true, true, false, true, true, true, false], shape: [2, 5])
    let valid = keys.integers
    #expect(deviation(AttentionMask(keys: keys, isCausal: true)) { valid[5 * $0 + $2] == 1 && $2 <= $1 + 2 } < 1e-12)
    // The second query may attend to nothing.
    let free = (0..<15).map { $0 / 5 != 1 && $0 % 3 != 0 }
    let pairs = Tensor(free, shape: [3, 5])
    #expect(deviation(AttentionMask(pairs: pairs)) { free[5 * $1 + $2] } < 1e-12)
    for shape in [[1, 3, 5], [1, 1, 3, 5]] {
      let whole = pairs.reshaped(shape).expanded(to: [2] + shape.dropFirst()).contiguous()
      #expect(
        deviation(AttentionMask(keys: keys, pairs: whole)) { valid[5 * $0 + $2] == 1 && free[5 * $1 + $2] } < 1e-12)
    }
    let nothing = layer(x, context: context, mask: AttentionMask(pairs: pairs))[0][1]
    #expect((nothing - layer.output.bias!.value).abs().max().item() == 0)
  }

  /// Token by token with what was seen before is the whole sequence at once.
  @Test func cachesGiveWhatTheWholeSequenceGives() {
    let generator = Generator(seed: 6)
    let decoder = TransformerEncoder(width: 8, heads: 2, layers: 3, generator: generator)
    decoder.convert(to: .float64)
    let x = Tensor.randn([2, 6, 8], dtype: .float64, generator: generator)
    let whole = decoder(x, mask: .causal)
    let caches = decoder.layers.map { _ in KeyValueCache() }
    var parts: [Tensor] = []
    // Two at first, as a prompt is read, then one after the other.
    for (start, length) in [(0, 2), (2, 1), (3, 1), (4, 1), (5, 1)] {
      parts.append(decoder(x.narrow(axis: 1, start: start, length: length), mask: .causal, caches: caches))
    }
    #expect(caches.allSatisfy { $0.count == 6 })
    #expect((Tensor.concatenated(parts, axis: 1) - whole).abs().max().item() < 1e-12)
    // What follows does not reach back.
    let other = Tensor.concatenated(
      [x.narrow(axis: 1, start: 0, length: 4), x.narrow(axis: 1, start: 4, length: 2) * 9], axis: 1)
    let changed = decoder(other, mask: .causal) - whole
    #expect(changed.narrow(axis: 1, start: 0, length: 4).abs().max().item() == 0 && changed.abs().max().item() > 0.1)
  }

  /// Hypotheses that go on keep what they have seen; a context that stays the same is projected once.
  @Test func beamsAndFixedContexts() {
    let generator = Generator(seed: 7)
    let block = TransformerBlock(width: 8, heads: 2, contextWidth: 5, generator: generator)
    block.convert(to: .float64)
    let x = Tensor.randn([2, 3, 8], dtype: .float64, generator: generator)
    let context = Tensor.randn([2, 4, 5], dtype: .float64, generator: generator)
    let (own, fixed) = (KeyValueCache(), KeyValueCache(isFixed: true))
    func step(_ x: Tensor, _ context: Tensor) -> Tensor {
      block(x, mask: .causal, cache: own, context: context, contextCache: fixed)
    }
    _ = step(x.narrow(axis: 1, start: 0, length: 2), context)
    let rows = Tensor([1, 1, 0])
    own.select(rows)
    fixed.select(rows)
    let (seen, told) = (x.indexSelect(axis: 0, rows), context.indexSelect(axis: 0, rows))
    // The context is held: what is handed in is not read.
    let last = step(seen.narrow(axis: 1, start: 2, length: 1), told * 0)
    let whole = block(seen, mask: .causal, context: told)
    #expect((last - whole.narrow(axis: 1, start: 2, length: 1)).abs().max().item() < 1e-12)
    #expect(own.count == 3 && fixed.count == 4)
  }

  @Test func positionsGoOn() {
    let x = Tensor.zeros([1], dtype: .float64)
    let all = sinusoidalPositions(7, width: 5, like: x)
    #expect(
      (sinusoidalPositions(3, from: 4, width: 5, like: x) - all.narrow(axis: 0, start: 4, length: 3)).abs().max().item()
        == 0)
  }
}
