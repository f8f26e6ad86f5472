import InformationTheory
import Modalities

/// A table of all values of two modalities and the target whose probabilities are known, and with them how much each
/// modality says about the target.
struct KnownTable: Sendable {
  /// Values of the first and the second modality and of the target.
  let shape: [Int]
  /// The probabilities, row-major, from the numbers that fix a data set.
  let probabilities: @Sendable (inout SplitMix64) -> [Double]

  /// What two modalities say about the target, in bits: redundant, unique by modality, synergistic.
  struct Parts: Codable, Sendable, Equatable {
    var redundancy: Double
    var unique: [String: Double]
    var synergy: Double
  }

  /// The true parts by the definition of Bertschinger et al. (2014).
  func parts(_ random: inout SplitMix64, modalities: [String]) throws -> Parts {
    let truth = try PartialInformation(
      JointDistribution(proportionalTo: probabilities(&random), shape: shape), unit: .bits)
    return Parts(
      redundancy: truth.redundancy, unique: [modalities[0]: truth.unique1, modalities[1]: truth.unique2],
      synergy: truth.synergy)
  }
}

extension Kind {
  /// The true parts of the information of a data set; nil where no table is known.
  func trueParts(_ number: Int) throws -> KnownTable.Parts? {
    var random = structure(number)
    return try table?.parts(&random, modalities: population.modalities)
  }
}
