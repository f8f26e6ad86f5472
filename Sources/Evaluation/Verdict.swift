public import Models

/// The answer of a comparison: did fusing the modalities help, by how much, and how sure is that.
///
/// Differences are improvements: positive when the fusion is better, whichever direction the metric has.
public struct Verdict: Codable, Sendable, Equatable {
  public var outcome: Outcome
  /// The metric of every difference.
  public var metric: Metric
  public var higherIsBetter: Bool
  /// Row with the best validation score among those that saw one modality.
  public var bestUnimodal: String
  /// Row with the best validation score among those that saw several.
  public var bestFusion: String
  /// The modality over which `difference` is told: the one that the fusion gains least over; where fusing hurts or one
  /// modality is enough, the one that validation prefers.
  public var modality: String
  /// The best that was made of that modality alone, by validation.
  public var reference: String
  /// Improvement of `bestFusion` over `reference` on the test samples that have every modality.
  public var difference: Estimate
  /// What the interval of `difference` holds for.
  public var interval: IntervalBasis
  /// The same for every modality that was asked.
  public var perModality: [String: ModalityContest]
  /// Whether the fusion was held against itself on copies and on permuted modalities.
  public var placebo: PlaceboCheck
  public var pNull: PermutationEvidence
  /// Smallest improvement that counts, in the metric's units; a gain has to reach half of it.
  public var margin: Double
  /// What would decide it where it is undecided.
  public var need: Judgement.Need?
  /// Where some test samples lack a modality.
  public var incomplete: IncompleteRows?
  /// Improvement of `bestFusion` over its empirical additive projection on the test split (Hessel & Lee, 2020): what
  /// interactions between the modalities contribute to what this model predicts. `nil` where it was not computed.
  public var emapGap: Estimate?
  /// Whether the projections behind `emapGap` are exact; false where any was estimated from random recombinations of the
  /// samples, because all of them were too many. `nil` where unknown.
  public var emapIsExact: Bool?
  /// Improvement over the best trained additive model, which may also be a placebo.
  public var additive: Contest?
  /// The scale in which `bestFusion` adds its modalities up by construction; `nil` where it does not.
  public var adds: AdditiveScale?
  /// Whether interactions are claimed: the gap and the improvement over the best additive model lie above zero.
  public var interactionsClaimed: Bool
  /// Score of the best constant prediction.
  public var baseline: Double?

  /// - Parameters:
  ///   - leaderboard: the methods.
  ///   - references: what the best fusion was held against beside its rows; `nil` where nothing was trained.
  ///   - units: what is known of the test samples.
  ///   - deviation: of the target in the train split, where it is a number.
  ///   - margin: smallest improvement that counts; by default the metric's.
  /// - Returns: `nil` where no unimodal or no fusion method has a finished trial with a validation score.
  /// - Throws: `InputError` where a reference was tested on other samples.
  public init?(
    _ leaderboard: Leaderboard, references: References? = nil, units: TestUnits? = nil, deviation: Double = 1,
    margin: Double? = nil
  ) throws {
    let metric = leaderboard.metric
    guard let unimodal = leaderboard.bestOnValidation(where: \.isUnimodal),
      let board = try ContestBoard(
        leaderboard, references: references, units: units, margin: margin ?? metric.margin(deviation: deviation))
    else { return nil }
    let judgement = board.judgement
    let told: ModalityContest =
      switch judgement.outcome {
      case .fusionHurts, .oneModalityIsEnough: judgement.preferred
      case .fusionHelps, .nothingLearned, .undecided: judgement.closest
      }
    outcome = judgement.outcome
    self.metric = metric
    higherIsBetter = metric.higherIsBetter
    bestUnimodal = unimodal.name
    bestFusion = board.winner.name
    (modality, reference, difference) = (told.modality, told.contest.reference, told.contest.difference)
    interval = IntervalBasis(told.contest, units: board.units)
    perModality = Dictionary(uniqueKeysWithValues: judgement.contests.map { ($0.modality, $0) })
    placebo = PlaceboCheck(references, of: board.winner.name)
    pNull = PermutationEvidence(fusion: board.winnerP, metric: board.learnedBy, permutations: board.permutations)
    self.margin = board.margin
    need = judgement.need
    incomplete = board.complete.map {
      IncompleteRows(
        complete: $0.count, incomplete: board.winner.targets.count - $0.count,
        difference: board.incomplete?.difference)
    }
    emapGap = board.projection?.difference
    emapIsExact = board.winner.projectionIsExact
    additive = board.additive
    adds = board.winner.adds
    interactionsClaimed =
      board.winner.adds == nil && (emapGap?.ci95.low ?? 0) > 0 && (additive?.difference.ci95.low ?? 0) > 0
    baseline = leaderboard.baseline
  }
}

/// What the interval of a difference holds for, and how it was made.
public struct IntervalBasis: Codable, Sendable, Equatable {
  /// How an interval is made.
  public enum Procedure: String, Codable, Sendable {
    /// Seeds and test units as crossed random effects (``CrossedInterval``).
    case crossed
    /// The spread over test units alone.
    case jackknife
    /// Percentiles over resamples of the test units.
    case bootstrap
  }

  public var target: Contest.Target
  public var method: Procedure
  /// Of a crossed interval.
  public var degreesOfFreedom: Double?
  /// Test units: samples, or groups of them.
  public var units: Int
  /// Whether units are groups.
  public var isGrouped: Bool
  /// The 95 % interval for these trained models alone.
  public var trainedModels: Interval

  init(_ contest: Contest, units: (of: [Int], count: Int)) {
    target = contest.target
    method = contest.crossed != nil ? .crossed : contest.isSmooth ? .jackknife : .bootstrap
    degreesOfFreedom = contest.crossed?.degreesOfFreedom
    self.units = units.count
    isGrouped = units.count < units.of.count
    trainedModels = contest.trainedModels
  }
}

/// Whether the fusion was held against itself with one modality alone.
public struct PlaceboCheck: Codable, Sendable, Equatable {
  /// Placebos that finished, by what sentences call them.
  public var checked: [String]
  /// Why others were not trained, by name.
  public var refused: [String: String]

  init(_ references: References?, of winner: String) {
    (checked, refused) = ([], [:])
    guard let references, references.winner == winner else { return }
    for candidate in references.candidates where candidate.isPlacebo {
      if candidate.records.contains(where: { $0.failure == nil }) {
        checked.append(candidate.name)
      } else if let reason = candidate.refusal ?? candidate.records.lazy.compactMap(\.failure).first {
        refused[candidate.name] = reason
      }
    }
  }
}

/// How the fusion's score compares with scores under permuted targets; those of single modalities are in `perModality`.
public struct PermutationEvidence: Codable, Sendable, Equatable {
  /// `nil` where groups allow no permutation.
  public var fusion: Double?
  /// The metric of the test: the ranking one, or the area under the curve where predictions are all one class.
  public var metric: Metric
  public var permutations: Int
}

/// Test samples that lack a modality: the verdict is about the others.
public struct IncompleteRows: Codable, Sendable, Equatable {
  /// Test samples with every modality of the fusion.
  public var complete: Int
  /// Test samples that lack one.
  public var incomplete: Int
  /// What fusing brings to those that lack one, over the single modality that validation prefers.
  public var difference: Estimate?
}
