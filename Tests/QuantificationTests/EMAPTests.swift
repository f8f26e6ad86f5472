import Quantification
import Tensors
import Testing

@Suite struct EMAPTests {
  let x = Tensor([1, 2, 3] as [Double])
  let y = Tensor([4, 5, 7] as [Double])

  @Test func productOfTwoScalars() {
    let result = EMAP().project([x, y]) { ($0[0] * $0[1]).unsqueezed(1) }
    expect(result.projection.doubles, equal: [8.0 / 3, 10, 58.0 / 3])
    #expect(result.original.doubles == [4, 10, 21])
    #expect(result.isExact)
    #expect(result.evaluations == 9)
  }

  @Test func exclusiveOrHasNoAdditivePart() {
    let (a, b) = corners()
    let result = EMAP().project([a, b]) { ($0[0] + $0[1] - 2 * $0[0] * $0[1]).unsqueezed(1) }
    expect(result.projection.doubles, equal: [0.5, 0.5, 0.5, 0.5])
  }

  @Test func conjunction() {
    let (a, b) = corners()
    let result = EMAP().project([a, b]) { ($0[0] * $0[1]).unsqueezed(1) }
    expect(result.projection.doubles, equal: [-0.25, 0.25, 0.25, 0.75])
  }

  @Test(arguments: 1...4, [5, 1 << 22]) func additiveFunctionsStay(modalities: Int, exactEvaluations: Int) {
    let generator = Generator(seed: 3)
    let inputs = (0..<modalities).map { _ in Tensor.randn([6, 2], dtype: .float64, generator: generator) }
    let emap = EMAP(exactEvaluations: exactEvaluations, draws: 10, blockSize: 7)
    let result = emap.project(inputs, generator: generator) {
      $0.enumerated().map { ($1 * Double($0 + 1)).sin() }.reduce(Tensor(0.3, dtype: .float64), +)
    }
    #expect(result.isExact == (exactEvaluations > 5))
    expect(result.projection.doubles, equal: result.original.doubles)
  }

  /// Against loops over the definition, at a block size that divides nothing.
  @Test(arguments: 2...4) func matchesTheDefinition(modalities: Int) {
    let count = 5
    let generator = Generator(seed: 1)
    let inputs = (0..<modalities).map { _ in Tensor.randn([count], dtype: .float64, generator: generator) }
    let values = inputs.map(\.doubles)
    func f(_ rows: [Int]) -> Double {
      zip(values, rows).reduce(1) { $0 * ($1.0[$1.1] + 0.5) } + values[0][rows[0]]
    }
    var sums = Array(repeating: Array(repeating: 0.0, count: count), count: modalities)
    var total = 0.0
    var rows = Array(repeating: 0, count: modalities)
    repeat {
      let value = f(rows)
      total += value
      for modality in 0..<modalities { sums[modality][rows[modality]] += value }
      var digit = modalities - 1
      rows[digit] += 1
      while digit > 0, rows[digit] == count {
        rows[digit] = 0
        digit -= 1
        rows[digit] += 1
      }
    } while rows[0] < count
    let combinations = (0..<modalities).reduce(1) { product, _ in product * Double(count) }
    let expected = (0..<count).map { sample in
      (0..<modalities).reduce(0) { $0 + sums[$1][sample] } / (combinations / Double(count))
        - Double(modalities - 1) * total / combinations
    }
    let result = EMAP(blockSize: 7).project(inputs) { inputs in
      (inputs.map { $0 + 0.5 }.reduce(Tensor(1, dtype: .float64), *) + inputs[0]).unsqueezed(1)
    }
    expect(result.projection.doubles, equal: expected)
  }

  /// Products and sums of maps of each modality: the value at the means is the mean of the values.
  @Test(arguments: 1...4) func multiaffineFunctionsNeedOnlyTheMeans(modalities: Int) {
    let generator = Generator(seed: 4)
    let inputs = (0..<modalities).map { _ in Tensor.randn([5, 3], dtype: .float64, generator: generator) }
    let weight = Tensor.randn([3, 2], dtype: .float64, generator: generator)
    let f = { (inputs: [Tensor]) in
      (inputs.dropFirst().reduce(inputs[0], *) + inputs[0] * 2 - inputs[modalities - 1]).matmul(weight) + 0.5
    }
    let all = EMAP(blockSize: 7).project(inputs, f)
    let means = EMAP(blockSize: 2).project(multiaffine: inputs, f)
    expect(means.projection.doubles, equal: all.projection.doubles)
    expect(means.original.doubles, equal: all.original.doubles)
    #expect(means.isExact && means.evaluations == 5 * modalities + 1)
  }

