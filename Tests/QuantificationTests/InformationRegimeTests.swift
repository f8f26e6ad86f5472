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
}
