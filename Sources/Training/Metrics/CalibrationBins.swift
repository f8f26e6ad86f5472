/// Samples by confidence, ready for the calibration error of any selection of them.
public struct CalibrationBins: Sendable, Equatable {
  public let bins: Int
  /// The bin of every sample.
  public let bin: [Int]
  /// Hit (0 or 1) minus confidence of every sample.
  public let gap: [Double]

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

  /// Expected calibration error (Guo et al., 2017, eq. 3): Σ_b n_b / n · |accuracy(b) − confidence(b)|.
  ///
  /// - Parameters:
  ///   - sums: Σ of ``gap`` over the samples of each bin, which already is n_b times the difference.
  ///   - count: n, the samples of all bins.
  public static func error(_ sums: [Double], of count: Int) -> Double {
    sums.reduce(0) { $0 + abs($1) } / Double(count)
  }

  /// Expected calibration error over all samples.
  public var error: Double {
    precondition(!bin.isEmpty, "a metric needs at least one sample")
    var sums = [Double](repeating: 0, count: bins)
    for (bin, gap) in zip(bin, gap) { sums[bin] += gap }
    return Self.error(sums, of: bin.count)
  }
}
