import Foundation
import InformationTheory
import Quantification
import Tensors
import Testing

/// What the parts are made to be, in bits.
private struct Regime: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var redundant, own1, own2, parity: Bool
}

@Suite struct LearnedPartialInformationTests {
  /// Bits as ±1 in eight noisy columns a modality; the label is the list of bits that take part.
  private func data(_ regime: Regime, count: Int) -> (Tensor, Tensor, [Int], Int) {
    let generator = Generator(seed: 6)
    let bits = Tensor.randint(0, 2, [count, 5], generator: generator)
    let columns = bits.to(.float32) * 2 - 1
    func view(_ members: [Int]) -> Tensor {
      let mixing = Tensor.randn([members.count, 8], generator: generator)
      return columns.indexSelect(axis: 1, Tensor(members)).matmul(mixing)
        + Tensor.randn([count, 8], generator: generator) * 0.2
    }
    let rows = bits.integers
    var labels = [Int](repeating: 0, count: count)
    var classes = 1
    func add(_ bit: (Int) -> Int) {
      classes *= 2
      for row in labels.indices { labels[row] = labels[row] * 2 + bit(row) }
    }
    if regime.redundant { add { rows[$0 * 5] } }
    if regime.own1 { add { rows[$0 * 5 + 1] } }
    if regime.own2 { add { rows[$0 * 5 + 2] } }
    if regime.parity { add { rows[$0 * 5 + 3] ^ rows[$0 * 5 + 4] } }
    return (view([0, 1, 3]), view([0, 2, 4]), labels, classes)
  }

  @Test(arguments: [
    Regime(testDescription: "redundant", redundant: true, own1: false, own2: false, parity: false),
    Regime(testDescription: "unique", redundant: false, own1: true, own2: false, parity: false),
    Regime(testDescription: "synergistic", redundant: false, own1: false, own2: false, parity: true),
    Regime(testDescription: "mixed", redundant: true, own1: false, own2: true, parity: true),
  ]) private func recovers(_ regime: Regime) throws {
    let (one, two, labels, classes) = data(regime, count: 1200)
    var estimator = LearnedPartialInformation(seed: 1)
    estimator.resamples = 10
    estimator.groups = 16
    estimator.hiddenSize = 32
    estimator.training.patience = 10
    let estimate = try estimator.estimate(one, two, labels: labels, classes: classes, unit: .bits)
    let expected = [regime.redundant, regime.own1, regime.own2, regime.parity].map { $0 ? 1.0 : 0 }
    let found = [estimate.redundancy, estimate.unique1, estimate.unique2, estimate.synergy]
    for (part, truth) in zip(found, expected) {
      #expect(abs(part.value - truth) < 0.15, "\(found.map(\.value)), \(estimate.quality)")
      #expect(part.ci95 == nil && part.value >= 0, "240 samples allow no interval")
    }
    #expect(estimate.quality.gap < 1e-5 && estimate.quality.samples == 240)
    #expect(abs(estimate.total - estimate.quality.information[2]) < 0.02)
    #expect(estimate.isDemonstrated && estimate.pValue == 0.005 && estimate.permutations == 199)
    #expect(estimate.demonstrated > 0.7 * estimate.total)
  }

  /// The target is a number that one modality is, cut in eight: the classifier of both is no better than that of one, and
  /// what it lacks is no negative synergy.
  @Test func noPartIsNegative() throws {
    let generator = Generator(seed: 11)
    let (one, two) = (Tensor.randn([600, 1], generator: generator), Tensor.randn([600, 1], generator: generator))
    let order = one.doubles.enumerated().sorted { $0.element < $1.element }.map(\.offset)
    var labels = [Int](repeating: 0, count: 600)
    for (rank, row) in order.enumerated() { labels[row] = rank * 8 / 600 }
    let estimate = try LearnedPartialInformation().estimate(one, two, labels: labels, classes: 8, unit: .bits)
    let parts = [estimate.redundancy, estimate.unique1, estimate.unique2, estimate.synergy].map(\.value)
    #expect(parts.allSatisfy { $0 >= 0 } && parts[3] <= 0.02 && parts[1] > 1.5, "\(parts)")
    #expect(estimate.regime == .unique)
  }

  @Test func noiseHasNoRegime() throws {
    var estimator = LearnedPartialInformation()
    estimator.training.epochs = 20
    for seed in 0..<4 {
      estimator.seed = UInt64(seed)
      let generator = Generator(seed: UInt64(seed))
      let estimate = try estimator.estimate(
        Tensor.randn([300, 6], generator: generator), Tensor.randn([300, 6], generator: generator),
        labels: Tensor.randint(0, 3, [300], generator: generator).integers, classes: 3, unit: .bits)
      #expect(estimate.regime == .nothing, "\(estimate)")
    }
  }

  @Test func hostile() throws {
    let (one, two, labels, classes) = data(
      Regime(testDescription: "", redundant: true, own1: false, own2: false, parity: false), count: 120)
    var estimator = LearnedPartialInformation()
    estimator.training.epochs = 10
    estimator.resamples = 2
    let constant = try estimator.estimate(Tensor.ones([120, 3]), two, labels: labels, classes: classes, unit: .bits)
    #expect(constant.redundancy.value < 0.05 && constant.unique1.value < 0.05)
    #expect(throws: CancellationError.self) {
      try estimator.estimate(one, two, labels: labels, classes: classes, unit: .bits, isCancelled: { true })
    }
    #expect(throws: SampleError("all samples have one label; there is nothing to tell apart")) {
      try estimator.estimate(one, two, labels: labels.map { _ in 0 }, classes: 2, unit: .bits)
    }
    #expect(throws: SampleError("sample 0 has label 7; expected 0 to 1")) {
      try estimator.estimate(one, two, labels: [7] + labels.dropFirst(), classes: 2, unit: .bits)
    }
    #expect(throws: SampleError.self) {
      try estimator.estimate(
        Tensor.ones([2, 1]), Tensor.ones([2, 1]), labels: [0, 1], classes: 2, unit: .bits)
    }
  }
}