  /// A function of what broadcasts gives what it gives of all pairs, in blocks, replayed in single precision, or drawn; where
  /// 70 samples are more than fill the blocks that are replayed.
  @Test(arguments: [(2, 1 << 22), (2, 1), (3, 1 << 22), (3, 1)], [DType.float64, .float32])
  func pairsNeedNotBeFormed(case: (modalities: Int, exactEvaluations: Int), dtype: DType) {
    let (modalities, exactEvaluations) = `case`
    let generator = Generator(seed: 6)
    let inputs = (0..<modalities).map { _ in Tensor.randn([70, 3], dtype: dtype, generator: generator) }
    let weight = Tensor.randn([3, 2], dtype: dtype, generator: generator)
    func f(_ inputs: [Tensor]) -> Tensor {
      let sum = inputs.dropFirst().reduce(inputs[0], +)
      return (sum.sigmoid() * inputs[0] + sum.square() * inputs[modalities - 1]).matmul(weight)
    }
    let emap = EMAP(exactEvaluations: exactEvaluations, draws: 8, blockSize: 900)
    let formed = emap.project(inputs, f)
    let found = emap.project(broadcasting: inputs, f)
    #expect(found.isExact == (exactEvaluations > 1) && found.evaluations == formed.evaluations)
    let tolerance = dtype == .float64 ? 1e-12 : 1e-5
    #expect((found.projection - formed.projection).abs().max().item() < tolerance)
    #expect((found.original - formed.original).abs().max().item() < tolerance)
    #expect(formed.projection.standardDeviation(axes: [0]).min().item() > 0.1)
  }

  /// What cannot be replayed, because it reads values, is done by the engine.
  @Test func aFunctionThatReadsValuesIsNotReplayed() {
    let generator = Generator(seed: 7)
    let inputs = (0..<2).map { _ in Tensor.randn([64, 2], generator: generator) }
    func f(_ inputs: [Tensor]) -> Tensor { inputs[0] * inputs[1] * (inputs[0].dtype == .float32 ? 2 : 1) }
    let expected = EMAP().project(inputs, f).projection
    let found = EMAP().project(broadcasting: inputs) { inputs in
      // By way of numbers that the program holds.
      let first = Tensor(inputs[0].doubles.map { $0 * 2 }, shape: inputs[0].shape).to(.float32)
      return first * inputs[1]
    }.projection
    #expect((found - expected).abs().max().item() < 1e-5)
  }

  @Test func anAffineMapCommutes() {
    let generator = Generator(seed: 8)
    let inputs = (0..<2).map { _ in Tensor.randn([9, 3], dtype: .float64, generator: generator) }
    let (weight, offset) = (
      Tensor.randn([3, 2], dtype: .float64, generator: generator),
      Tensor.randn([2], dtype: .float64, generator: generator)
    )
    let f = { (inputs: [Tensor]) in (inputs[0] * inputs[1]).sin() }
    let mapped = EMAP().project(inputs, f).mapped(as: .float64) { $0.matmul(weight) + offset }
    let direct = EMAP().project(inputs) { f($0).matmul(weight) + offset }
    expect(mapped.projection.doubles, equal: direct.projection.doubles)
    expect(mapped.original.doubles, equal: direct.original.doubles)
  }

  @Test func drawsEstimateTheExactProjection() {
    let generator = Generator(seed: 5)
    let inputs = (0..<3).map { _ in Tensor.randn([12], dtype: .float64, generator: generator) }
    let f = { (inputs: [Tensor]) in (inputs[0] * inputs[1] + (inputs[1] * inputs[2]).sin()).unsqueezed(1) }
    let exact = EMAP().project(inputs, f).projection
    let repetitions = 400
    var mean = Tensor.zeros([12, 1], dtype: .float64)
    var squares = Tensor.zeros([12, 1], dtype: .float64)
    for seed in 0..<repetitions {
      let result = EMAP(exactEvaluations: 1, draws: 20).project(inputs, generator: Generator(seed: UInt64(seed)), f)
      #expect(!result.isExact && result.evaluations == 3 * 12 * 20 + 20)
      mean = mean + result.projection / Double(repetitions)
      squares = squares + result.projection.square() / Double(repetitions)
    }
    // Five standard errors of the mean of the repetitions: unbiased.
    let error = ((squares - mean.square()) / Double(repetitions)).sqrt()
    #expect(((mean - exact).abs() .< error * 5).all().item() == 1)
    #expect(error.max().item() < 0.05)
  }

  @Test func sameSeedSameDraws() {
    let inputs = (0..<3).map { Tensor.randn([9], generator: Generator(seed: UInt64($0))) }
    let results = (0..<2).map { _ in
      EMAP(exactEvaluations: 1, draws: 5).project(inputs, generator: Generator(seed: 7)) {
        ($0[0] * $0[1] * $0[2]).unsqueezed(1)
      }.projection.doubles
    }
    #expect(results[0] == results[1])
  }

  /// Presence goes with the encodings: f = Σ over present modalities of x is additive in (x, present).
  @Test func presenceIsRecombined() {
    let present = Tensor([true, true, false, true, true, false], shape: [3, 2])
    let result = EMAP().project([x, y], present: present) { inputs, present in
      (Tensor.stacked(inputs, axis: 1) * present!.to(.float64)).sum(axes: [1], keepingDimensions: true)
    }
    #expect(result.original.doubles == [5, 5, 3])
    expect(result.projection.doubles, equal: [5, 5, 3])
  }

  private func corners() -> (Tensor, Tensor) {
    (Tensor([0, 0, 1, 1] as [Double]), Tensor([0, 1, 0, 1] as [Double]))
  }

  private func expect(_ found: [Double], equal expected: [Double], sourceLocation: SourceLocation = #_sourceLocation) {
    #expect(found.count == expected.count, sourceLocation: sourceLocation)
    for (found, expected) in zip(found, expected) {
      #expect(abs(found - expected) < 1e-12, "\(found) is not \(expected)", sourceLocation: sourceLocation)
    }
  }
}
