public import Modalities
public import Models
import Tensors

/// Trials of several methods as one table: means, spreads over seeds, and paired bootstrap intervals over test samples.
///
/// ```swift
/// let leaderboard = try Leaderboard(records, task: .classification, metric: .accuracy)
/// leaderboard.methods[0].metrics["accuracy"]?.ci95
/// ```
public struct Leaderboard: Sendable {
  public let task: TaskKind
  /// The metric that ranks.
  public let metric: Metric
  /// Best first by the mean of `metric` on the test split; methods without a finished trial last.
  public let methods: [MethodResult]
  /// Score by `metric` of the best constant answer (the most frequent class, the mean or the median target): what can be
  /// had without looking. `nil` where a constant answer has no meaningful score.
  public let baseline: Double?
  private var trials: [String: MethodTrials]

  /// - Parameters:
  ///   - records: trials of any number of methods and seeds; a method's trials share its options.
  ///   - task: of the data set.
  ///   - metric: that ranks.
  ///   - resamples: bootstrap resamples behind the metric that ranks; the intervals of the others rest on the first
  ///     quarter of them, since areas under curves over thousands of resamples take longer than all of the verdict.
  ///   - seed: of the bootstrap.
  ///   - groups: the group of every test sample; its samples are drawn together.
  /// - Throws: `InputError` when two trials were not tested on the same samples.
  public init(
    _ records: [TrialRecord], task: TaskKind, metric: Metric, resamples: Int = 2000, seed: UInt64 = 0,
    groups: [Int]? = nil
  ) throws {
    let methods = try MethodTrials.grouped(records, task: task, metric: metric)
    let classes = methods.lazy.flatMap(\.finished).first?.record.predictions.first?.count ?? 0
    let metrics = Metric.reported(for: task, main: metric, classes: classes)
    self.task = task
    self.metric = metric
    trials = Dictionary(uniqueKeysWithValues: methods.map { ($0.name, $0) })

    guard let tested = methods.lazy.flatMap(\.finished).first else {
      baseline = nil
      self.methods = methods.map { $0.result(metrics: [:], metric: metric) }
      return
    }
    let bootstrap = Bootstrap(
      samples: tested.predictions.count, groups: groups, resamples: resamples, seed: seed)
    // Every method draws the same resamples.
    let samples = parallelMap(methods.count) { methods[$0].distributions(of: metrics, ranking: metric, bootstrap) }
    let results = zip(methods, samples).map { trials, samples in
      var summaries = [String: MetricSummary]()
      for (metric, distribution) in samples {
        summaries[metric.rawValue] = trials.summary(of: metric, distribution: distribution)
      }
      return trials.result(metrics: summaries, metric: metric)
    }
    self.baseline = try Self.constantScore(of: tested.record, task: task, metric: metric)
    self.methods = results.sorted { first, second in
      switch (first.metrics[metric.rawValue]?.mean, second.metrics[metric.rawValue]?.mean) {
      case (let first?, let second?) where first != second: metric.improvement(of: first, over: second) > 0
      case (.some, nil): true
      case (nil, .some): false
      default: (first.parameters, first.name) < (second.parameters, second.name)
      }
    }
  }

  public subscript(name: String) -> MethodResult? { methods.first { $0.name == name } }

  /// A method, ready to be held against another; `nil` where none of its trials finished with a validation score.
  func side(of name: String) -> ContestSide? {
    trials[name].flatMap { ContestSide(nil, $0, task: task, metric: metric) }
  }

  /// The scale in which a row adds its modalities up by construction; nil where it does not, or did not finish.
  package func adds(_ name: String) -> AdditiveScale? { side(of: name)?.adds }

  /// The same with the additive projections that were made of some trials since; scores and intervals know nothing of them.
  package mutating func add(projectionsOf records: [TrialRecord]) throws {
    for method in try MethodTrials.grouped(records, task: task, metric: metric) where trials[method.name] != nil {
      trials[method.name] = method
    }
  }

  /// What one row has over another on all test samples, paired sample by sample; nil where one did not finish or the metric
  /// is undefined.
  ///
  /// - Parameters:
  ///   - candidate: a row of this leaderboard.
  ///   - reference: a row.
  ///   - others: the leaderboard of the reference; nil for this one. One of other test samples or of another metric gives
  ///     nil.
  ///   - units: what is known of the test samples.
  public func contest(
    _ candidate: String, over reference: String, of others: Leaderboard? = nil, units: TestUnits? = nil
  ) -> Contest? {
    guard let one = side(of: candidate), let other = (others ?? self).side(of: reference),
      others == nil || others?.metric == metric, one.records[0].ids == other.records[0].ids,
      one.records[0].targets == other.records[0].targets
    else { return nil }
    return Contest(one, over: other, metric, (units ?? TestUnits()).units(of: Array(0..<one.predictions[0].count)))
  }

  /// Trials of one method that are no row; `nil` where there are none.
  /// - Throws: `InputError` when they were tested on other samples than the rows.
  func grouped(_ records: [TrialRecord]) throws -> MethodTrials? {
    guard let first = records.first(where: { $0.failure == nil }) else { return nil }
    if let row = trials.values.lazy.flatMap(\.finished).first?.record,
      row.ids != first.ids || row.targets != first.targets
    {
      throw InputError(
        at: "\(first.method), seed \(first.seed)",
        "tested on other samples than \(row.method), seed \(row.seed); run both on the same data set")
    }
    return try MethodTrials.grouped(records, task: task, metric: metric).first
  }

  /// The candidate with the best validation score; ties go to fewer parameters, then to the name.
  public func bestOnValidation(where isCandidate: (MethodResult) -> Bool) -> MethodResult? {
    let candidates = methods.filter { isCandidate($0) && $0.validationScore != nil && !$0.metrics.isEmpty }
    return candidates.min { first, second in
      guard let firstScore = first.validationScore, let secondScore = second.validationScore,
        firstScore != secondScore
      else { return (first.parameters, first.name) < (second.parameters, second.name) }
      return metric.improvement(of: firstScore, over: secondScore) > 0
    }
  }

  /// Modalities in the order of the best validation score of a method that sees each alone.
  package var singles: [String] {
    let names = Set(methods.filter(\.isUnimodal).flatMap(\.modalities)).sorted()
    let best = names.compactMap { name in
      bestOnValidation { $0.modalities == [name] }.flatMap { $0.validationScore }.map { (name, $0) }
    }
    return best.sorted { metric.improvement(of: $0.1, over: $1.1) > 0 }.map(\.0)
  }

  private static func constantScore(of record: TrialRecord, task: TaskKind, metric: Metric) throws -> Double? {
    let row = task.task(outputs: record.predictions[0].count).bestConstant(metric, targets: record.targets)
    let rows = row.map { [[Double]](repeating: $0, count: record.predictions.count) }
    return try rows.flatMap { try Predictions($0, targets: record.targets, task: task).score(metric) }
  }
}
