import Foundation
public import Models

/// What a reader should know before believing a verdict.
public enum Caution: Sendable, Equatable {
  /// Most test samples are of one class, and the metric hardly sees the others.
  case imbalance(DatasetSummary.ClassShare, classes: Int, metric: Metric)
  /// Modalities of which a split has no sample, with these splits: what was chosen or measured there says nothing about
  /// them.
  case absent([String: [String]])
  /// A validation score far from the test score: the splits are not alike, so selection on validation says little.
  case splitsDiffer(method: String, validation: Double, test: Double, others: Int, metric: Metric)
  /// No mistake in any seed on so many test samples, among which a share up to `bound` of mistakes could go unseen.
  case faultless(methods: [String], samples: Int, bound: Double)
  /// An interval without width is no certainty: every resample of these samples is alike.
  case widthless(fusion: String, reference: String, metric: Metric)
  /// The spread between trainings is not known.
  case oneSeed
  /// All test samples are of one group.
  case oneGroup
  /// The groups of the test split leave nothing to exchange.
  case untestedGroups
  /// All test samples are of this class.
  case oneClass(String)
  /// Test targets that cannot be put into other orders.
  case untestedTargets
  /// Modalities that the fusion does as well without, with their rates of use, and the modality that it uses most.
  case collapse(fusion: String, rates: [String: Double], most: String, rate: Double, metric: Metric)
  /// Trainings that the time given did not reach.
  case unstarted(Comparison.Unstarted)
}

extension Comparison {
  /// What a reader should know before believing the verdict; empty where nothing stands out.
  public var cautions: [Caution] {
    Cautions(dataset, methods, verdict).all + (unstarted.map { [.unstarted($0)] } ?? [])
  }
}

/// The rules by which cautions are found.
struct Cautions {
  private let dataset: DatasetSummary
  private let methods: [MethodResult]
  private let verdict: Verdict?

  init(_ dataset: DatasetSummary, _ methods: [MethodResult], _ verdict: Verdict? = nil) {
    self.dataset = dataset
    self.methods = methods
    self.verdict = verdict
  }

  var all: [Caution] {
    [imbalance, absent, validation, faultless, widthless, seeds, groups, untested, collapse].compactMap { $0 }
  }

  private var imbalance: Caution? {
    guard let majority = dataset.majorityClass, majority.share > 0.8, majority.share < 1,
      [.accuracy, .weightedF1].contains(dataset.metric)
    else { return nil }
    return .imbalance(majority, classes: dataset.classes.count, metric: dataset.metric)
  }

  private var absent: Caution? {
    let lacking = dataset.modalities.compactMapValues(\.absentFrom)
    return lacking.isEmpty ? nil : .absent(lacking)
  }

  /// A modality that the best fusion does as well without, though it says much alone: it has collapsed (Wu et al., 2022).
  ///
  /// Its conditional utilisation rate is below a fiftieth, that of another is five times as large and above a fiftieth, and
  /// its own unimodal method beats the constant answer with the whole interval.
  private var collapse: Caution? {
    guard let verdict,
      let fusion = methods.first(where: { $0.name == verdict.bestFusion }), let used = fusion.utilization,
      let most = used.max(by: { $0.value < $1.value }), most.value > UtilizationCurves.neglect
    else { return nil }
    let metric = dataset.metric
    let collapsed = used.filter { name, rate in
      guard dataset.modalities[name]?.absentFrom == nil, rate < UtilizationCurves.neglect,
        5 * max(rate, 0) < most.value,
        let alone = methods.filter({ $0.modalities == [name] }).compactMap({ $0.metrics[metric.rawValue] })
          .max(by: { metric.improvement(of: $1.mean, over: $0.mean) > 0 })
      else { return false }
      guard let baseline = verdict.baseline else { return verdict.perModality[name]?.pNull.map { $0 < 0.025 } ?? false }
      return metric.improvement(of: metric.higherIsBetter ? alone.ci95.low : alone.ci95.high, over: baseline) > 0
    }
    guard !collapsed.isEmpty else { return nil }
    return .collapse(
      fusion: fusion.name, rates: collapsed, most: most.key, rate: most.value,
      metric: metric)
  }

  /// A validation score far from the test score: the splits are not alike, so selection on validation says little.
  ///
  /// Shares only: the difference must exceed five points and four standard errors. That of the test score is the bootstrap's,
  /// at least that of a binomial share; on so many samples of validation it would be larger or smaller by the root of their
  /// ratio.
  private var validation: Caution? {
    let metric = dataset.metric
    guard metric.isShare, let test = dataset.samples["test"], let held = dataset.samples["validation"] else {
      return nil
    }
    let odd = methods.compactMap { method -> (name: String, gap: Double, validation: Double, test: Double)? in
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
      return (method.name, gap, validation, score)
    }
    guard let worst = odd.max(by: { $0.gap < $1.gap }) else { return nil }
    return .splitsDiffer(
      method: worst.name, validation: worst.validation, test: worst.test, others: odd.count - 1, metric: metric)
  }

  /// Of a share, as if one sample more had been right and one wrong (Agresti & Coull, 1998): none or all of few samples is
  /// no certainty.
  private func binomialVariance(of share: Double, samples: Int) -> Double {
    let smoothed = (share * Double(samples) + 1) / Double(samples + 2)
    return smoothed * (1 - smoothed) / Double(max(samples, 1))
  }

  /// What groups leave open.
  private var groups: Caution? {
    guard let groups = dataset.units?.groups else { return nil }
    if Set(groups).count == 1 { return .oneGroup }
    return verdict?.pNull.fusion == nil && verdict != nil && !hasOneClass ? .untestedGroups : nil
  }

  private var hasOneClass: Bool { dataset.majorityClass?.share == 1 }

  private var untested: Caution? {
    if hasOneClass, let majority = dataset.majorityClass { return .oneClass(majority.name) }
    return verdict != nil && verdict?.pNull.fusion == nil && dataset.units?.groups == nil ? .untestedTargets : nil
  }

  private var widthless: Caution? {
    guard let verdict, verdict.difference.ci95.low == verdict.difference.ci95.high else { return nil }
    return .widthless(fusion: verdict.bestFusion, reference: verdict.reference, metric: verdict.metric)
  }

  /// The bound is that of the exact binomial interval at no event (Clopper & Pearson, 1934): 1 − .025^(1/n).
  private var faultless: Caution? {
    guard dataset.metric == .accuracy, let test = dataset.samples["test"], test > 0 else { return nil }
    let names = methods.filter { $0.metrics[dataset.metric.rawValue]?.mean == 1 }.map(\.name)
    guard !names.isEmpty else { return nil }
    return .faultless(methods: names, samples: test, bound: 1 - pow(0.025, 1 / Double(test)))
  }

  private var seeds: Caution? {
    let most = methods.flatMap { $0.metrics.values.map(\.perSeed.count) }.max() ?? 0
    // Methods that give the same model whatever the seed have one, too.
    return most == 1 && verdict?.interval.target != .thisTrainingSet ? .oneSeed : nil
  }
}
