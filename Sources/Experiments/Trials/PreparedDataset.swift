public import Modalities
import Tensors

/// A data set ready for training: normalised on its train split, with the metric that ranks and, for regression, the
/// scale of the target.
///
/// ```swift
/// let prepared = try PreparedDataset(Dataset.load(folder))
/// ```
public struct PreparedDataset: Sendable {
  /// The data set with normalised modalities.
  public let dataset: Dataset
  public let normalisation: Normalisation
  public let metric: Metric
  /// What a model's output is multiplied by and added to; `.identity` unless the task is regression.
  public let scaling: TargetScaling

  /// - Throws: `InputError` where the task has nothing to learn from, or a main metric it does not have.
  public init(_ dataset: Dataset) throws {
    metric = try Metric.main(of: dataset.manifest)
    normalisation = Normalisation(fitting: dataset)
    scaling = TargetScaling(dataset)
    self.dataset = dataset.normalised(with: normalisation)
  }

  public var task: Task { dataset.manifest.task }

  /// Shape of one sample of each modality as encoders receive it: `[D]`, `[T, D]` or `[C, H, W]`.
  public var shapes: [String: [Int]] {
    dataset.modalities.mapValues { Array($0.values.shape.dropFirst()) }
  }

  /// What the data set is, for the head of a comparison.
  public var summary: DatasetSummary {
    DatasetSummary(
      name: dataset.manifest.name, task: task, metric: metric, classes: dataset.classes,
      samples: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.rawValue, dataset[$0].count) }),
      modalities: dataset.manifest.modalities.reduce(into: [:]) { result, entry in
        result[entry.key] = ModalitySummary(
          kind: entry.value.kind, shape: shapes[entry.key] ?? [],
          missing: dataset.modalities[entry.key]?.present?.count { !$0 } ?? 0)
      })
  }

  /// A number that changes with the samples, their splits, targets and values, so that a resumed comparison notices
  /// another data set under the same path.
  public var fingerprint: String {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { state = (state ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    for (id, split) in zip(dataset.ids, dataset.splits) { add("\(id)\t\(split.rawValue)\n".utf8) }
    for target in dataset.targets.numbers(Array(0..<dataset.count)) { add("\(target)".utf8) }
    for name in dataset.names {
      let values = dataset.modalities[name]!.values
      add("\(name) \(values.shape) \(values.to(.float64).sum().item()) \(values.abs().to(.float64).sum().item())".utf8)
    }
    return String(state, radix: 16)
  }
}

/// The mean and deviation of a regression target in the train split: a model learns the standardised target.
public struct TargetScaling: Codable, Sendable, Equatable {
  public var mean: Double
  public var scale: Double

  /// Targets as they are.
  public static let identity = TargetScaling(mean: 0, scale: 1)

  public init(mean: Double, scale: Double) {
    self.mean = mean
    self.scale = scale
  }

  init(_ dataset: Dataset) {
    guard dataset.manifest.task == .regression else {
      self = .identity
      return
    }
    let values = dataset.targets.numbers(dataset[.train])
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    self.init(mean: mean, scale: variance > 0 ? variance.squareRoot() : 1)
  }
}
