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
        redundancy: parts[0], unique1: parts[1], unique2: parts[2], synergy: parts[3], entropy: 1) == expected)
    #expect(
      InformationRegime(
        redundancy: parts[0], unique1: parts[2], unique2: parts[1], synergy: parts[3], entropy: 1) == expected)
  }

  /// A copy is redundant in every resample; a mixture of a copy and noise near the border in some.
  @Test func supportByResamples() throws {
    var generator = Numbers(state: 7)
    let labels = (0..<60).map { $0 % 2 }
    let copy = try PartialInformationEstimate(
      observing: (labels, labels), target: labels, unit: .bits, resamples: 50, using: &generator)
    #expect(copy.regime(entropy: 1).regime == .redundant && copy.regime(entropy: 1).support == 1)
    let second = labels.indices.map { $0 < 34 ? labels[$0] : 0 }
    let mixed = try PartialInformationEstimate(
      observing: (labels, second), target: labels, unit: .bits, resamples: 50, using: &generator)
    let named = mixed.regime(entropy: 1)
    let count = mixed.resampled.count { parts in
      InformationRegime(
        redundancy: parts[0], unique1: parts[1], unique2: parts[2], synergy: parts[3], entropy: 1) == named.regime
    }
    #expect(mixed.resampled.count == 50 && named.support == Double(count) / 50)
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
