public import Quantification

/// Distances between the modalities of a data set by transfer, and between its pairs of modalities where there are three.
public struct HeterogeneityResult: Codable, Sendable, Equatable {
  public let dataset: String
  public let modalities: HeterogeneityMatrix
  /// Between pairs, named `a+b`; nil for two modalities, which make one pair.
  public let pairs: HeterogeneityMatrix?

  package init(dataset: String, modalities: HeterogeneityMatrix, pairs: HeterogeneityMatrix?) {
    (self.dataset, self.modalities, self.pairs) = (dataset, modalities, pairs)
  }
}
