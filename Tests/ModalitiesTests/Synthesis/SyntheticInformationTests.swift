import InformationTheory
import Modalities
import Testing

/// Exact partial information of the exact distribution is what was asked for.
@Suite struct SyntheticInformationTests {
  @Test(arguments: [
    [1.0, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [1, 0, 1, 1], [0.4, 0.25, 0.6, 0.3],
  ]) func parts(_ stated: [Double]) throws {
    let made = try SyntheticGenerator(
      redundancy: stated[0], unique: [stated[1], stated[2]], synergy: stated[3], samples: 10)
    let outcomes = made.outcomes()
    let shape = (0..<2).map { modality in (outcomes.map { $0.latents[modality] }.max() ?? 0) + 1 } + [made.classes]
    var table = [Double](repeating: 0, count: shape.reduce(1, *))
    for outcome in outcomes {
      table[(outcome.latents[0] * shape[1] + outcome.latents[1]) * shape[2] + outcome.target] += outcome.probability
    }
    let found = try PartialInformation(JointDistribution(table, shape: shape), unit: .bits)
    let parts = [found.redundancy, found.unique1, found.unique2, found.synergy]
    for (part, expected) in zip(parts, stated) { #expect(abs(part - expected) < 1e-6, "\(parts), \(stated)") }
  }
}
