import InformationTheory
import Testing

@Suite struct PartialInformationEstimateTests {
  /// A noisy parity: the interval of synergy holds the exact value, that of unique information holds 0.
  @Test func noisyParity() throws {
    var generator = TestGenerator(seed: 1)
    let (a, b) = (
      (0..<2000).map { _ in Bool.random(using: &generator) }, (0..<2000).map { _ in Bool.random(using: &generator) }
    )
    let y = zip(a, b).map { ($0 != $1) != (generator.uniform() < 0.11) ? "odd" : "even" }
    let estimate = try PartialInformationEstimate(
      observing: (a, b), target: y, unit: .bits, resamples: 100, using: &generator)
    // 1 − h(.11) = .5.
    #expect(estimate.synergy.contains(0.5), "\(estimate.synergy)")
    #expect(estimate.synergy.contains(estimate.value.synergy))
    #expect(estimate.synergy.upperBound - estimate.synergy.lowerBound < 0.1)
    for part in [estimate.redundancy, estimate.unique1, estimate.unique2] { #expect(part.upperBound < 0.01) }
    let counts = JointCounts(observing: [a.map { "\($0)" }, b.map { "\($0)" }, y], estimator: .plugIn)
    let total = estimate.value.redundancy + estimate.value.unique1 + estimate.value.unique2 + estimate.value.synergy
    #expect(abs(total - counts.mutualInformation([0, 1], [2], unit: .bits)) < 1e-9)
  }

  @Test func seeded() throws {
    let labels = [0, 1, 2, 1, 0, 2, 1, 1]
    func estimate() throws -> PartialInformationEstimate {
      var generator = TestGenerator(seed: 1)
      return try PartialInformationEstimate(
        observing: (labels, labels.reversed()), target: labels, unit: .nats, resamples: 20, using: &generator)
    }
    #expect(try estimate() == estimate())
    var generator = TestGenerator(seed: 0)
    #expect(throws: SampleError.self) {
      try PartialInformationEstimate(observing: ([1], [1, 2]), target: [1, 2], unit: .nats, using: &generator)
    }
  }
}
