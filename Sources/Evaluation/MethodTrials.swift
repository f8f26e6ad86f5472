import Modalities
import Models
import Tensors

/// The trials of one method: those that finished, with their predictions, and those that failed.
struct MethodTrials: Sendable {
  struct Finished: Sendable {
    let record: TrialRecord
    let predictions: Predictions
  }

  let name: String
  let records: [TrialRecord]
  let finished: [Finished]
  let failures: [TrialFailure]

  /// Trials by method in order of first appearance, seeds ascending.
  ///
  /// A trial whose predictions cannot be scored counts as failed.
  /// - Throws: `InputError` when two finished trials were not tested on the same samples.
  static func grouped(_ records: [TrialRecord], task: TaskKind, metric: Metric) throws -> [MethodTrials] {
    var names = [String]()
    for record in records where !names.contains(record.method) { names.append(record.method) }
    let methods = names.map { name in
      MethodTrials(
        name, records.filter { $0.method == name }.sorted { $0.seed < $1.seed }, task: task, metric: metric)
    }
    if let reference = methods.lazy.flatMap(\.finished).first?.record {
      for record in methods.flatMap(\.finished).map(\.record)
      where record.ids != reference.ids || record.targets != reference.targets {
        throw InputError(
          at: "\(record.method), seed \(record.seed)",
          "tested on other samples than \(reference.method), seed \(reference.seed); run both on the same data set")
      }
    }
    return methods
  }

  private init(_ name: String, _ records: [TrialRecord], task: TaskKind, metric: Metric) {
    self.name = name
    self.records = records
    var finished = [Finished]()
    var failures = [TrialFailure]()
    for record in records {
      if let failure = record.failure {
        failures.append(TrialFailure(seed: record.seed, error: failure))
        continue
      }
      do {
        let predictions = try record.scored(record.predictions, task: task)
        if predictions.score(metric) == nil {
          throw InputError("\(metric.label) is undefined: predictions or targets are all equal")
        }
        finished.append(Finished(record: record, predictions: predictions))
      } catch {
        failures.append(TrialFailure(seed: record.seed, error: String(describing: error)))
      }
    }
    self.finished = finished
    self.failures = failures
  }

  /// Mean over seeds of every metric over the samples at `indices`; seeds where one is undefined are left out of its mean.
  func means(_ metrics: [Metric], at indices: [Int]) -> [Double?] {
    Self.means(finished.map { $0.predictions.scores(metrics, at: indices) }, count: metrics.count)
  }

  static func means(_ perSeed: [[Double?]], count: Int) -> [Double?] {
    (0..<count).map { position in
      let values = perSeed.compactMap { $0[position] }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
  }

  /// The mean over seeds of every metric in every resample; of those that do not rank in the first quarter of them.
  ///
  /// A metric that is a mean over samples needs one pass over the seeds' pooled scores, others one over each seed.
  func distributions(of metrics: [Metric], ranking main: Metric, _ bootstrap: Bootstrap) -> [Metric: [Double?]] {
    guard !finished.isEmpty else { return [:] }
    var distributions: [Metric: [Double?]] = [:]
    let pooled = metrics.compactMap { metric -> (metric: Metric, scores: [Double])? in
      let scores = finished.compactMap { $0.predictions.sampleScores(metric) }
      return scores.count == finished.count ? (metric, Bootstrap.pooled(scores)) : nil
    }
    let others = metrics.filter { metric in !pooled.contains { $0.metric == metric } }
    var left = (bootstrap.resamples + 3) / 4
    bootstrap.forEachResample { indices in
      for (metric, scores) in pooled where left > 0 || metric == main {
        var sum = 0.0
        for index in indices { sum += scores[index] }
        distributions[metric, default: []].append(sum / Double(indices.count))
      }
      let asked = left > 0 ? others : others.filter { $0 == main }
      if !asked.isEmpty {
        for (metric, value) in zip(asked, means(asked, at: indices)) {
          distributions[metric, default: []].append(value)
        }
      }
      left -= 1
    }
    return distributions
  }

  func summary(of metric: Metric, distribution: [Double?]) -> MetricSummary? {
    let perSeed = finished.compactMap { $0.predictions.score(metric) }
    guard !perSeed.isEmpty, let interval = Bootstrap.interval(distribution) else { return nil }
    let mean = perSeed.reduce(0, +) / Double(perSeed.count)
    let squares = perSeed.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    let deviation = perSeed.count > 1 ? (squares / Double(perSeed.count - 1)).squareRoot() : 0
    return MetricSummary(mean: mean, std: deviation, ci95: interval, perSeed: perSeed)
  }

  func result(metrics: [String: MetricSummary], metric: Metric) -> MethodResult {
    let done = finished.map(\.record)
    let validation = done.compactMap { $0.validationMetrics[metric.rawValue] }
    func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
    func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }
    return MethodResult(
      name: name, area: records[0].area, modalities: records[0].modalities, options: records[0].options,
      metrics: metrics, validationScore: validation.isEmpty ? nil : mean(validation),
      parameters: (done.first ?? records[0]).parameters, trainSeconds: mean(done.map(\.trainSeconds)),
      epochs: Int(mean(done.map { Double($0.epochs.count) }).rounded()),
      latencyMicroseconds: Latency(
        p50: median(done.map(\.latencyMicroseconds.p50)), p95: median(done.map(\.latencyMicroseconds.p95))),
      peakBytes: done.map(\.peakBytes).max() ?? 0, utilization: UtilizationCurves.kept(of: done), failures: failures)
  }
}
