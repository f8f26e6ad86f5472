/// Samples by confidence, ready for the calibration error of any selection of them.
public struct CalibrationBins: Sendable, Equatable {
  private let bins: Int
  /// The bin of every sample.
  private let bin: [Int]
  /// Hit (0 or 1) minus confidence of every sample.
  private let gap: [Double]

  /// - Parameters:
  ///   - confidences: largest probability of every sample, 0 … 1.
  ///   - hits: whether the class with that probability is the right one.
  ///   - bins: number of equal-width bins (low, high].
  public init(confidences: [Double], hits: [Bool], bins: Int = 15) {
    requirePairs(confidences.count, hits.count)
    self.bins = bins
    bin = confidences.map { min(bins - 1, max(0, Int(($0 * Double(bins)).rounded(.up)) - 1)) }
    gap = zip(confidences, hits).map { ($1 ? 1 : 0) - $0 }
  }

  /// Expected calibration error (Guo et al., 2017, eq. 3): Σ_b n_b / n · |accuracy(b) − confidence(b)|, over the samples at
  /// `indices`, a sample as often as it occurs.
  public func error(at indices: [Int]) -> Double {
    precondition(!indices.isEmpty, "a metric needs at least one sample")
    // Σ over a bin of (hit − confidence) already is n_b times the difference.
    var sums = [Double](repeating: 0, count: bins)
    for index in indices { sums[bin[index]] += gap[index] }
    return sums.reduce(0) { $0 + abs($1) } / Double(indices.count)
  }

  /// Expected calibration error over all samples.
  public var error: Double { error(at: Array(bin.indices)) }
}
