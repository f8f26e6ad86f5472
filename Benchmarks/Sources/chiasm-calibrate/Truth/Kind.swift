import Modalities

/// A kind of data set with what is true of all of its members.
struct Kind: Sendable {
  /// What a comparison ought to find.
  enum Truth: String, Codable, Sendable {
    /// No modality says anything about the target.
    case noise
    /// One modality says all there is to know: fusing has nothing to gain, and nothing interacts.
    case redundant
    /// As `redundant`, with so many test samples that one modality can be shown to be enough.
    case enough
    /// Every modality adds something of its own, and nothing interacts.
    case additive
    /// A modality adds something only together with another.
    case interacting
    /// Modalities depend on each other and both say something; nothing interacts.
    case dependent
  }

  let name: String
  let truth: Truth
  /// In a few words, for the table.
  let about: String
  let population: Population
  /// Samples of train, validation and test split.
  var sizes = [300, 100, 200]
  var seeds = 3
  /// Whether the seeds' and samples' true mean is estimated by further trainings.
  var measuresCoverage = false
  /// Whether the table of all values is known, so that the parts of the information are.
  var table: KnownTable?

  /// Whether nothing is to be gained.
  var isNull: Bool { truth == .noise || truth == .redundant || truth == .enough }

  static let all = noise + redundant + gains

  static func named(_ name: String) -> Kind? { all.first { $0.name == name } }

  /// Where the numbers of its data sets begin, so that no two kinds share random numbers (FNV-1a of the name).
  private var offset: Int {
    let hash = name.utf8.reduce(0xcbf2_9ce4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    return Int(hash >> 20)
  }

  /// - Parameters:
  ///   - number: from 0; the same number is the same data set.
  ///   - fresh: whether the test samples are others than those that a comparison sees.
  ///   - testSamples: nil: as many as a comparison sees.
  func dataset(_ number: Int, fresh: Bool = false, testSamples: Int? = nil) -> Dataset {
    population.dataset(
      name, number: offset + number, sizes: [sizes[0], sizes[1], testSamples ?? sizes[2]], fresh: fresh)
  }

  /// The numbers that fix what all samples of a data set share.
  func structure(_ number: Int) -> SplitMix64 { Population.structure(offset + number) }
}
