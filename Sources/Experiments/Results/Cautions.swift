import Foundation

/// What a reader should know before believing a verdict, in sentences; empty where nothing stands out.
struct Cautions {
  private let dataset: DatasetSummary
  private let methods: [MethodResult]
  private let verdict: Verdict?

  init(_ dataset: DatasetSummary, _ methods: [MethodResult], _ verdict: Verdict? = nil) {
    self.dataset = dataset
    self.methods = methods
    self.verdict = verdict
  }

  var sentences: [String] {
    [imbalance, absent, validation, faultless, widthless, seeds, groups, untested, collapse].compactMap { $0 }
  }

  /// Most samples are of one class, and the metric hardly sees the others.
  private var imbalance: String? {
    guard let majority = dataset.majorityClass, majority.share > 0.8, majority.share < 1,
      [.accuracy, .weightedF1].contains(dataset.metric)
    else { return nil }
    let share = Format.decimals(100 * majority.share, 1)
    let better =
      dataset.classes.count == 2 ? "metric: auroc or averagePrecision" : "metric: balancedAccuracy or macroF1"
    return
      "\(share) % of the test samples are of class \(majority.name): \(dataset.metric.label) hardly shows what is "
      + "learned of the others; \(better) in dataset.yaml does."
  }

  /// Modalities that a split lacks: what was chosen or measured there says nothing about them.
  private var absent: String? {
    let lacking = dataset.modalities.filter { $0.value.absentFrom != nil }.sorted { $0.key < $1.key }
    guard !lacking.isEmpty else { return nil }
    let parts = lacking.map { "\($0.key) is in no row of \(VerdictSentence.list($0.value.absentFrom!))" }
    return parts.joined(separator: "; ") + ": what is chosen or measured there says nothing about "
      + "\(lacking.count == 1 ? "it" : "them")."
  }

  /// A modality that the best fusion does as well without, though it says much alone: it has collapsed (Wu et al., 2022).
  ///
  /// Its conditional utilisation rate is below a fiftieth, that of another is five times as large and above a fiftieth, and
  /// its own unimodal method beats the constant answer with the whole interval.
  private var collapse: String? {
    guard let verdict,
      let fusion = methods.first(where: { $0.name == verdict.bestFusion }), let used = fusion.utilization,
      let most = used.max(by: { $0.value < $1.value }), most.value > UtilizationAnalysis.neglect
    else { return nil }
    let metric = dataset.metric
    let collapsed = used.filter { name, rate in
      guard dataset.modalities[name]?.absentFrom == nil, rate < UtilizationAnalysis.neglect,
        5 * max(rate, 0) < most.value,
        let alone = methods.filter({ $0.modalities == [name] }).compactMap({ $0.metrics[metric.rawValue] })
          .max(by: { metric.improvement(of: $1.mean, over: $0.mean) > 0 })
      else { return false }
      guard let baseline = verdict.baseline else { return verdict.perModality[name]?.pNull.map { $0 < 0.025 } ?? false }
      return metric.improvement(of: metric.higherIsBetter ? alone.ci95.low : alone.ci95.high, over: baseline) > 0
    }.keys.sorted()
    guard !collapsed.isEmpty else { return nil }
    func percent(_ name: String) -> String { Format.decimals(100 * (used[name] ?? 0), 1) + " %" }
    return "\(fusion.name) hardly uses \(VerdictSentence.list(collapsed)): without "
      + "\(collapsed.count == 1 ? "it" : "each of them") the validation \(metric.label) changes by "
      + "\(collapsed.map(percent).joined(separator: ", ")) of itself, without \(most.key) by \(percent(most.key)). "
      + "Either \(most.key) says the same, or training neglected the weaker one; --balance conditional, blending or "
      + "impartial shows which."
  }

