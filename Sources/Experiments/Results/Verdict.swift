/// The answer of a comparison: did fusing the modalities help, by how much, and how sure is that.
///
/// Differences are improvements: positive when the fusion is better, whichever direction the metric has.
public struct Verdict: Codable, Sendable, Equatable {
  /// What the evidence supports.
  public enum Conclusion: String, Codable, Sendable {
    case fusionHelps, oneModalityIsEnough, fusionHurts
  }

  public var conclusion: Conclusion
  /// The metric of `difference` and `emapGap`, by `Metric` name.
  public var metric: String
  public var higherIsBetter: Bool
  /// Method with the best validation score among those that saw one modality.
  public var bestUnimodal: String
  /// Method with the best validation score among those that saw several.
  public var bestFusion: String
  /// Improvement of `bestFusion` over `bestUnimodal` on the test split.
  public var difference: Estimate
  /// Improvement of `bestFusion` over its empirical additive projection on the test split: what interactions between
  /// the modalities contribute. `nil` where the projection was not computed.
  public var emapGap: Estimate?
  /// Smallest improvement that counts as a gain, in the metric's units.
  public var margin: Double
  /// The verdict in words.
  public var sentence: String

  public init(
    conclusion: Conclusion, metric: String, higherIsBetter: Bool, bestUnimodal: String, bestFusion: String,
    difference: Estimate, emapGap: Estimate?, margin: Double, sentence: String
  ) {
    self.conclusion = conclusion
    self.metric = metric
    self.higherIsBetter = higherIsBetter
    self.bestUnimodal = bestUnimodal
    self.bestFusion = bestFusion
    self.difference = difference
    self.emapGap = emapGap
    self.margin = margin
    self.sentence = sentence
  }
}
