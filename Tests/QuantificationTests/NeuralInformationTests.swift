import Foundation
import InformationTheory
import Quantification
import Tensors
import Testing

/// Normal pairs of correlation .8 in two columns each: I = −ln(1 − .64) = 1.0217 nats.
@Suite struct NeuralInformationTests {
  private static let correlation = 0.8
  private static let truth = -log(1 - correlation * correlation)

  private func pairs(_ count: Int, _ correlation: Double, seed: UInt64) -> (Tensor, Tensor) {
    let generator = Generator(seed: seed)
    let x = Tensor.randn([count, 2], generator: generator)
    let y =
      x * correlation + Tensor.randn([count, 2], generator: generator) * (1 - correlation * correlation).squareRoot()
    return (x, y)
  }

  private func estimator(_ bound: InformationBound) -> NeuralInformation {
    var estimator = NeuralInformation(bound, seed: 4)
    estimator.hiddenSize = 32
    estimator.training.epochs = 60
    estimator.training.patience = 10
    estimator.training.learningRate = 2e-3
    return estimator
  }

  @Test(arguments: [InformationBound.infoNCE, .nwj, .donskerVaradhan]) func lowerBounds(_ bound: InformationBound)
    throws
  {
    let (x, y) = pairs(4000, Self.correlation, seed: 1)
    let estimate = try estimator(bound).estimate(x, y, unit: .nats)
    #expect(estimate.side == (bound == .donskerVaradhan ? .undetermined : .lower) && estimate.samples == 800)
    #expect(estimate.value > 0.75 * Self.truth, "\(estimate)")
    #expect(estimate.value < Self.truth + 3 * estimate.standardError! + 0.02, "\(estimate)")
    #expect(bound != .infoNCE || abs(estimate.ceiling! - log(128)) < 1e-12)
  }

  /// For the exact density the bound is E ln p(y | x) − E E ln p(y | x′) = 2 · ρ² / (1 − ρ²).
  @Test func upperBound() throws {
    let (x, y) = pairs(4000, Self.correlation, seed: 1)
    let estimate = try estimator(.club).estimate(x, y, unit: .bits)
    let expected = 2 * 0.64 / 0.36 / log(2)
    #expect(estimate.side == .conditionalUpper && estimate.unit == "bits")
    #expect(estimate.value > Self.truth / log(2), "\(estimate)")
    #expect(abs(estimate.value / expected - 1) < 0.2, "\(estimate), \(expected)")
    #expect(abs(estimate.fitGain! - Self.truth / log(2)) < 0.2, "\(estimate)")
  }

  @Test(arguments: InformationBound.allCases) func independent(_ bound: InformationBound) throws {
    let (x, y) = pairs(1000, 0, seed: 2)
    let estimate = try estimator(bound).estimate(x, y, unit: .nats)
    #expect(abs(estimate.value) < 0.12, "\(estimate)")
    if bound == .club { #expect(estimate.fitGain! < 0.02) }
  }

  @Test func seeded() throws {
    let (x, y) = pairs(200, 0.5, seed: 3)
    var small = estimator(.nwj)
    small.training.epochs = 2
    #expect(try small.estimate(x, y, unit: .nats) == small.estimate(x, y, unit: .nats))
  }

  @Test func hostile() throws {
    let (x, y) = pairs(60, 0.5, seed: 3)
    let constant = Tensor.ones([60, 1])
    var small = estimator(.infoNCE)
    small.training.epochs = 3
    #expect(abs(try small.estimate(constant, y, unit: .nats).value) < 0.2)
    #expect(throws: SampleError("there are 2 samples; expected at least 40 to train on 60 % and test on 20 %")) {
      try small.estimate(Tensor.ones([2, 1]), Tensor.ones([2, 1]), unit: .nats)
    }
    #expect(throws: SampleError("sample 0 has a number that is not finite")) {
      try small.estimate(Tensor.full([60, 2], .nan), y, unit: .nats)
    }
    #expect(throws: SampleError("variables have 60 and 3 samples; expected equally many")) {
      try small.estimate(x, Tensor.ones([3, 1]), unit: .nats)
    }
  }
}
