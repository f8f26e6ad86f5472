public import Evaluation
public import Modalities
public import Models
import Quantification
import Tensors

/// How much each modality is used by trained models, and was while they trained (Wu et al., 2022).
///
/// ```swift
/// let result = try UtilizationAnalysis().run(trials, on: dataset)
/// result.methods[0].rates["audio"]?.mean
/// ```
public struct UtilizationAnalysis: Sendable {
  public var split = Split.validation
  public var resamples = 200
  public var seed: UInt64 = 0

  public init() {}

  /// One method over its seeds.
  public struct Method: Codable, Sendable, Equatable {
    public let method: String
    public let seeds: Int
    /// Of the kept weights, by modality; intervals over samples and seeds. Without modalities that no sample of the split
    /// has.
    public let rates: [String: Estimate]
    /// Mean over seeds of each modality's rate after each epoch, on the validation split; ends where half of the seeds have
    /// stopped; empty where it was not measured.
    public let curves: [String: [Double]]
    /// Modalities that the model does as well without: the interval of the rate reaches 0, or the rate is below
    /// ``neglect``.
    public let neglected: [String]
  }

  public struct Result: Codable, Sendable, Equatable {
    public let dataset: String
    public let metric: Metric
    public let split: Split
    public let samples: Int
    /// Modalities that no sample of the split has, so that nothing is known of their use.
    public let absent: [String]
    public let methods: [Method]
    /// Methods that say nothing, with the reason.
    public let leftOut: [String]
  }

  /// A rate below which a modality hardly counts.
  public static let neglect = UtilizationCurves.neglect

  /// - Parameters:
  ///   - trials: one or more of each method.
  ///   - dataset: as loaded, not normalised.
  /// - Throws: `InputError` where a model does not fit the data, or predicts a number that is not finite.
  public func run(_ trials: [TrainedTrial], on dataset: Dataset) throws -> Result {
    guard !dataset[split].isEmpty else { throw InputError("the split \(split.rawValue) has no samples") }
    let metric = try Metric.main(of: dataset.manifest)
    var (methods, leftOut) = ([Method](), [String]())
    for name in trials.reduce(into: [String](), { if !$0.contains($1.method) { $0.append($1.method) } }) {
      let own = trials.filter { $0.method == name }
      guard own[0].modalities.count > 1 else {
        leftOut.append("\(name): one modality has no others to be given")
        continue
      }
      guard let method = try measure(name, own, metric, on: dataset) else {
        leftOut.append("\(name): \(metric.label) is undefined or 0, so that there is nothing to divide by")
        continue
      }
      methods.append(method)
    }
    return Result(
      dataset: dataset.manifest.name, metric: metric, split: split, samples: dataset[split].count,
      absent: dataset.modalitiesAbsent(in: split), methods: methods, leftOut: leftOut)
  }

  private func measure(
    _ name: String, _ trials: [TrainedTrial], _ metric: Metric, on dataset: Dataset
  ) throws -> Method? {
    let targets = dataset.targets(of: split)
    let predictions = try trials.map { trial in
      let trained = try TrainedModel.load(trial.folder)
      try trained.checkStages()
      try ModelUse.checkTargets(trained, on: dataset)
      let normalised = dataset.keeping(trained.modalities).normalised(with: trained.normalisation)
      do {
        return try WithheldPredictions(
          WithheldOutputs(trained.staged, normalised, normalised[split]), trained, targets)
      } catch var error as InputError {
        error.file = trial.folder.url.path
        throw error
      }
    }
    func mean(_ indices: [Int], _ chosen: [Int]) -> [String: Double]? {
      let rates = chosen.compactMap { predictions[$0].rate(metric, at: indices)?.rates }
      guard rates.count == chosen.count else { return nil }
      return rates[0].keys.reduce(into: [:]) { means, modality in
        means[modality] = rates.reduce(0) { $0 + $1[modality]! } / Double(rates.count)
      }
    }
    guard let whole = mean(Array(dataset[split].indices), Array(trials.indices)) else { return nil }
    var picker = SplitMix64(seed: seed, stream: 1)
    var resampled: [[String: Double]?] = []
    Bootstrap(samples: dataset[split].count, resamples: resamples, seed: seed).forEachResample { indices in
      resampled.append(mean(indices, trials.map { _ in picker.next(below: trials.count) }))
    }
    let rates = whole.reduce(into: [String: Estimate]()) { rates, entry in
      let interval = Bootstrap.interval(resampled.map { $0?[entry.key] })
      rates[entry.key] = Estimate(mean: entry.value, ci95: interval ?? Interval(entry.value, entry.value))
    }
    let records = trials.compactMap { try? $0.folder.read(TrialRecord.self, from: $0.folder.trial) }
    return Method(
      method: name, seeds: trials.count, rates: rates, curves: UtilizationCurves.means(of: records),
      neglected: rates.filter { $1.mean < Self.neglect || $1.ci95.low <= 0 }.keys.sorted())
  }
}
