public import Evaluation

/// The answer of a comparison: did fusing the modalities help, by how much, and how sure is that.
///
/// Differences are improvements: positive when the fusion is better, whichever direction the metric has.
public struct Verdict: Codable, Sendable, Equatable {
  /// What the evidence supports.
  public enum Conclusion: String, Codable, Sendable {
    /// The interval of the difference lies above zero and the difference reaches the margin.
    case fusionHelps
    /// The interval includes zero, or the difference stays below the margin.
    case oneModalityIsEnough
    /// The interval lies below zero.
    case fusionHurts
    /// Neither the best unimodal method nor the best fusion is shown to beat a constant answer.
    case nothingLearned
  }

  public var conclusion: Conclusion
  /// The metric of `difference` and `emapGap`.
  public var metric: Metric
  public var higherIsBetter: Bool
  /// Method with the best validation score among those that saw one modality.
  public var bestUnimodal: String
  /// Method with the best validation score among those that saw several.
  public var bestFusion: String
  /// Improvement of `bestFusion` over `bestUnimodal` on the test split.
  public var difference: Estimate
  /// A single modality that does better than `bestUnimodal` on test, though validation preferred the other; `nil` where
  /// none is shown to.
  public var strongerUnimodal: StrongerUnimodal?
  /// Improvement of `bestFusion` over its empirical additive projection on the test split (Hessel & Lee, 2020): what
  /// interactions between the modalities contribute. `nil` where the projection was not computed.
  public var emapGap: Estimate?
  /// Whether the projections behind `emapGap` are exact; false where any was estimated from random recombinations of the
  /// samples, because all of them were too many. `nil` where unknown.
  public var emapIsExact: Bool?
  /// Smallest improvement that counts as a gain, in the metric's units.
  public var margin: Double
  /// Score of the best constant answer.
  public var baseline: Double?
  /// What the best single modality and the others say about the target, alone and only together.
  public var information: InformationFinding?
  /// How the best fusion does without some of its modalities.
  public var missing: MissingFinding?
  /// How much each modality contributes to what the best fusion answers.
  public var importance: ImportanceFinding?
  /// How joint answers relate to those of the sides, sample by sample.
  public var interactions: LabelFinding?
  /// How the best fusion, late fusion and the single modalities fare in white noise.
  public var robustness: RobustnessResult?
  /// Why one of these is not there, by name.
  public var notMeasured: [String: String]?
  /// The verdict in words.
  public var sentence: String

  /// - Parameters:
  ///   - leaderboard: the methods with their intervals.
  ///   - records: the trials behind the leaderboard, for their additive projections.
  ///   - margin: smallest improvement that counts as a gain; by default one point of a share, else one hundredth of the
  ///     best unimodal score.
  /// - Returns: `nil` where no unimodal or no fusion method has a finished trial with a validation score.
  public init?(_ leaderboard: Leaderboard, records: [TrialRecord], margin: Double? = nil) {
    let metric = leaderboard.metric
    guard let unimodal = leaderboard.bestOnValidation(where: \.isUnimodal),
      let fusion = leaderboard.bestOnValidation(where: { !$0.isUnimodal }),
      let unimodalScore = unimodal.metrics[metric.rawValue], let fusionScore = fusion.metrics[metric.rawValue],
      let difference = leaderboard.improvement(of: fusion.name, over: unimodal.name)
    else { return nil }
    let margin = margin ?? (metric.isShare ? 0.01 : 0.01 * abs(unimodalScore.mean))

    func beatsBaseline(_ score: MetricSummary) -> Bool {
      guard let baseline = leaderboard.baseline else { return true }
      return metric.improvement(of: metric.higherIsBetter ? score.ci95.low : score.ci95.high, over: baseline) > 0
    }
    if !beatsBaseline(unimodalScore) && !beatsBaseline(fusionScore) {
      conclusion = .nothingLearned
    } else if difference.ci95.high < 0 {
      conclusion = .fusionHurts
    } else if difference.ci95.low > 0 && difference.mean >= margin {
      conclusion = .fusionHelps
    } else {
      conclusion = .oneModalityIsEnough
    }
    self.metric = metric
    higherIsBetter = metric.higherIsBetter
    bestUnimodal = unimodal.name
    bestFusion = fusion.name
    self.difference = difference
    strongerUnimodal = StrongerUnimodal(leaderboard, than: unimodal.name, below: fusion.name)
    emapGap = Self.emapGap(of: fusion.name, leaderboard, records)
    let exact = records.filter { $0.method == fusion.name && $0.emap != nil }.map(\.emapIsExact)
    emapIsExact =
      emapGap == nil || exact.contains(nil) && !exact.contains(false) ? nil : !exact.contains(false)
    self.margin = margin
    baseline = leaderboard.baseline
    sentence = ""
    sentence = VerdictSentence(self, unimodal: unimodal, fusion: fusion).text.plain
  }

  /// Improvement over the additive projections, averaged over the seeds that have one. The projection is not refitted in
  /// the resamples: it is part of the trial, like the model.
  private static func emapGap(of name: String, _ leaderboard: Leaderboard, _ records: [TrialRecord]) -> Estimate? {
    let metric = leaderboard.metric
    let pairs: [(model: Predictions, projection: Predictions)] = records.compactMap { record in
      guard record.method == name, record.failure == nil, let emap = record.emap,
        let model = try? record.scored(record.predictions, task: leaderboard.task),
        let projection = try? record.scored(emap, task: leaderboard.task),
        projection.count == model.count
      else { return nil }
      return (model, projection)
    }
    guard let bootstrap = leaderboard.bootstrap, !pairs.isEmpty else { return nil }
    func gap(_ indices: [Int]) -> Double? {
      let gaps = pairs.compactMap { pair -> Double? in
        guard let model = pair.model.scores([metric], at: indices)[0],
          let projection = pair.projection.scores([metric], at: indices)[0]
        else { return nil }
        return metric.improvement(of: model, over: projection)
      }
      return gaps.isEmpty ? nil : gaps.reduce(0, +) / Double(gaps.count)
    }
    guard let mean = gap(Array(0..<bootstrap.samples)),
      let interval = Bootstrap.interval(bootstrap.distribution(of: gap))
    else { return nil }
    return Estimate(mean: mean, ci95: interval)
  }
}
