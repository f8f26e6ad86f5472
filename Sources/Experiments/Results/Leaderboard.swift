public import Evaluation
public import Modalities
import Tensors

/// Trials of several methods as one table: means, spreads over seeds, and paired bootstrap intervals over test samples.
///
/// ```swift
/// let leaderboard = try Leaderboard(records, task: .classification, metric: .accuracy)
/// leaderboard.methods[0].metrics["accuracy"]?.ci95
/// leaderboard.improvement(of: "low-rank", over: "audio")
/// ```
public struct Leaderboard: Sendable {
  public let task: Task
  /// The metric that ranks.
  public let metric: Metric
  /// Best first by the mean of `metric` on the test split; methods without a finished trial last.
  public let methods: [MethodResult]
  /// Score by `metric` of the best constant answer (the most frequent class, the mean or the median target): what can be
  /// had without looking. `nil` where a constant answer has no meaningful score.
  public let baseline: Double?
  let bootstrap: Bootstrap?
  /// The bootstrap distribution of `metric` per method.
  private let distributions: [String: [Double?]]

  /// - Parameters:
  ///   - records: trials of any number of methods and seeds; a method's trials share its options.
  ///   - task: of the data set.
  ///   - metric: that ranks.
  ///   - resamples: bootstrap resamples.
  ///   - seed: of the bootstrap.
  /// - Throws: `InputError` when two trials were not tested on the same samples.
  public init(
    _ records: [TrialRecord], task: Task, metric: Metric, resamples: Int = 2000, seed: UInt64 = 0
  ) throws {
    let methods = try MethodTrials.grouped(records, task: task, metric: metric)
    let classes = methods.lazy.flatMap(\.finished).first?.record.predictions.first?.count ?? 0
    let metrics = Metric.reported(for: task, main: metric, classes: classes)
    self.task = task
    self.metric = metric

    guard let tested = methods.lazy.flatMap(\.finished).first else {
      baseline = nil
      bootstrap = nil
      distributions = [:]
      self.methods = methods.map { $0.result(metrics: [:], metric: metric) }
      return
    }
    let bootstrap = Bootstrap(samples: tested.predictions.count, resamples: resamples, seed: seed)
    // Every method draws the same resamples.
    let samples = parallelMap(methods.count) { number in
      var samples = metrics.map { _ in [Double?]() }
      guard !methods[number].finished.isEmpty else { return samples }
      bootstrap.forEachResample { indices in
        for (position, value) in methods[number].means(metrics, at: indices).enumerated() {
          samples[position].append(value)
        }
      }
      return samples
    }
    var distributions = [String: [Double?]]()
    let results = zip(methods, samples).map { trials, samples in
      if let position = metrics.firstIndex(of: metric) { distributions[trials.name] = samples[position] }
      var summaries = [String: MetricSummary]()
      for (metric, distribution) in zip(metrics, samples) {
        summaries[metric.rawValue] = trials.summary(of: metric, distribution: distribution)
      }
      return trials.result(metrics: summaries, metric: metric)
    }
    self.bootstrap = bootstrap
    self.distributions = distributions
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

  /// What one method improves on another by on the test split, with its paired interval; `nil` where one of them has no
  /// finished trial.
  public func improvement(of name: String, over reference: String) -> Estimate? {
    guard let mean = self[name]?.metrics[metric.rawValue]?.mean,
      let referenceMean = self[reference]?.metrics[metric.rawValue]?.mean,
      let distribution = distributions[name], let referenceDistribution = distributions[reference]
    else { return nil }
    return estimate(mean, distribution, over: referenceMean, referenceDistribution)
  }

  /// Improvement of a mean over another with the interval of the paired distributions.
  func estimate(
    _ mean: Double, _ distribution: [Double?], over referenceMean: Double, _ reference: [Double?]
  ) -> Estimate? {
    let differences = zip(distribution, reference).map { pair in
      pair.0.flatMap { value in pair.1.map { metric.improvement(of: value, over: $0) } }
    }
    guard let interval = Bootstrap.interval(differences) else { return nil }
    return Estimate(mean: metric.improvement(of: mean, over: referenceMean), ci95: interval)
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

  /// The best constant answer knows the test targets' distribution, which makes it a hard baseline.
  private static func constantScore(of record: TrialRecord, task: Task, metric: Metric) throws -> Double? {
    let targets = record.targets
    let answer: [Double]
    switch (task, metric) {
    case (.classification, .calibrationError), (_, .pearson), (.multilabel, _): return nil
    case (.classification, _):
      var shares = [Double](repeating: 0, count: record.predictions[0].count)
      for target in targets { shares[Int(target)] += 1 / Double(targets.count) }
      answer = shares
    case (.regression, .mae), (.regression, .accuracy7):
      answer = [targets.sorted()[targets.count / 2]]
    case (.regression, .accuracy2Has0), (.regression, .accuracy2Non0), (.regression, .f1Has0), (.regression, .f1Non0):
      answer = [targets.count { $0 > 0 } >= targets.count { $0 < 0 } ? 1 : -1]
    case (.regression, _): answer = [targets.reduce(0, +) / Double(targets.count)]
    case (.retrieval, _), (.none, _): return nil
    }
    let rows = [[Double]](repeating: answer, count: record.predictions.count)
    return try Predictions(rows, targets: targets, task: task).score(metric)
  }
}
