public import Foundation
import Tensors

/// What `chiasm data inspect` shows: every breach of the contract, and statistics per modality and split.
public struct DatasetInspection: Codable, Sendable, Equatable {
  /// Of numbers: smallest, mean, standard deviation (divided by n), largest.
  public struct Summary: Codable, Sendable, Equatable {
    public var minimum: Double
    public var mean: Double
    public var standardDeviation: Double
    public var maximum: Double
  }

  /// Of one split.
  public struct SplitStatistics: Codable, Sendable, Equatable {
    public var samples: Int
    /// How often each class occurs; nil for regression.
    public var classes: [String: Int]?
    /// Of the targets of a regression.
    public var target: Summary?
  }

  /// Of one modality in one split.
  public struct ModalityStatistics: Codable, Sendable, Equatable {
    /// Samples that have it.
    public var present: Int
    /// Of all its numbers, without padding; nil when no sample has it.
    public var values: Summary?
    /// Of the frames per sample; nil unless a sequence.
    public var lengths: Summary?
    /// Features that have one value only.
    public var constantFeatures: Int
  }

  public var name: String?
  public var task: TaskKind?
  /// Every breach, in the order met; empty for a good data set.
  public var violations: [String]
  /// What is no breach, but should be known before one trains on the data; see `Dataset.warnings()`.
  public var warnings: [String]
  /// By the name of the split.
  public var splits: [String: SplitStatistics]
  /// By the name of the modality, then of the split; a modality that could not be read is missing.
  public var modalities: [String: [String: ModalityStatistics]]
  /// Per sample or frame: `[D]` or `[C, H, W]`.
  public var featureShapes: [String: [Int]]

  /// Whether `Dataset.load` would load it.
  public var isValid: Bool { violations.isEmpty }

  /// Reads a folder, going on after a breach as far as that is possible.
  /// - Throws: `InputError` when it is not a folder.
  public static func inspect(
    _ folder: URL, cache: URL? = nil, followsLinks: Bool = false, progress: DecodingProgress? = nil
  ) throws -> DatasetInspection {
    try read(folder, cache: cache, followsLinks: followsLinks, progress: progress).inspection
  }

  /// The same, with the data set where it is valid.
  public static func read(
    _ folder: URL, cache: URL? = nil, followsLinks: Bool = false, progress: DecodingProgress? = nil
  ) throws -> (inspection: DatasetInspection, dataset: Dataset?) {
    let loader = try DatasetLoader(
      folder: folder, cache: cache, followsLinks: followsLinks, stopsAtFirst: false, progress: progress)
    let dataset = loader.violations.all.isEmpty ? try loader.dataset() : nil
    return (inspection(loader, warnings: dataset?.warnings() ?? loader.violations.warnings.map(\.description)), dataset)
  }

  private static func inspection(_ loader: DatasetLoader, warnings: [String]) -> DatasetInspection {
    var inspection = DatasetInspection(
      name: loader.manifest?.name, task: loader.manifest?.task,
      violations: loader.violations.all.map(\.description), warnings: warnings, splits: [:], modalities: [:],
      featureShapes: loader.modalities.mapValues(\.featureShape))
    guard let samples = loader.samples else { return inspection }
    for split in Split.allCases {
      let rows = samples.splits.indices.filter { samples.splits[$0] == split }
      inspection.splits[split.rawValue] = statistics(samples, rows)
      for (name, data) in loader.modalities {
        inspection.modalities[name, default: [:]][split.rawValue] = statistics(data, rows)
      }
    }
    return inspection
  }

  private static func statistics(_ samples: SampleReader, _ rows: [Int]) -> SplitStatistics {
    var result = SplitStatistics(samples: rows.count)
    switch samples.targets {
    case .none: break
    case .values(let values): result.target = summary(rows.map { values[$0] }.filter(\.isFinite))
    case .classes(let classes):
      result.classes = Dictionary(uniqueKeysWithValues: samples.classes.map { ($0, 0) })
      for row in rows where classes[row] >= 0 { result.classes?[samples.classes[classes[row]], default: 0] += 1 }
    case .labels(let labels):
      result.classes = Dictionary(
        uniqueKeysWithValues: samples.classes.enumerated().map { index, name in
          (name, rows.count { labels[$0][index] })
        })
    }
    return result
  }

  private static func statistics(_ data: ModalityData, _ rows: [Int]) -> ModalityStatistics {
    let there = rows.filter { data.present?[$0] ?? true }
    let moments = FeatureMoments(data, rows: rows)
    var result = ModalityStatistics(present: there.count, constantFeatures: 0)
    guard !there.isEmpty else { return result }
    result.constantFeatures = moments.deviation.filter { $0 == 0 }.count
    result.lengths = data.lengths.flatMap { lengths in summary(there.map { Double(lengths[$0]) }) }
    // Every feature counts the same number of values, so means of features and of squares average plainly.
    let features = Double(moments.mean.count)
    let mean = moments.mean.reduce(0, +) / features
    let spread = zip(moments.mean, moments.deviation).reduce(0) { sum, feature in
      sum + feature.1 * feature.1 + (feature.0 - mean) * (feature.0 - mean)
    }
    var (minimum, maximum) = (Double.infinity, -Double.infinity)
    for start in stride(from: 0, to: there.count, by: 256) {
      let values = FeatureMoments.valid(data, Array(there[start..<min(start + 256, there.count)]))
      minimum = min(minimum, values.min().item())
      maximum = max(maximum, values.max().item())
    }
    result.values = Summary(
      minimum: minimum, mean: mean, standardDeviation: (spread / features).squareRoot(), maximum: maximum)
    return result
  }

  private static func summary(_ values: [Double]) -> Summary? {
    guard let minimum = values.min(), let maximum = values.max() else { return nil }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return Summary(minimum: minimum, mean: mean, standardDeviation: variance.squareRoot(), maximum: maximum)
  }
}
