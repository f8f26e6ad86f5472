/// What two sources say about a target: redundant, unique and synergistic information.
public struct InformationParts: Sendable, Equatable {
  /// What both say; what only the first and only the second says; what only both together say.
  public var redundancy, unique1, unique2, synergy: Double

  public init(redundancy: Double, unique1: Double, unique2: Double, synergy: Double) {
    (self.redundancy, self.unique1, self.unique2, self.synergy) = (redundancy, unique1, unique2, synergy)
  }

  public init(_ information: PartialInformation) {
    self.init(
      redundancy: information.redundancy, unique1: information.unique1, unique2: information.unique2,
      synergy: information.synergy)
  }

  /// R, U₁, U₂, S.
  init(_ values: [Double]) {
    self.init(redundancy: values[0], unique1: values[1], unique2: values[2], synergy: values[3])
  }

  /// R, U₁, U₂, S.
  public var values: [Double] { [redundancy, unique1, unique2, synergy] }

  /// What both sources say together.
  public var total: Double { redundancy + unique1 + unique2 + synergy }

  /// The parts that an estimate stands for: none below 0, all scaled to the estimate's total, which is no less than 0.
  ///
  /// Parts of a distribution are never negative; those of an estimate are where its error is larger than they are.
  public var admissible: InformationParts {
    let clipped = values.map { max(0, $0) }
    let (sum, total) = (clipped.reduce(0, +), max(0, total))
    return InformationParts(clipped.map { sum > 0 ? $0 * total / sum : 0 })
  }

  /// The same, together no more than the target's entropy.
  ///
  /// - Parameter most: the entropy of the target.
  func admissible(below most: Double) -> InformationParts {
    let parts = admissible
    return parts.total > most ? parts * (most / parts.total) : parts
  }

  /// Each part in `unit` instead of nats.
  func converted(to unit: InformationUnit) -> InformationParts {
    InformationParts(values.map { unit.value(ofNats: $0) })
  }

  static let zero = InformationParts([0, 0, 0, 0])
  static func + (one: Self, other: Self) -> Self { Self(zip(one.values, other.values).map { $0 + $1 }) }
  static func - (one: Self, other: Self) -> Self { Self(zip(one.values, other.values).map { $0 - $1 }) }
  static func * (one: Self, factor: Double) -> Self { Self(one.values.map { $0 * factor }) }

  static func mean(_ all: [Self]) -> Self { all.reduce(.zero, +) * (1 / Double(max(all.count, 1))) }
}
