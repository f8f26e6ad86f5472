import Evaluation
import Foundation
import Fusion
public import Modalities
import Models
import Quantification
import Tensors

/// Scores of trained models by group, how far predictions tie classes to groups, and what swapping a modality between groups
/// does.
///
/// A group is a value of any column of `samples.csv`, one that no model reads as well; samples whose cell is empty belong to
/// none. Intervals are 95 % percentile bootstraps over test samples, seeds pooled; over the manifest's groups where samples
/// belong together. The gap's begins above 0 only where chance makes so large a one in at most 5 % (`BiasResult.Gap`).
///
/// ```swift
/// let result = try BiasAnalysis(column: "speaker").run(trials, on: dataset)
/// result.methods[0].gap?.corrected.mean
/// ```
public struct BiasAnalysis: Sendable {
  public let column: String
  public var split = Split.test
  public var resamples = 500
  /// Times that groups are dealt out anew, to see what gap chance makes.
  public var permutations = 999
  /// Donors tried for each sample in a swap.
  public var draws = 5
  public var seed: UInt64 = 0

  public init(column: String) { self.column = column }

  /// More values than this are no groups.
  static let most = 100
  /// Groups smaller than this have no interval and take no part in the gap.
  static let least = 5

  /// Evaluates the models.
  ///
  /// - Parameters:
  ///   - trials: one or more of each method.
  ///   - dataset: as loaded, not normalised.
  /// - Throws: `UsageError` for a column that is not there or makes no groups; `InputError` where a model does not fit the
  ///   data, or predicts a number that is not finite.
  public func run(_ trials: [TrainedTrial], on dataset: Dataset) throws -> BiasResult {
    let groups = try Groups(dataset, column, split)
    let metric = try Metric.main(of: dataset.manifest)
    let names = trials.reduce(into: [String]()) { if !$0.contains($1.method) { $0.append($1.method) } }
    let methods = try names.map { name in
      try measure(name, trials.filter { $0.method == name }, metric, groups, on: dataset)
    }
    return BiasResult(
      dataset: dataset.manifest.name, column: column, metric: metric, split: split,
      samples: groups.members.reduce(0) { $0 + $1.count }, withoutGroup: groups.withoutGroup, methods: methods)
  }

  private func measure(
    _ name: String, _ trials: [TrainedTrial], _ metric: Metric, _ groups: Groups, on dataset: Dataset
  ) throws -> BiasResult.Method {
    let targets = dataset.targets(of: split)
    var (models, predictions) = ([SwappableModel](), [Predictions]())
    for trial in trials {
      let model = try SwappableModel(trial, dataset, dataset[split])
      do {
        predictions.append(
          try Predictions(
            model.rows(), targets: targets, task: dataset.manifest.task, thresholds: model.thresholds))
      } catch var error as InputError {
        error.file = trial.folder.url.path
        throw error
      }
      models.append(model)
    }
    func score(_ indices: [Int]) -> Double? {
      let scores = predictions.compactMap { $0.scores([metric], at: indices)[0] }
      return scores.count == predictions.count ? scores.reduce(0, +) / Double(scores.count) : nil
    }
    // Every resample keeps the sizes of the groups: each is drawn from its own.
    var resampled: [[Double?]] = groups.names.map { _ in [] }
    for (group, members) in groups.members.enumerated() where members.count >= Self.least {
      Bootstrap.forEachResample(
        of: members, units: groups.units, resamples: resamples, seed: Generator.seed(seed, UInt64(group))
      ) { resampled[group].append(score($0)) }
    }
    let rows = groups.names.indices.map { group in
      let members = groups.members[group]
      return BiasResult.Group(
        name: groups.names[group], samples: members.count, score: members.isEmpty ? nil : score(members),
        interval: Bootstrap.interval(resampled[group]))
    }
    let counted = rows.indices.filter { rows[$0].interval != nil && rows[$0].score != nil }
    let drawn = (0..<resamples).map { index -> Double? in
      let scores = counted.compactMap { resampled[$0][index] }
      return scores.count == counted.count ? GroupGap.gap(scores) : nil
    }
    let gap = GroupGap(least: Self.least, permutations: permutations, seed: seed, score: score)(
      counted.map { groups.members[$0] }, units: groups.units, resampled: drawn)
    let amplification = groups.amplification(predictions, dataset, resamples: resamples, seed: seed)
    return BiasResult.Method(
      method: name, seeds: trials.count, groups: rows, gap: gap, amplification: amplification?.zhao,
      directionalAmplification: amplification?.directional,
      swaps: try trials[0].modalities.map { try swap($0, models, groups, on: dataset) })
  }

  /// Replaces one modality of every sample by that of another of the same class, once from another group and once from its
  /// own.
  private func swap(
    _ modality: String, _ models: [SwappableModel], _ groups: Groups, on dataset: Dataset
  ) throws -> BiasResult.Swap {
    var random = SplitMix64(seed: Generator.seed(seed, 7))
    let donors = groups.donors(for: modality, on: dataset)
    let rows = donors.rows
    var (across, within) = (rows.map { _ in 0.0 }, rows.map { _ in 0.0 })
    for _ in 0..<draws where !rows.isEmpty {
      let foreign = rows.map { donors.draw(for: $0, across: true, using: &random) }
      let own = rows.map { donors.draw(for: $0, across: false, using: &random) }
      for model in models {
        let weight = 1 / Double(draws * models.count)
        for (index, change) in model.changes(of: modality, rows: rows, donors: foreign).enumerated() {
          across[index] += weight * change
        }
        for (index, change) in model.changes(of: modality, rows: rows, donors: own).enumerated() {
          within[index] += weight * change
        }
      }
    }
    guard rows.count >= Self.least else {
      return BiasResult.Swap(modality: modality, samples: rows.count, across: nil, within: nil, excess: nil)
    }
    let bootstrap = Bootstrap(samples: rows.count, resamples: resamples, seed: seed)
    let excess = zip(across, within).map { $0 - $1 }
    let distributions = bootstrap.distributions(ofMeans: [across, within, excess])
    func estimate(_ values: [Double], _ number: Int) -> Estimate {
      let mean = values.reduce(0, +) / Double(values.count)
      return Estimate(mean: mean, ci95: Bootstrap.interval(distributions[number]) ?? Interval(mean, mean))
    }
    return BiasResult.Swap(
      modality: modality, samples: rows.count, across: estimate(across, 0), within: estimate(within, 1),
      excess: estimate(excess, 2))
  }
}