  /// A validation score far from the test score: the splits are not alike, so selection on validation says little.
  ///
  /// Shares only: the difference must exceed five points and four standard errors. That of the test score is the bootstrap's,
  /// at least that of a binomial share; on so many samples of validation it would be larger or smaller by the root of their
  /// ratio.
  private var validation: String? {
    let metric = dataset.metric
    guard metric.isShare, let test = dataset.samples["test"], let held = dataset.samples["validation"] else {
      return nil
    }
    let odd = methods.compactMap { method -> (name: String, gap: Double, text: String)? in
      guard let validation = method.validationScore, let summary = method.metrics[metric.rawValue] else { return nil }
      let score = summary.mean
      let deviation = (summary.ci95.high - summary.ci95.low) / (2 * 1.96)
      func variance(_ share: Double, _ samples: Int) -> Double {
        max(
          binomialVariance(of: share, samples: samples), deviation * deviation * Double(test) / Double(max(1, samples)))
      }
      let error = (variance(validation, held) + variance(score, test)).squareRoot()
      let gap = abs(validation - score)
      guard gap > 0.05, gap > 4 * error else { return nil }
      let text = "\(Format.score(validation, metric)) on validation, \(Format.score(score, metric)) on test"
      return (method.name, gap, text)
    }
    guard let worst = odd.max(by: { $0.gap < $1.gap }) else { return nil }
    return "The validation split is not like the test split: \(worst.name) reaches \(worst.text)"
      + (odd.count > 1 ? " (and \(odd.count - 1) other methods differ alike)" : "")
      + "; choosing methods and epochs on it says little. Do the splits hold different groups, or were features fitted on "
      + "the training labels?"
  }

  /// Of a share, as if one sample more had been right and one wrong (Agresti & Coull, 1998): none or all of few samples is
  /// no certainty.
  private func binomialVariance(of share: Double, samples: Int) -> Double {
    let smoothed = (share * Double(samples) + 1) / Double(samples + 2)
    return smoothed * (1 - smoothed) / Double(max(samples, 1))
  }

  /// What groups leave open.
  private var groups: String? {
    guard let groups = dataset.units?.groups else { return nil }
    if Set(groups).count == 1 {
      return
        "All test samples are of one group: intervals take samples as independent, and nothing is known about other "
        + "groups."
    }
    guard verdict?.pNull.fusion == nil, verdict != nil, !hasOneClass else { return nil }
    return "The groups of the test split leave nothing to exchange: whether anything was learned was not tested."
  }

  private var hasOneClass: Bool { dataset.majorityClass?.share == 1 }

  /// Test targets that cannot be put into other orders.
  private var untested: String? {
    if hasOneClass, let majority = dataset.majorityClass {
      return "All test samples are of class \(majority.name): nothing here shows whether classes are told apart."
    }
    guard verdict != nil, verdict?.pNull.fusion == nil, dataset.units?.groups == nil else { return nil }
    return "The test targets are too few or too much alike to be shuffled: whether anything was learned was not tested."
  }

  /// An interval without width is no certainty: every resample of these samples is alike.
  private var widthless: String? {
    guard let verdict, verdict.difference.ci95.low == verdict.difference.ci95.high else { return nil }
    return "The interval of the difference has no width: on these test samples \(verdict.bestFusion) and "
      + "\(verdict.reference) never differ in what \(verdict.metric.label) counts, which says little about others."
  }

  /// No mistake in any seed: every resample of the test samples is without mistakes, too, which says nothing about others.
  ///
  /// The bound is that of the exact binomial interval at no event (Clopper & Pearson, 1934): 1 − .025^(1/n).
  private var faultless: String? {
    guard dataset.metric == .accuracy, let test = dataset.samples["test"], test > 0 else { return nil }
    let names = methods.filter { $0.metrics[dataset.metric.rawValue]?.mean == 1 }.map(\.name)
    guard !names.isEmpty else { return nil }
    let bound = 100 * (1 - pow(0.025, 1 / Double(test)))
    return "\(VerdictSentence.list(names)) \(names.count == 1 ? "makes" : "make") no mistake on the \(test) test "
      + "samples, so \(names.count == 1 ? "its interval has" : "their intervals have") no width; up to "
      + "\(Format.decimals(bound, 1)) % of mistakes could go unseen in so many."
  }

  private var seeds: String? {
    let most = methods.flatMap { $0.metrics.values.map(\.perSeed.count) }.max() ?? 0
    // Methods that give the same model whatever the seed have one, too.
    guard most == 1, verdict?.interval.target != .thisTrainingSet else { return nil }
    return "One seed only: the spread between trainings is not known, and the intervals do not hold it."
  }
}
