import Tensors
import Testing

@Suite struct VectorizedTests {
  private let generator = Generator(seed: 3)

  @Test func computesEveryLaneAndItsGradient() {
    let weights = Tensor.randn([4, 3, 5], dtype: .float64, generator: generator).setRequiresGradient(true)
    let x = Tensor.randn([4, 7, 5], dtype: .float64, generator: generator)
    let shared = Tensor.randn([7, 3], dtype: .float64, generator: generator)
    let y = vectorized(count: 4) { lanes in
      let own = lanes.wrap(x)
      #expect(own.shape == [7, 5])
      return lanes.unwrap((own.linear(lanes.wrap(weights)) + shared).tanh().sum())
    }
    #expect(y.shape == [4])
    y.sum().backward()
    for lane in 0..<4 {
      let weight = weights.detached()[lane].cloned().setRequiresGradient(true)
      let alone = (x[lane].linear(weight) + shared).tanh().sum()
      alone.backward()
      #expect(abs(alone.item() - y[lane].item()) < 1e-12)
      #expect((weight.gradient! - weights.gradient![lane]).abs().max().item() < 1e-12)
    }
  }

  @Test func repeatsWhatIsTheSameInAllLanes() {
    let y = vectorized(count: 3) { lanes in lanes.unwrap(Tensor([1, 2] as [Float]) * 2) }
    #expect(y.shape == [3, 2] && y.floats == [2, 4, 2, 4, 2, 4])
  }

  @Test func endsWhenTheBodyThrows() {
    struct Stop: Error {}
    #expect(throws: Stop.self) { try vectorized(count: 2) { _ in throw Stop() } }
    // Drawing is refused inside: that it works shows that nothing is left of it.
    #expect(Tensor.rand([2], generator: generator).shape == [2])
    #expect(vectorized(count: 2) { $0.unwrap($0.wrap(Tensor.ones([2, 1])) + 1).floats.count } == 2)
  }

  @Test func everyLaneDrawsWhatItsGeneratorAloneDraws() {
    let shape = [9, 11]
    func generators() -> [Generator] { [5, 6, 7].map { Generator(seed: $0) } }
    let together = generators()
    let masks = (0..<2).map { _ in
      vectorized(count: 3) { $0.unwrap(MaskSource(together, in: $0).mask(shape, keep: 0.7)) }
    }
    for (lane, alone) in generators().map(MaskSource.init).enumerated() {
      for draw in 0..<2 { #expect(masks[draw][lane].floats == alone.mask(shape, keep: 0.7).floats) }
    }
    #expect(masks[0][0].floats != masks[0][1].floats && masks[0][0].floats != masks[1][0].floats)
  }

  @Test func aLongerMaskBeginsLikeAShorterOne() {
    let (short, long) = (MaskSource(Generator(seed: 1)), MaskSource(Generator(seed: 1)))
    #expect(long.mask([8, 5], keep: 0.5)[0..<6].floats == short.mask([6, 5], keep: 0.5).floats)
    #expect(long.mask([4], keep: 0.5).floats == short.mask([4], keep: 0.5).floats)
  }

  /// Masks are hashes: what is drawn must still look independent from element to element and from draw to draw.
  @Test(arguments: [0.1, 0.5, 0.8]) func masksLookIndependent(_ keep: Double) {
    let source = MaskSource(Generator(seed: 11))
    let (count, width) = (400, 257)
    let masks = Tensor.stacked((0..<count).map { _ in source.mask([width], keep: keep, dtype: .float64) }, axis: 0)
    let kept = (masks .> 0).to(.float64)
    let total = Double(count * width)
    let deviation = (keep * (1 - keep) / total).squareRoot()
    #expect(abs(kept.mean().item() - keep) < 5 * deviation)
    #expect(abs(masks.mean().item() - 1) < 5 * deviation / keep)
    let centred = (kept - keep) / (keep * (1 - keep)).squareRoot()
    // Correlations of neighbours within a draw, of one element between draws, and of positions a power of two apart.
    for lag in [1, 2, 16, 64, 256] {
      let within =
        centred.narrow(axis: 1, start: lag, length: width - lag)
        * centred.narrow(axis: 1, start: 0, length: width - lag)
      #expect(abs(within.mean().item()) < 5 / Double(within.count).squareRoot(), "lag \(lag)")
    }
    let between =
      centred.narrow(axis: 0, start: 1, length: count - 1) * centred.narrow(axis: 0, start: 0, length: count - 1)
    #expect(abs(between.mean().item()) < 5 / Double(between.count).squareRoot())
    // χ² of the number kept at each position (mean `width`, deviation √(2 · width)) and in each draw.
    let chiSquares = [0: width, 1: count].map { axis, cells in
      ((centred.sum(axes: [axis]) / Double(axis == 0 ? count : width).squareRoot()).square().sum().item()
        - Double(cells))
        / (2 * Double(cells)).squareRoot()
    }
    #expect(chiSquares.allSatisfy { abs($0) < 5 }, "\(chiSquares)")
  }

  /// Mean, variance and the share below a few bounds, within five deviations of what they are for the distribution.
  @Test func numbersHaveTheirDistributions() {
    let source = MaskSource(Generator(seed: 5))
    let count = 100_000.0
    let (uniform, normal) = (source.uniform([100_000], dtype: .float64), source.normal([100_000], dtype: .float64))
    #expect(uniform.min().item() > 0 && uniform.max().item() < 1)
    func share(_ x: Tensor, below bound: Double) -> Double { (x .< bound).to(.float64).mean().item() }
    let cases: [(Tensor, Double, Double)] = [
      (uniform, 0.1, 0.1), (uniform, 0.5, 0.5), (uniform, 0.9, 0.9),
      (normal, -1, 0.158655), (normal, 0, 0.5), (normal, 1.96, 0.975002),
    ]
    for (numbers, bound, expected) in cases {
      let deviation = (expected * (1 - expected) / count).squareRoot()
      #expect(abs(share(numbers, below: bound) - expected) < 5 * deviation)
    }
    #expect(abs(normal.variance().item() - 1) < 5 * (2 / count).squareRoot())
    let pairs = normal[0..<99_999] * normal[1..<100_000]
    #expect(abs(pairs.mean().item()) < 5 / count.squareRoot())
  }

  @Test func lanesGetTheNumbersTheyWouldGetAlone() {
    let together = vectorized(count: 2) { lanes in
      let source = MaskSource([Generator(seed: 1), Generator(seed: 2)], in: lanes)
      return lanes.unwrap(Tensor.concatenated([source.uniform([3, 2]), source.normal([3, 2])]))
    }
    for (lane, seed) in [UInt64(1), 2].enumerated() {
      let alone = MaskSource(Generator(seed: seed))
      let numbers = alone.uniform([3, 2]).floats + alone.normal([3, 2]).floats
      #expect(together[lane].floats == numbers)
    }
    #expect(together[0].floats != together[1].floats)
  }
}
