public import Evaluation
package import Modalities
package import Models
public import Quantification
import Tensors

/// How a fusion does on the test split with every subset of its modalities.
public struct MissingFinding: Codable, Sendable, Equatable {
  public struct Row: Codable, Sendable, Equatable {
    /// The modalities that are there.
    public var present: [String]
    /// By the main metric, mean over seeds; nil where it is undefined, as the correlation of a constant is.
    public var score: Estimate?
  }

  /// What stands for a missing modality.
  public var imputation: MissingModalityTable.Imputation
  public var seeds: Int
  /// Fewer modalities first; the last row has all.
  public var rows: [Row]

  /// Most modalities of which every subset is formed.
  package static let mostModalities = 8

  /// - Parameters:
  ///   - predictions: per seed and subset, in the order of `MissingModalityTable.subsets`.
  ///   - thresholds: per seed those of the labels.
  ///   - groups: the group of every sample; its samples are drawn together.
  package init(
    _ names: [String], _ imputation: MissingModalityTable.Imputation, predictions: [[[[Double]]]],
    thresholds: [[Double]?], targets: [Double], task: TaskKind, metric: Metric, groups: [Int]? = nil,
    resamples: Int = 500
  ) throws {
    let subsets = MissingModalityTable.subsets(of: names.count)
    let scored = try zip(predictions, thresholds).map { subsets, thresholds in
      try subsets.map { try Predictions($0, targets: targets, task: task, thresholds: thresholds) }
    }
    let bootstrap = Bootstrap(samples: scored[0][0].count, groups: groups, resamples: resamples)
    @Sendable func mean(_ subset: Int, at indices: [Int]) -> Double? {
      let values = scored.compactMap { $0[subset].scores([metric], at: indices)[0] }
      return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
    let estimates = parallelMap(subsets.count) { subset -> Estimate? in
      guard let value = mean(subset, at: Array(0..<bootstrap.samples)),
        let interval = Bootstrap.interval(bootstrap.distribution { mean(subset, at: $0) })
      else { return nil }
      return Estimate(mean: value, ci95: interval)
    }
    self.imputation = imputation
    seeds = predictions.count
    rows = zip(subsets, estimates).map { subset, estimate in
      Row(present: names.indices.filter { subset[$0] }.map { names[$0] }, score: estimate)
    }
  }

  /// The rows that a few lines have room for: of more than eight, one modality alone, all but one, and all.
  public var told: [Row] {
    let all = rows.last?.present.count ?? 0
    return rows.count <= 8 ? rows : rows.filter { [1, all - 1, all].contains($0.present.count) }
  }

  /// The score where exactly these modalities are there.
  public func score(of present: [String]) -> Estimate? { rows.first { Set($0.present) == Set(present) }?.score }
}

extension MissingModalityTable.Imputation {
  /// In running text.
  public var explanation: String {
    switch self {
    case .absent: "marked absent, its encoding zero"
    case .zero: "its encoding zero, the model not told"
    case .mean: "its encoding the mean over the samples, the model not told"
    case .other: "the encoding of another sample, the model not told"
    }
  }
}
