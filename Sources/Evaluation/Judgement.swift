/// What a comparison supports.
public enum Outcome: String, Codable, Sendable, CaseIterable {
  /// Neither the fusion nor a single modality is shown to know anything of the target.
  case nothingLearned
  /// The fusion is worse than the single modality that validation prefers.
  case fusionHurts
  /// The fusion is better than every single modality, by at least half the margin.
  case fusionHelps
  /// What fusing brings is shown to be less than the margin.
  case oneModalityIsEnough
  /// None of these is shown.
  case undecided
}

/// A fusion against what one modality does at its best.
public struct ModalityContest: Codable, Sendable, Equatable {
  public var modality: String
  public var contest: Contest
  /// Validation score of the reference.
  public var validationScore: Double
  /// Of the reference's predictions under permuted targets; `nil` where the targets allow none.
  public var pNull: Double?
  /// The metric of `pNull` where it is not the one that ranks.
  public var pMetric: String?

  public init(modality: String, contest: Contest, validationScore: Double, pNull: Double?, pMetric: String? = nil) {
    self.pMetric = pMetric
    self.modality = modality
    self.contest = contest
    self.validationScore = validationScore
    self.pNull = pNull
  }
}

/// The rule by which a comparison is decided, in the order of its questions.
public struct Judgement: Sendable, Equatable {
  /// One to every modality that was asked.
  public let contests: [ModalityContest]
  /// The modality whose reference validation prefers.
  public let preferred: ModalityContest
  /// The modality over which the fusion gains least.
  public let closest: ModalityContest
  public let outcome: Outcome
  /// For an undecided outcome.
  public let need: Need?

  /// What would decide an undecided comparison, other things equal.
  public enum Need: Codable, Sendable, Equatable {
    /// So many test units.
    case units(Int)
    /// Seeds: the spread between trainings alone is too large.
    case seeds
  }

  /// The level of a permutation p below which something was learned: two-sided .05, as the intervals have it.
  public static let learned = 0.025

  /// - Parameters:
  ///   - contests: at least one.
  ///   - preferred: index of the one whose reference has the best validation score.
  ///   - candidateP: of the fusion's predictions under permuted targets; `nil` where the targets allow none: then neither
  ///     that nothing was learned nor that one modality is enough can be said.
  ///   - margin: smallest improvement that counts, above 0.
  public init(_ contests: [ModalityContest], preferred: Int, candidateP: Double?, margin: Double) {
    precondition(margin > 0, "a margin of \(margin)")
    let chosen = contests[preferred]
    let least = contests.min { $0.contest.difference.mean < $1.contest.difference.mean }!
    self.contests = contests
    self.preferred = chosen
    closest = least
    func isLearned(_ p: Double?, of tests: Int = 1) -> Bool { p.map { $0 < Self.learned / Double(tests) } ?? true }
    // Of several modalities one may seem to know something by chance: the level is shared out (Bonferroni).
    let someModality = contests.contains { isLearned($0.pNull, of: contests.count) }
    let helps = contests.allSatisfy {
      $0.contest.difference.ci95.low > 0 && $0.contest.difference.mean >= margin / 2
    }
    if !isLearned(candidateP), !someModality {
      outcome = .nothingLearned
    } else if chosen.contest.difference.ci95.high < 0 {
      outcome = .fusionHurts
    } else if helps, isLearned(candidateP) {
      outcome = .fusionHelps
    } else if chosen.contest.ci90.high < margin, chosen.pNull != nil, isLearned(chosen.pNull) {
      outcome = .oneModalityIsEnough
    } else {
      outcome = .undecided
    }
    need = outcome == .undecided ? Self.need(chosen.contest, least.contest, margin) : nil
  }

  /// The fewest units at which the gain would be shown, or the modality to be enough, if the differences stayed as they are.
  private static func need(_ preferred: Contest, _ closest: Contest, _ margin: Double) -> Need? {
    guard let least = closest.crossed, let chosen = preferred.crossed else { return nil }
    var needed: [Int?] = []
    if closest.difference.mean >= margin / 2 { needed.append(least.unitsNeeded(forHalfWidth: closest.difference.mean)) }
    if preferred.difference.mean < margin {
      needed.append(chosen.unitsNeeded(forHalfWidth: margin - preferred.difference.mean, level: 0.9))
    }
    return needed.compactMap { $0 }.min().map { .units($0) } ?? .seeds
  }
}
