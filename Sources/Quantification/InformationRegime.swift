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
  /// There is too little to name, or not more than chance.
  case nothing

  /// The share of the whole that a part must make up to name the regime: twice as much as the others together.
  public static let share = 2.0 / 3
  /// The share of the target's entropy below which nothing is named.
  public static let least = 0.01

  /// Names the regime of an estimate whose whole is beyond chance; parts below 0 count as 0.
  ///
  /// - Parameters:
  ///   - parts: what the sides say, alone and together.
  ///   - entropy: of the target, in the unit of the parts.
  public init(_ parts: InformationParts, entropy: Double) {
    let kinds = [
      (Self.redundant, max(parts.redundancy, 0)), (.unique, max(parts.unique1, 0) + max(parts.unique2, 0)),
      (.synergistic, max(parts.synergy, 0)),
    ]
    let whole = kinds.reduce(0) { $0 + $1.1 }
    guard whole > 0, whole >= Self.least * entropy else {
      self = .nothing
      return
    }
    self = kinds.first { $0.1 >= Self.share * whole }?.0 ?? .mixed
  }
}

extension PartialInformationEstimate {
  /// The regime of the observations, nothing where chance is not ruled out, and the share of the resamples that name the
  /// same; nil where there are none.
  ///
  /// - Parameter entropy: of the target, in the unit of the parts.
  public func regime(entropy: Double) -> (regime: InformationRegime, support: Double?) {
    guard test?.isSignificant == true else { return (.nothing, nil) }
    let regime = InformationRegime(parts, entropy: entropy)
    guard !resampled.isEmpty, regime != .nothing else { return (regime, nil) }
    let named = resampled.count { InformationRegime($0, entropy: entropy) == regime }
    return (regime, Double(named) / Double(resampled.count))
  }
}
