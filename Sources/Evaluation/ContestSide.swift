import Modalities
import Models

/// A method with its finished seeds, on some of the test samples, ready to be held against another.
struct ContestSide: Sendable {
  /// What sentences call it.
  let name: String
  /// Mean over seeds of the ranking metric on validation.
  let validationScore: Double
  /// Whether all seeds give the same model.
  let isDeterministic: Bool
  /// The scale in which it adds its modalities up by construction; nil where it does not.
  let adds: AdditiveScale?
  /// Whether it holds no interactions between modalities: it adds them up, or knows one alone.
  let isAdditive: Bool
  let predictions: [Predictions]
  let records: [TrialRecord]
  private let task: TaskKind

  /// - Parameters:
  ///   - name: what sentences call it; its method by default.
  ///   - trials: of one method.
  ///   - isAdditive: whether it holds no interactions by construction.
  /// - Returns: nil where no trial finished with a validation score.
  init?(_ name: String? = nil, _ trials: MethodTrials, task: TaskKind, metric: Metric, isAdditive: Bool? = nil) {
    let validation = trials.finished.compactMap { $0.record.validationMetrics[metric.rawValue] }
    guard !validation.isEmpty else { return nil }
    self.name = name ?? trials.name
    validationScore = validation.reduce(0, +) / Double(validation.count)
    records = trials.finished.map(\.record)
    predictions = trials.finished.map(\.predictions)
    isDeterministic = records.allSatisfy { $0.isDeterministic == true }
    adds = records.lazy.compactMap(\.adds).first
    self.isAdditive = isAdditive ?? (adds != nil)
    self.task = task
  }

  private init(_ other: ContestSide, _ predictions: [Predictions]) {
    (name, validationScore, isDeterministic) = (other.name, other.validationScore, other.isDeterministic)
    (adds, isAdditive, records, task) = (other.adds, other.isAdditive, other.records, other.task)
    self.predictions = predictions
  }

  /// The same on some of the samples only.
  func keeping(_ rows: [Int]) throws -> ContestSide {
    ContestSide(self, try records.map { try Self.predictions($0.predictions, of: $0, rows, task) })
  }

  /// The additive projections of those seeds that have one, and those seeds' own predictions.
  func projected(_ rows: [Int]) throws -> (own: ContestSide, projection: ContestSide)? {
    let with = records.filter { $0.emap != nil }
    guard !with.isEmpty else { return nil }
    return (
      ContestSide(self, try with.map { try Self.predictions($0.predictions, of: $0, rows, task) }),
      ContestSide(self, try with.map { try Self.predictions($0.emap!, of: $0, rows, task) })
    )
  }

  private static func predictions(
    _ all: [[Double]], of record: TrialRecord, _ rows: [Int], _ task: TaskKind
  ) throws -> Predictions {
    let width = task.task(outputs: all[0].count).targetWidth
    return try Predictions(
      rows.map { all[$0] }, targets: rows.flatMap { record.targets[$0 * width..<($0 + 1) * width] }, task: task,
      thresholds: record.thresholds)
  }

  /// Mean over seeds; nil where it is undefined in every seed.
  func score(_ metric: Metric) -> Double? { MethodTrials.means(predictions.map { [$0.score(metric)] }, count: 1)[0] }

  func score(_ metric: Metric, at indices: [Int]) -> Double? {
    MethodTrials.means(predictions.map { $0.scores([metric], at: indices) }, count: 1)[0]
  }

  /// Pseudo-values, larger for better; nil where the metric has none.
  func scores(_ metric: Metric, _ units: (of: [Int], count: Int)) -> SeededScores? {
    var values: [[Double]] = []
    for seed in predictions {
      guard let own = seed.pseudoValues(metric, units: units.of, count: units.count) else { return nil }
      values.append(metric.higherIsBetter ? own : own.map { -$0 })
    }
    return SeededScores(values, isDeterministic: isDeterministic)
  }

  /// Whether the additive projections are exact; nil where unknown or there are none.
  var projectionIsExact: Bool? {
    let exact = records.filter { $0.emap != nil }.map(\.emapIsExact)
    return exact.isEmpty || exact.contains(nil) && !exact.contains(false) ? nil : !exact.contains(false)
  }

  /// Whether every prediction of every seed is one and the same class, which no metric of classes can reward.
  var isOneClass: Bool { Set(predictions.flatMap(\.classes)).count == 1 }
}

extension Contest {
  /// - Returns: nil where the metric is undefined for one of them.
  init?(
    _ candidate: ContestSide, over reference: ContestSide, _ metric: Metric, _ units: (of: [Int], count: Int)
  ) {
    guard let one = candidate.score(metric), let other = reference.score(metric) else { return nil }
    let mean = metric.improvement(of: one, over: other)
    if units.count > 1, let first = candidate.scores(metric, units), let second = reference.scores(metric, units) {
      self.init(
        candidate.name, over: reference.name, mean: mean, scores: (first, second),
        sharesSeeds: candidate.records.map(\.seed) == reference.records.map(\.seed))
      return
    }
    let bootstrap = Bootstrap(samples: units.of.count, groups: units.count < units.of.count ? units.of : nil)
    self.init(
      candidate.name, over: reference.name, mean: mean,
      bootstrap: bootstrap.distribution { indices in
        guard let one = candidate.score(metric, at: indices), let other = reference.score(metric, at: indices) else {
          return nil
        }
        return metric.improvement(of: one, over: other)
      })
  }

  /// What a method has over its own additive projection.
  init?(
    _ candidate: ContestSide, overProjection projection: ContestSide, _ metric: Metric,
    _ units: (of: [Int], count: Int)
  ) {
    guard let one = candidate.score(metric), let other = projection.score(metric) else { return nil }
    let mean = metric.improvement(of: one, over: other)
    guard units.count > 1, let first = candidate.scores(metric, units), let second = projection.scores(metric, units)
    else {
      self.init(candidate, over: projection, metric, units)
      return
    }
    // One thing that is random, not two: seed by seed a model and what is a function of it.
    let difference = SeededScores(
      zip(first.values, second.values).map { zip($0, $1).map { $0 - $1 } }, isDeterministic: first.isDeterministic)
    let none = SeededScores([[Double](repeating: 0, count: units.count)], isDeterministic: true)
    self.init(candidate.name, over: "its additive projection", mean: mean, scores: (difference, none))
  }
}
