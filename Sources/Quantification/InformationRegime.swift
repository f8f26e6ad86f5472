public import InformationTheory

/// Which kind of information about a target two sides hold for the most part.
public enum InformationRegime: String, Sendable, Codable, CaseIterable {
  /// Both hold it: either would do.
  case redundant
  /// One holds it and the other does not, or each holds its own.
  case unique
  /// Only both together hold it.
  case synergistic
  /// None of the above makes up two thirds.
  case mixed
  /// There is too little to name.
  case nothing

  /// The share of the whole that a part must make up to name the regime: twice as much as the others together.
  public static let share = 2.0 / 3
  /// The share of the target's entropy below which nothing is named.
  public static let least = 0.01

  /// Names the regime of an estimate; parts below 0, which estimates can be, count as 0.
  ///
  /// - Parameters:
  ///   - redundancy: what both sides say.
  ///   - unique1: what only the first says.
  ///   - unique2: what only the second says.
  ///   - synergy: what only both together say.
  ///   - entropy: of the target, in the unit of the parts.
  public init(redundancy: Double, unique1: Double, unique2: Double, synergy: Double, entropy: Double) {
    let parts = [
      (Self.redundant, max(redundancy, 0)), (.unique, max(unique1, 0) + max(unique2, 0)),
      (.synergistic, max(synergy, 0)),
    ]
    let whole = parts.reduce(0) { $0 + $1.1 }
    guard whole > 0, whole >= Self.least * entropy else {
      self = .nothing
      return
    }
    self = parts.first { $0.1 >= Self.share * whole }?.0 ?? .mixed
  }
}

extension PartialInformationEstimate {
  /// The regime of the observations, and the share of the resamples that name the same.
  ///
  /// - Parameter entropy: of the target, in the unit of the parts.
  public func regime(entropy: Double) -> (regime: InformationRegime, support: Double) {
    func named(_ parts: [Double]) -> InformationRegime {
      InformationRegime(redundancy: parts[0], unique1: parts[1], unique2: parts[2], synergy: parts[3], entropy: entropy)
    }
    let regime = named([value.redundancy, value.unique1, value.unique2, value.synergy])
    return (regime, Double(resampled.count { named($0) == regime }) / Double(resampled.count))
  }
}
