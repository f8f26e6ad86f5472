import Analyses
import Evaluation
import Experiments

/// What a comparison claims, in the terms of its calibration: the only place that knows the names of the verdict's parts.
struct Claims: Codable, Sendable, Equatable {
  /// What is said about how much the modalities know.
  struct Information: Codable, Sendable, Equatable {
    var regime: String
    /// Nil where the parts are withheld.
    var redundancy, synergy: InformationPart?
    var unique: [String: InformationPart]?
  }

  var outcome: Outcome
  var claimsInteractions: Bool
  /// Improvement of `fusion` over `reference` with the interval that is judged.
  var difference: Estimate
  /// Whether the interval is meant to hold for other seeds and other test samples; else for these models alone.
  var isCrossed: Bool?
  var margin: Double
  var fusion: String
  var reference: String
  var information: Information?

  /// - Returns: nil where the comparison has no verdict.
  init?(_ result: ExplainedComparison) {
    guard let verdict = result.comparison.verdict else { return nil }
    outcome = verdict.outcome
    claimsInteractions = verdict.interactionsClaimed
    difference = verdict.difference
    isCrossed = verdict.interval.method == .crossed
    margin = verdict.margin
    fusion = verdict.bestFusion
    reference = verdict.reference
    information = result.findings.information.map {
      Information(
        regime: $0.regime.rawValue, redundancy: $0.redundancy, synergy: $0.synergy, unique: $0.unique)
    }
  }

  var halfWidth: Double { (difference.ci95.high - difference.ci95.low) / 2 }
}
