public import Evaluation
package import InformationTheory
public import Modalities
public import Quantification

/// A part of the information, `{"mean": …, "ci95": [low, high]}`; without an interval where none is known to hold.
public struct InformationPart: Codable, Sendable, Equatable {
  /// At least 0.
  public var mean: Double
  public var ci95: Interval?

  public init(mean: Double, ci95: Interval? = nil) { (self.mean, self.ci95) = (mean, ci95) }

  package init(_ part: LearnedPartialInformation.Part) {
    self.init(mean: part.value, ci95: part.ci95.map { Interval($0[0], $0[1]) })
  }

  /// The parts of a table in the order R, U₁, U₂, S.
  package static func all(_ estimate: PartialInformationEstimate) -> [InformationPart] {
    estimate.parts.values.enumerated().map { index, value in
      InformationPart(
        mean: value,
        ci95: estimate.intervals.map { Interval($0[index].lowerBound, $0[index].upperBound) })
    }
  }
}

/// What two sources say about the target, split into redundant, unique and synergistic information.
public struct InformationFinding: Codable, Sendable, Equatable {
  /// The sides: a modality, or several that count as one with `+` between.
  public var first, second: String
  /// Nil where parts are withheld.
  public var redundancy: InformationPart?
  /// By side.
  public var unique: [String: InformationPart]?
  public var synergy: InformationPart?
  public var unit: String
  public var estimator: String
  /// Samples that the parts were read from, and the split they are of; `all` for tables of everything.
  public var samples: Int
  public var split: String
  /// Entropy H of the target.
  public var entropy: Double
  /// What a model demonstrably knows, entropy less cross-entropy; nil for tables.
  public var demonstrated: Double?
  public var regime: InformationRegime
  /// The share of resamples that name the same regime; nil where none were kept.
  public var regimeSupport: Double?
  /// Of no information, from targets in random order, and how many orders that were.
  public var pValue: Double?
  public var permutations: Int?
  /// Certified duality gap of the minimum.
  public var gap: Double
  /// What classifiers rest on.
  public var quality: LearnedPartialInformation.Quality?
  /// Why there are no parts.
  public var withheld: String?
  /// What is to be known before the parts are believed.
  public var warnings: [String]?
  /// What the data set's manifest states, where it was made to hold known amounts.
  public var stated: InformationContent?
  private var together: Double?

  private enum CodingKeys: String, CodingKey {
    case first, second, redundancy, unique, synergy, unit, estimator, samples, split, entropy, demonstrated, regime
    case regimeSupport, pValue, permutations, gap, quality, withheld, warnings, stated
    case together = "total"
  }

  /// All that both sides say together.
  public var total: Double { together ?? parts.reduce(0) { $0 + $1.value.mean } }

  /// The parts in the order in which they are shown, with their names; none where they are withheld.
  public var parts: [(name: String, value: InformationPart)] {
    guard let redundancy, let unique, let synergy else { return [] }
    return [("redundant", redundancy)]
      + [first, second].compactMap { side in
        unique[side].map { ("only \(Format.list(side.split(separator: "+").map(String.init)))", $0) }
      }
      + [("synergistic", synergy)]
  }

  package init(
    _ estimate: LearnedPartialInformation.Estimate, _ sides: Sides, estimator: String, split: String
  ) {
    (first, second) = (sides.names[0], sides.names[1])
    if estimate.isDemonstrated {
      redundancy = InformationPart(estimate.redundancy)
      unique = [first: InformationPart(estimate.unique1), second: InformationPart(estimate.unique2)]
      synergy = InformationPart(estimate.synergy)
    }
    unit = estimate.unit
    self.estimator = estimator
    (samples, self.split, entropy) = (estimate.quality.samples, split, estimate.entropy)
    (demonstrated, together) = (estimate.demonstrated, estimate.total)
    (regime, regimeSupport) = (estimate.regime, estimate.regimeSupport)
    (pValue, permutations) = (estimate.pValue, estimate.permutations)
    (gap, quality) = (estimate.quality.gap, estimate.quality)
    (withheld, warnings) = (estimate.withheld, estimate.warnings)
  }

  package init(_ estimate: PartialInformationEstimate, _ sides: Sides, samples: Int) {
    let parts = InformationPart.all(estimate)
    (first, second) = (sides.names[0], sides.names[1])
    (redundancy, synergy) = (parts[0], parts[3])
    unique = [first: parts[1], second: parts[2]]
    unit = estimate.plugIn.unit.rawValue
    estimator = "table of all samples, extrapolated"
    (self.samples, split, self.entropy, gap) = (samples, "all", estimate.entropy, estimate.plugIn.gap)
    together = estimate.parts.total
    let named = estimate.regime(entropy: estimate.entropy)
    (regime, regimeSupport) = (named.regime, named.support)
    (pValue, permutations) = (estimate.test?.pValue, estimate.test?.permutations ?? 0)
  }
}

extension LearnedPartialInformation.Estimate {
  /// Why parts of this are not told; nil where they are.
  package var withheld: String? {
    isDemonstrated
      ? nil
      : "the models demonstrate less than half of what they take themselves to know, so that parts would be parts of "
        + "overconfidence"
  }

  /// What is to be known before the parts are believed; nil where there is nothing.
  package var warnings: [String]? {
    var warnings: [String] = []
    if quality.jointKnowsLess {
      warnings.append(
        "the model of both sources knows less than those of the single sources need together: synergy could not be seen, and "
          + "the other parts are scaled down to what it knows")
    }
    if let groups = quality.classGroups, let lost = quality.classMergingLoss {
      warnings.append(
        "the parts are about \(groups) groups of like classes; telling the classes of a group apart is "
          + "\(Format.decimals(lost, 2)) \(unit) more")
    }
    return warnings.isEmpty ? nil : warnings
  }
}
