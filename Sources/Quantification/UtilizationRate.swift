public import Tensors

/// How much of what a model reaches is owed to each modality, given the others (Wu et al., 2022, section 3.1).
///
/// u(m | others) = (A(all) − A(all but m)) / A(all) for a score A; of an error E, (E(all but m) − E(all)) / E(all but m). A rate
/// near 0 says that the model does as well without the modality: others say the same, or it never learned from it. Where a
/// modality is withheld, its encoding is the mean over the samples, which says nothing of any; a model that reads steps,
/// or that combines decisions, is told that it is absent.
public struct UtilizationRate: Codable, Sendable, Equatable {
  /// By modality; negative where the model does better without it.
  public let rates: [String: Double]

  /// - Parameters:
  ///   - names: of the modalities.
  ///   - all: the score with all modalities.
  ///   - without: the score without each of `names`.
  ///   - higherIsBetter: whether the score is one of success and not an error.
  /// - Returns: nil where the score to divide by is not above 0, or not finite.
  public init?(_ names: [String], all: Double, without: [Double], higherIsBetter: Bool) {
    precondition(names.count == without.count, "\(without.count) scores for \(names.count) modalities")
    var rates: [String: Double] = [:]
    for (name, score) in zip(names, without) {
      let whole = higherIsBetter ? all : score
      guard whole > 0, whole.isFinite, all.isFinite, score.isFinite else { return nil }
      rates[name] = (higherIsBetter ? all - score : score - all) / whole
    }
    self.rates = rates
  }

  /// How unevenly modalities are used, max u − min u (|d_util| of Wu et al. for two).
  public var imbalance: Double { (rates.values.max() ?? 0) - (rates.values.min() ?? 0) }

  /// Encodings and presence with one modality withheld.
  ///
  /// - Parameters:
  ///   - modality: position of the one that is withheld.
  ///   - encoded: `[N, …]` each.
  ///   - present: `[N, M]`; nil where all are there.
  ///   - mean: what to put in its place, `[1, …]`; nil to mark it absent.
  public static func withholding(
    _ modality: Int, of encoded: [Tensor], present: Tensor?, mean: Tensor?
  ) -> (encoded: [Tensor], present: Tensor?) {
    let count = encoded[0].shape[0]
    guard let mean else {
      let there = present ?? Tensor.ones([count, encoded.count], dtype: .bool)
      let isOther = (Tensor.arange(encoded.count) .!= Double(modality)).unsqueezed(0)
      return (encoded, there .& isOther)
    }
    var encoded = encoded
    encoded[modality] = mean.expanded(to: encoded[modality].shape)
    return (encoded, present)
  }

  /// The mean of an encoding `[…, N, D]` over the samples that have the modality `[N]`, `[…, 1, D]`.
  public static func mean(_ encoded: Tensor, present: Tensor?) -> Tensor {
    guard let present else { return encoded.mean(axes: [-2], keepingDimensions: true) }
    let weights = present.to(encoded.dtype).unsqueezed(1)
    return (encoded * weights).sum(axes: [-2], keepingDimensions: true) / weights.sum().clamped(min: 1)
  }
}
