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
      #expect(part.ci95[0] <= part.ci95[1])
    }
    #expect(estimate.quality.gap < 1e-6 && estimate.quality.samples == 240)
    #expect(abs(found.reduce(0) { $0 + $1.value } - estimate.quality.information[2]) < 0.02)
  }

  @Test func hostile() throws {
    let (one, two, labels, classes) = data(
      Regime(testDescription: "", redundant: true, own1: false, own2: false, parity: false), count: 120)
    var estimator = LearnedPartialInformation()
    estimator.training.epochs = 10
    estimator.resamples = 2
    let constant = try estimator.estimate(Tensor.ones([120, 3]), two, labels: labels, classes: classes, unit: .bits)
    #expect(abs(constant.redundancy.value) < 0.05 && abs(constant.unique1.value) < 0.05)
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
