public import Evaluation
public import Modalities
public import Models

/// What `chiasm quantify RUN bias` writes.
public struct BiasResult: Codable, Sendable, Equatable {
  public struct Group: Codable, Sendable, Equatable {
    public let name: String
    /// Of the split; a group may have none there.
    public let samples: Int
    /// Mean over seeds; nil where there is no sample or the metric is undefined.
    public let score: Double?
    /// nil for fewer than five samples, which also take no part in the gap.
    public let interval: Interval?
  }

  /// Best less worst score of the groups, and what chance makes of it.
  public struct Gap: Codable, Sendable, Equatable {
    /// As found; above 0 also where groups are alike.
    public let observed: Double
    /// What it is on average where groups are dealt out anew.
    public let byChance: Double
    /// What was found less what chance makes, at least 0. Its interval begins above 0 only where `p` is at most .05.
    public let corrected: Estimate
    /// How often groups dealt out anew have a gap as large.
    public let p: Double
  }

  /// What it does to predictions to replace a modality by that of another sample of the same class.
  public struct Swap: Codable, Sendable, Equatable {
    public let modality: String
    /// Samples that have a donor in another group and one in their own.
    public let samples: Int
    /// Share of predictions that change (of a regression, how far they move) with a donor of another group; nil for fewer
    /// than five samples.
    public let across: Estimate?
    /// The same with a donor of the own group: what any swap does.
    public let within: Estimate?
    /// What the group adds.
    public let excess: Estimate?
  }

  public struct Method: Codable, Sendable, Equatable {
    public let method: String
    public let seeds: Int
    /// In the order of their names.
    public let groups: [Group]
    /// Between the best and the worst of the groups; nil for fewer than two of at least five samples.
    public let gap: Gap?
    /// Zhao et al. (2017), over the labels of the train split; nil unless classes are predicted.
    public let amplification: Estimate?
    /// Wang and Russakovsky (2021), from group to class, over the labels of the same samples.
    public let directionalAmplification: Estimate?
    public let swaps: [Swap]
  }

  public let dataset: String
  public let column: String
  public let metric: Metric
  public let split: Split
  /// With a group.
  public let samples: Int
  /// Without one.
  public let withoutGroup: Int
  public let methods: [Method]
}
