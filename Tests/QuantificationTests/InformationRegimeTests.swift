import InformationTheory
import Quantification
import Testing

@Suite struct InformationRegimeTests {
  @Test(arguments: [
    ([1.0, 0, 0, 0], InformationRegime.redundant), ([0, 0.9, 0, 0.1], .unique), ([0, 0.5, 0.5, 0], .unique),
    ([0.1, 0, 0, 0.9], .synergistic), ([1, 0, 1, 1], .mixed), ([0.66, 0, 0, 0.34], .mixed),
    ([0.67, 0, 0, 0.33], .redundant), ([1, 0, 0, -0.4], .redundant), ([0, 0, 0, 0], .nothing),
    ([0.004, 0, 0, 0.004], .nothing), ([-0.1, -0.2, 0, 0], .nothing),
  ]) func named(parts: [Double], expected: InformationRegime) {
    #expect(
      InformationRegime(
        InformationParts(redundancy: parts[0], unique1: parts[1], unique2: parts[2], synergy: parts[3]), entropy: 1)
        == expected)
    #expect(
      InformationRegime(
        InformationParts(redundancy: parts[0], unique1: parts[2], unique2: parts[1], synergy: parts[3]), entropy: 1)
        == expected)
  }

  /// A copy is redundant in every resample; a mixture of a copy and noise near the border in some.
  @Test func supportByResamples() throws {
    var generator = Numbers(state: 7)
    let labels = (0..<80).map { $0 % 2 }
    let copy = try PartialInformationEstimate(
      observing: (labels, labels), target: labels, unit: .bits, resamples: 50, using: &generator)
    #expect(copy.regime(entropy: 1).regime == .redundant && copy.regime(entropy: 1).support == 1)
    let second = labels.indices.map { $0 < 44 ? labels[$0] : 0 }
    let mixed = try PartialInformationEstimate(
      observing: (labels, second), target: labels, unit: .bits, resamples: 50, using: &generator)
    let named = mixed.regime(entropy: 1)
    let count = mixed.resampled.count { InformationRegime($0, entropy: 1) == named.regime }
    #expect(mixed.resampled.count == 50 && named.support == Double(count) / 50)
  }

  /// Tables of 60 cells of nothing, as many as a suite has time for: no regime, whatever the frequencies seem to say.
  @Test func noiseHasNoRegime() throws {
    var generator = Numbers(state: 11)
    var named = 0
    for _ in 0..<30 {
      func draws(_ values: Int) -> [Int] { (0..<900).map { _ in Int.random(in: 0..<values, using: &generator) } }
      let target = draws(3)
      let estimate = try PartialInformationEstimate(
        observing: (draws(5), draws(6)), target: target, unit: .bits, resamples: 0, permutations: 79, using: &generator)
      if estimate.regime(entropy: 1.585).regime != .nothing { named += 1 }
    }
    #expect(named <= 3, "5 % of 30, or a little more")
  }
}

/// A generator of the same numbers everywhere.
private struct Numbers: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
