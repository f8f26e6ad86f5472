import InformationTheory
import Testing

@Suite struct JointDistributionTests {
  /// Sixteenths, so that every sum is exact.
  @Test func marginal() throws {
    let joint = try JointDistribution(proportionalTo: [1, 2, 3, 4, 5, 1], shape: [2, 3])
    #expect(joint.marginal([0]) == (try JointDistribution(proportionalTo: [6, 10], shape: [2])))
    #expect(joint.marginal([1]) == (try JointDistribution(proportionalTo: [5, 7, 4], shape: [3])))
    #expect(joint.marginal([1, 0]) == (try JointDistribution(proportionalTo: [1, 4, 2, 5, 3, 1], shape: [3, 2])))
    #expect(joint.marginal([]).probabilities == [1])
  }

  /// Against sums by index arithmetic.
  @Test(arguments: [[0], [2], [3, 1], [0, 2, 3], [1, 0, 3, 2]]) func marginalOfFour(_ kept: [Int]) throws {
    let shape = [2, 3, 4, 2]
    let joint = try JointDistribution(proportionalTo: (0..<48).map { Double($0 * $0 % 17) }, shape: shape)
    var expected = [Double](repeating: 0, count: kept.reduce(1) { $0 * shape[$1] })
    for (index, probability) in joint.probabilities.enumerated() {
      let position = [index / 24, index / 8 % 3, index / 2 % 4, index % 2]
      expected[kept.reduce(0) { $0 * shape[$1] + position[$1] }] += probability
    }
    let marginal = joint.marginal(kept)
    #expect(marginal.shape == kept.map { shape[$0] })
    for (value, expected) in zip(marginal.probabilities, expected) { #expect(abs(value - expected) < 1e-15) }
  }

  @Test(arguments: [
    ([0.5, 0.4], "probabilities have the sum 0.9; expected 1"),
    ([1.5, -0.5], "cell 1 holds -0.5; expected a finite number of at least 0"),
    ([.nan, 1], "cell 0 holds nan; expected a finite number of at least 0"),
    ([.infinity, 0], "cell 0 holds inf; expected a finite number of at least 0"),
  ])
  func refused(_ values: [Double], _ reason: String) {
    #expect(throws: DistributionError(reason)) { try JointDistribution(values, shape: [2]) }
  }

  @Test func refusedWeights() {
    #expect(throws: DistributionError("weights have the sum 0.0; expected a positive number")) {
      try JointDistribution(proportionalTo: [0, 0], shape: [2])
    }
  }
}
