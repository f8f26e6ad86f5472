import Modalities
import Models

/// A comparison's winner against what single modalities do at their best, on the test samples that have all of them.
struct ContestBoard {
  let winner: ContestSide
  let modalities: [String]
  let judgement: Judgement
  let margin: Double
  /// Of the winner; nil where the targets allow none.
  let winnerP: Double?
  /// The metric that says whether anything was learned: the area under the curve where predictions are all one class.
  let learnedBy: Metric
  let permutations: Int
  let units: (of: [Int], count: Int)
  /// The test samples that the contests are about, where not all of them: the others lack a modality.
  let complete: [Int]?
  /// The winner against the reference that validation prefers, on the samples that lack a modality.
  let incomplete: Contest?
  /// The best additive method by validation, and what the winner has over it.
  let additive: Contest?
  /// What the winner has over its own additive projection.
  let projection: Contest?

  /// Test samples with all modalities below which all samples are taken.
  static let fewest = 20

  /// - Parameters:
  ///   - leaderboard: the comparison's methods.
  ///   - references: of its winner, where they were trained.
  ///   - units: what is known of the test samples.
  ///   - margin: smallest improvement that counts.
  /// - Returns: nil where no method sees several modalities, or none of them alone.
  /// - Throws: `InputError` where a reference was tested on other samples.
  init?(_ leaderboard: Leaderboard, references: References?, units: TestUnits?, margin: Double) throws {
    let metric = leaderboard.metric
    guard let best = leaderboard.bestOnValidation(where: { !$0.isUnimodal }),
      let winner = leaderboard.side(of: best.name)
    else { return nil }
    let known = references.flatMap { $0.winner == best.name ? $0 : nil }
    let field = try Field(leaderboard, known)
    var asked = (known?.modalities ?? best.modalities).compactMap { modality in
      field.best(of: field.sides[modality] ?? []).map { (modality, $0) }
    }
    guard !asked.isEmpty else { return nil }
    if known == nil, asked.count > References.mostModalities {
      asked.sort { metric.improvement(of: $0.1.validationScore, over: $1.1.validationScore) > 0 }
      asked = Array(asked.prefix(2))
    }

    let all = Array(0..<winner.predictions[0].count)
    let split = units?.complete(best.modalities).flatMap { $0.rows.count >= Self.fewest ? $0 : nil }
    let rows = split?.rows ?? all
    let tested = (units ?? TestUnits()).units(of: rows)
    let candidate = try winner.keeping(rows)
    let permutations = Permutations(candidate, rows: rows, of: winner, units: tested)
    let contests = try asked.compactMap { modality, side -> ModalityContest? in
      let reference = try side.keeping(rows)
      guard let contest = Contest(candidate, over: reference, metric, tested) else { return nil }
      let p = permutations.p(of: reference, metric)
      return ModalityContest(
        modality: modality, contest: contest, validationScore: side.validationScore, pNull: p.value,
        pMetric: p.metric == metric ? nil : p.metric.rawValue)
    }
    guard !contests.isEmpty else { return nil }
    let preferred = contests.indices.max {
      metric.improvement(of: contests[$1].validationScore, over: contests[$0].validationScore) > 0
    }!
    (winnerP, learnedBy) = permutations.p(of: candidate, metric)
    self.permutations = permutations.count
    let judged = Judgement(contests, preferred: preferred, candidateP: winnerP, margin: margin)
    judgement = judged
    incomplete = try split.flatMap { split in
      guard split.others.count >= Self.fewest,
        let side = asked.first(where: { $0.0 == judged.preferred.modality })?.1
      else { return nil }
      return Contest(
        try winner.keeping(split.others), over: try side.keeping(split.others), metric,
        (units ?? TestUnits()).units(of: split.others))
    }
    additive = try field.additive(beside: best).flatMap {
      Contest(candidate, over: try $0.keeping(rows), metric, tested)
    }
    projection = try winner.projected(rows).flatMap {
      Contest($0.own, overProjection: $0.projection, metric, tested)
    }
    self.winner = winner
    modalities = best.modalities
    self.margin = margin
    self.units = tested
    complete = split?.rows
  }
}
