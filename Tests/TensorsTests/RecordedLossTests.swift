import Testing

@testable import Tensors

/// Replaying gives what the engine gives, for values that were not there while recording.
@Suite struct RecordedLossTests {
  /// Parameters in one row, as an arena holds them.
  private struct Row {
    let values: Tensor
    let leaves: [(tensor: Tensor, offset: Int)]

    init(_ shapes: [[Int]], seed: UInt64) {
      let generator = Generator(seed: seed)
      let count = shapes.reduce(0) { $0 + $1.reduce(1, *) }
      let row = Tensor.randn([count], generator: generator) * 0.3
      values = row
      var offset = 0
      leaves = shapes.map { shape in
        let length = shape.reduce(1, *)
        defer { offset += length }
        let leaf = row.narrow(axis: 0, start: offset, length: length).reshaped(shape).detached()
        return (leaf.setRequiresGradient(true), offset)
      }
    }
  }

  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let shapes: [[Int]]
    let inputs: [[Int]]
    let loss: @Sendable (_ inputs: [Tensor], _ parameters: [Tensor]) -> Tensor
    /// Whether our kernels do all of it.
    var own = true
    var testDescription: String { name }
  }

  static let cases: [Case] = [
    Case(name: "linear, rectifier, cross-entropy", shapes: [[16, 30], [16], [5, 16], [5]], inputs: [[9, 30]]) { x, p in
      x[0].linear(p[0], bias: p[1]).relu().linear(p[2], bias: p[3])
        .crossEntropy(Tensor((0..<9).map { $0 % 5 }))
    },
    Case(name: "activations", shapes: [[7, 13]], inputs: [[4, 13]]) { x, p in
      let h = x[0].matmul(p[0].transposed(0, 1))
      let gates = h.sigmoid() * h.tanh() + h.gelu() * 0.5 + h.silu()
      return (gates.square() + (h * h + 1).log() + h.abs() - 0.25).mean()
    },
    Case(name: "exponential, root, division", shapes: [[6]], inputs: [[3, 6]]) { x, p in
      ((x[0] * p[0]).exp() / ((x[0].square() + 1).sqrt() + 2) + 1 / (p[0].square() + 3)).sum()
    },
    Case(name: "broadcasting and sums over axes", shapes: [[4, 1], [1, 5], [3, 4, 5]], inputs: [[3, 1, 5]]) { x, p in
      let y = (x[0] + p[0]) * p[1] - p[2]
      return y.sum(axes: [1]).square().mean() + y.mean(axes: [0, 2]).square().sum() + y.sum(axes: [2]).sum()
    },
    Case(name: "outer products of padded vectors", shapes: [[6, 8], [5, 9]], inputs: [[4, 8], [4, 9]]) { x, p in
      let (a, b) = (x[0].linear(p[0]).padded([0, 1], value: 1), x[1].linear(p[1]).padded([0, 1], value: 1))
      return (a.unsqueezed(2) * b.unsqueezed(1)).flattened(from: 1, to: 2).square().sum()
    },
    Case(name: "concatenating, stacking, slicing", shapes: [[6, 4]], inputs: [[5, 4], [5, 3]]) { x, p in
      let h = x[0].linear(p[0])
      let joined = Tensor.concatenated([h, x[1], h.narrow(axis: 1, start: 2, length: 3)], axis: 1)
      return joined.square().sum() + (Tensor.stacked([h, h.tanh()], axis: 1).select(axis: 1, index: 1) * h).mean()
    },
    Case(name: "softmax and attention", shapes: [[8, 8], [8, 8]], inputs: [[3, 5, 8]]) { x, p in
      let (q, k) = (x[0].linear(p[0]), x[0].linear(p[1]))
      return q.bmm(k.transposed(1, 2)).softmax(axis: -1).bmm(x[0]).square().mean()
    },
    Case(name: "sums of rows times a vector", shapes: [[24, 5], [3]], inputs: [[4, 5]]) { x, p in
      x[0].linear(p[0]).reshaped([-1, 8, 3]).matmul(p[1]).square().sum()
    },
    Case(name: "one parameter twice, one not at all", shapes: [[3], [2]], inputs: [[3]]) { x, p in
      (p[0] + x[0]).sum() + p[0].sum()
    },
    Case(
      name: "operations that the engine does", shapes: [[6, 4], [4], [4]], inputs: [[5, 6]],
      loss: { x, p in
        let h = x[0].matmul(p[0]).layerNorm([4], weight: p[1], bias: p[2])
        return Tensor.where(h .> 0, h, h * 0.1).logSumExp(axes: [1]).sum()
          + h.sorted(axis: 1).values.select(axis: 1, index: 0).sum()
      }, own: false),
  ]

  @Test(arguments: cases) func replaysWithOtherValues(_ example: Case) throws {
    let generator = Generator(seed: 7)
    func draw() -> [Tensor] { example.inputs.map { Tensor.randn($0, generator: generator) } }
    let first = Row(example.shapes, seed: 1)
    let inputs = draw()
    let recorded = RecordedLoss.record(inputs: inputs, parameters: first.values, leaves: first.leaves) {
      example.loss(inputs, first.leaves.map(\.tensor))
    }
    let plan = try #require(recorded.plan, "\(recorded.refusal ?? "")")
    #expect(plan.description.hasSuffix(" 0 by the engine") == example.own, "\(plan.description)")
    for seed in 1..<4 as Range<UInt64> {
      let (row, inputs) = (Row(example.shapes, seed: seed), seed == 1 ? inputs : draw())
      let written = Tensor.full([row.values.count], 99)
      let loss = plan.run(inputs: inputs, parameters: row.values, gradients: written, keys: [])
      let expected = example.loss(inputs, row.leaves.map(\.tensor))
      let found = gradients(of: [expected], withRespectTo: row.leaves.map(\.tensor), allowUnused: true)
      let joined = Tensor.concatenated(zip(found, row.leaves).map { ($0 ?? $1.tensor.zerosLike()).flattened() })
      #expect(abs(loss[0] - expected.item()) <= 1e-5 * max(1, abs(expected.item())))
      #expect((joined - written).abs().max().item() <= 2e-5 * max(1, joined.abs().max().item()))
    }
  }

  @Test func severalModelsInOneCall() throws {
    let rows = (0..<3).map { Row([[4, 6], [4]], seed: UInt64($0)) }
    let inputs = (0..<3).map { Tensor.randn([5, 6], generator: Generator(seed: 100 + UInt64($0))) }
    let recorded = RecordedLoss.record(inputs: [inputs[0]], parameters: rows[0].values, leaves: rows[0].leaves) {
      inputs[0].linear(rows[0].leaves[0].tensor, bias: rows[0].leaves[1].tensor).tanh().sum()
    }
    let plan = try #require(recorded.plan)
    let together = Tensor.zeros([3, 28])
    let losses = plan.run(
      inputs: [Tensor.concatenated(inputs)], models: 3, parameters: Tensor.stacked(rows.map(\.values), axis: 0),
      gradients: together, keys: [])
    for (index, row) in rows.enumerated() {
      let alone = Tensor.zeros([28])
      let loss = plan.run(inputs: [inputs[index]], parameters: row.values, gradients: alone, keys: [])
      #expect(loss[0] == losses[index])
      #expect(alone.floats == together.select(axis: 0, index: index).floats)
    }
  }

  @Test func masksComeFromTheirKeys() throws {
    let row = Row([[6]], seed: 1)
    let x = Tensor.ones([50, 6])
    func loss(_ seed: UInt64) -> Tensor {
      let masks = MaskSource(Generator(seed: seed))
      return (x * row.leaves[0].tensor * masks.mask([50, 6], keep: 0.6)).sum()
    }
    let recorded = RecordedLoss.record(inputs: [x], parameters: row.values, leaves: row.leaves) { loss(1) }
    let plan = try #require(recorded.plan)
    #expect(plan.keyCount == 1)
    let written = Tensor.zeros([6])
    let found = plan.run(inputs: [x], parameters: row.values, gradients: written, keys: [Generator(seed: 5).next()])
    #expect(abs(found[0] - loss(5).item()) < 1e-3)
    let expected = gradients(of: loss(5), withRespectTo: [row.leaves[0].tensor])[0]
    #expect((expected - written).abs().max().item() < 1e-3)
  }

  @Test func refusesWhatDependsOnValues() {
    let row = Row([[6]], seed: 1)
    let x = Tensor.ones([6])
    func refusal(_ body: (Tensor) -> Tensor) -> String? {
      let recorded = RecordedLoss.record(inputs: [x], parameters: row.values, leaves: row.leaves) {
        body(row.leaves[0].tensor)
      }
      #expect(recorded.plan == nil)
      #expect(recorded.gradients[0].isFinite().all().item() == 1)
      return recorded.refusal
    }
    #expect(refusal { $0.sum() * $0.sum().item() }?.contains("_local_scalar_dense") == true)
    #expect(refusal { $0.sum() * Double($0.detached().floats[0]) }?.contains("read") == true)
    #expect(
      refusal { ($0 * Tensor.randn([6], generator: Generator(seed: 1))).sum() }?.contains("randn") == true
        || refusal { ($0 * Tensor.randn([6], generator: Generator(seed: 1))).sum() }?.contains("normal") == true)
  }

  @Test func valuesWithoutDerivatives() throws {
    let (first, second) = (Row([[7, 5], [7]], seed: 1), Row([[7, 5], [7]], seed: 2))
    func value(_ x: Tensor, _ row: Row) -> Tensor {
      x.linear(row.leaves[0].tensor, bias: row.leaves[1].tensor).tanh().softmax(axis: 1)
    }
    let (x, other) = (
      Tensor.randn([4, 5], generator: Generator(seed: 3)), Tensor.randn([4, 5], generator: Generator(seed: 4))
    )
    let (recorded, plan) = RecordedValue.record(inputs: [x], parameters: first.values) { value(x, first) }
    #expect(!recorded.requiresGradient)
    #expect((recorded - value(x, first)).abs().max().item() < 1e-6)
    let replayed = try #require(plan).run(inputs: [other], parameters: second.values)
    #expect((replayed - value(other, second)).abs().max().item() < 1e-6)
  }

  @Test func aValueThatIsReadCannotBeRecorded() {
    let row = Row([[5]], seed: 1)
    let x = Tensor.randn([4, 5], generator: Generator(seed: 3))
    let (value, plan) = RecordedValue.record(inputs: [x], parameters: row.values) { x * x.sum().item() }
    #expect(plan == nil && value.shape == [4, 5])
  }

  /// Inputs and parameters of several models, one behind the other.
  @Test func valuesOfSeveralModels() throws {
    let rows = (0..<3).map { Row([[7, 5], [7]], seed: UInt64($0)) }
    let inputs = (0..<3).map { Tensor.randn([4, 5], generator: Generator(seed: UInt64(10 + $0))) }
    func value(_ x: Tensor, _ row: Row) -> Tensor {
      x.linear(row.leaves[0].tensor, bias: row.leaves[1].tensor).tanh().sum(axes: [0])
    }
    let plan = RecordedValue.record(inputs: [inputs[0]], parameters: rows[0].values) { value(inputs[0], rows[0]) }.plan
    let found = try #require(plan).run(
      inputs: [.concatenated(inputs)], models: 3, parameters: .stacked(rows.map(\.values)))
    #expect(found.shape == [3, 7])
    let expected = withoutGradients { Tensor.stacked(zip(inputs, rows).map { value($0, $1) }) }
    #expect((found - expected).abs().max().item() < 1e-5)
  }

  @Test func aRecordingIsHeldAgainstOtherSamples() throws {
    let samples = (0..<2).map { [Tensor.randn([4, 5], generator: Generator(seed: UInt64($0)))] }
    let plan = try #require(RecordedValue.verified(on: samples) { ($0[0] * 2).sigmoid() })
    let other = Tensor.randn([4, 5], generator: Generator(seed: 9))
    #expect((plan.run(inputs: [other], parameters: .zeros([0])) - (other * 2).sigmoid()).abs().max().item() < 1e-6)
    #expect(plan.run(inputs: [other], parameters: .zeros([0]), expecting: other) == nil)
    var calls = 0.0
    let changing = RecordedValue.verified(on: samples) { inputs in
      calls += 1
      return inputs[0] + Tensor(calls)
    }
    #expect(changing == nil)
    #expect(RecordedValue.verified(on: samples) { $0[0] * $0[0].sum().item() } == nil)
  }

  /// What a plan holds on to is held by the thread that made it.
  @Test func memoryOfAPlanIsCounted() throws {
    let x = Tensor.zeros([1000, 1000])
    let ((recorded, later), peak) = Engine.measuringMemory {
      // More than recording needs by itself.
      (
        RecordedValue.record(inputs: [x], parameters: .zeros([0])) { x.tanh().sigmoid() },
        Tensor.zeros([40, 1000, 250])
      )
    }
    // The value, the hyperbolic tangent that the plan has room for, and what came later.
    withExtendedLifetime((recorded, later)) { #expect(recorded.plan != nil && peak >= 48_000_000 && peak < 49_000_000) }
  }
}
