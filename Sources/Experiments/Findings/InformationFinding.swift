public import Evaluation
import InformationTheory
public import Modalities
public import Quantification

/// What two sides say about the target, split into redundant, unique and synergistic information.
public struct InformationFinding: Codable, Sendable, Equatable {
  /// The sides: a modality, or several that count as one with `+` between.
  public var first, second: String
  public var redundancy: Estimate
  /// By side.
  public var unique: [String: Estimate]
  public var synergy: Estimate
  public var unit: String
  public var estimator: String
  /// Samples that the parts were read from, and the split they are of; `all` for tables of everything.
  public var samples: Int
  public var split: String
  /// H of the target, all there is to know.
  public var entropy: Double
  public var regime: InformationRegime
  /// The share of resamples that name the same regime; nil where none were kept.
  public var regimeSupport: Double?
  /// Certified duality gap of the minimum.
  public var gap: Double
  /// What classifiers rest on.
  public var quality: LearnedPartialInformation.Quality?
  /// What the data set's manifest states, where it was made to hold known amounts.
  public var stated: InformationContent?

  /// All that both sides say together.
  public var total: Double { redundancy.mean + synergy.mean + unique.values.reduce(0) { $0 + $1.mean } }

  /// The parts in the order in which they are shown, with their names.
  public var parts: [(name: String, value: Estimate)] {
    [("redundant", redundancy)]
      + [first, second].compactMap { side in
        unique[side].map { ("only \(side.replacingOccurrences(of: "+", with: " and "))", $0) }
      }
      + [("synergistic", synergy)]
  }

  init(
    _ estimate: LearnedPartialInformation.Estimate, _ sides: Sides, estimator: String, split: String
  ) {
    func part(_ part: LearnedPartialInformation.Part) -> Estimate {
      Estimate(mean: part.value, ci95: Interval(part.ci95[0], part.ci95[1]))
    }
    (first, second) = (sides.names[0], sides.names[1])
    redundancy = part(estimate.redundancy)
    unique = [first: part(estimate.unique1), second: part(estimate.unique2)]
    synergy = part(estimate.synergy)
    unit = estimate.unit
    self.estimator = estimator
    (samples, self.split, entropy) = (estimate.quality.samples, split, estimate.entropy)
    (regime, regimeSupport) = (estimate.regime, estimate.regimeSupport)
    (gap, quality) = (estimate.quality.gap, estimate.quality)
  }

  init(_ estimate: PartialInformationEstimate, _ sides: Sides, entropy: Double, samples: Int) {
    func part(_ value: Double, _ range: ClosedRange<Double>) -> Estimate {
      Estimate(mean: value, ci95: Interval(range.lowerBound, range.upperBound))
    }
    let value = estimate.value
    (first, second) = (sides.names[0], sides.names[1])
    redundancy = part(value.redundancy, estimate.redundancy)
    unique = [first: part(value.unique1, estimate.unique1), second: part(value.unique2, estimate.unique2)]
    synergy = part(value.synergy, estimate.synergy)
    unit = value.unit.rawValue
    estimator = "exact: BROJA of the table of all samples"
    (self.samples, split, self.entropy, gap) = (samples, "all", entropy, value.gap)
    let named = estimate.regime(entropy: entropy)
    (regime, regimeSupport) = (named.regime, named.support)
  }
}
