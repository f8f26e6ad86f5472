import Quantification
import Testing

/// Probabilities by the first modality, the second and both, and what that is called.
private struct Case: Sendable {
  let first, second, both: [Double]
  let label: InteractionLabel

  init(_ first: [Double], _ second: [Double], _ both: [Double], _ label: InteractionLabel) {
    (self.first, self.second, self.both, self.label) = (first, second, both, label)
  }
}

private let cases: [Case] = [
  Case([0.6, 0.3, 0.1], [0.6, 0.2, 0.2], [0.9, 0.05, 0.05], InteractionLabel.enhancement),
  Case([0.6, 0.3, 0.1], [0.7, 0.2, 0.1], [0.65, 0.2, 0.15], .equivalence),
  Case([0.8, 0.1, 0.1], [0.8, 0.1, 0.1], [0.5, 0.3, 0.2], .reducingModulation),
  Case([0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.45, 0.4, 0.15], .independence),
  Case([0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.78, 0.12, 0.1], .dominanceOfFirst),
  Case([0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.2, 0.65, 0.15], .dominanceOfSecond),
  Case([0.6, 0.2, 0.2], [0.1, 0.7, 0.2], [0.95, 0.03, 0.02], .enhancingModulation),
  Case([0.9, 0.05, 0.05], [0.1, 0.7, 0.2], [0.7, 0.05, 0.25], .reducingModulation),
  Case([0.8, 0.1, 0.1], [0.1, 0.7, 0.2], [0.1, 0.2, 0.7], .emergence),
  Case([0.8, 0.1, 0.1], [0.7, 0.1, 0.2], [0.1, 0.7, 0.2], .emergence),
]

@Suite struct InteractionLabelTests {
  @Test(arguments: cases) private func labels(_ sample: Case) {
    let (first, second, both, expected) = (sample.first, sample.second, sample.both, sample.label)
    #expect(InteractionLabel(first: first, second: second, both: both) == expected)
    // Seen from the other side only who dominates changes.
    let exchanged = InteractionLabel(first: second, second: first, both: both)
    switch expected {
    case .dominanceOfFirst: #expect(exchanged == .dominanceOfSecond)
    case .dominanceOfSecond: #expect(exchanged == .dominanceOfFirst)
    default: #expect(exchanged == expected)
    }
  }

  @Test func redundancy() {
    #expect(InteractionLabel.allCases.filter(\.isRedundant) == [.enhancement, .equivalence])
    #expect(InteractionLabel.allCases.count == 8)
  }
}
