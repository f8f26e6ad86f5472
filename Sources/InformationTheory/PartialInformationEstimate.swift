/// The partial information of observed discrete variables, with bootstrap intervals.
///
/// Estimates are plug-in: from few samples in many cells, information and most of all synergy come out too high, by about
/// (cells − 1) / 2N nats. Intervals say how far another sample of the same size might lie, not how large that bias is.
///
/// ```swift
/// var generator = SplitMix64(seed: 0)
/// let estimate = try PartialInformationEstimate(
///   observing: (words, gestures), target: moods, unit: .bits, resamples: 200, using: &generator)
/// print(estimate.value.synergy, estimate.synergy)
/// ```
public struct PartialInformationEstimate: Sendable, Equatable {
  public let value: PartialInformation
  /// Percentile intervals of the parts over resamples of the observations (Efron and Tibshirani, 1993, chapter 13).
  public let redundancy, unique1, unique2, synergy: ClosedRange<Double>
  /// The share of resamples that an interval holds.
  public let level: Double
  /// R, U₁, U₂ and S of each resample.
  public let resampled: [[Double]]

  /// - Parameters:
  ///   - sources: labels of the two sources, one per observation.
  ///   - target: labels of the target.
  ///   - unit: of the results.
  ///   - resamples: how often the observations are drawn anew, with replacement.
  ///   - level: share of the resamples that an interval holds.
  ///   - generator: source of the draws.
  /// - Throws: `SampleError` when the numbers of observations differ or are 0; `DistributionError` as
  ///   `PartialInformation`.
  public init<First: Hashable, Second: Hashable, Target: Hashable>(
    observing sources: ([First], [Second]), target: [Target], unit: InformationUnit, resamples: Int = 200,
    level: Double = 0.95, using generator: inout some RandomNumberGenerator
  ) throws {
    precondition(resamples > 0 && level > 0 && level < 1, "\(resamples) resamples at level \(level)")
    let count = target.count
    guard sources.0.count == count, sources.1.count == count, count > 0 else {
      throw SampleError(
        "sources have \(sources.0.count) and \(sources.1.count) observations and the target \(count); expected equally "
          + "many, at least 1")
    }
    let columns = (
      JointCounts.numbered(sources.0), JointCounts.numbered(sources.1), JointCounts.numbered(target)
    )
    let shape = [columns.0.count, columns.1.count, columns.2.count]
    let (cells, overflow) = shape[0].multipliedReportingOverflow(by: shape[1] * shape[2])
    guard !overflow, cells <= 1 << 24 else {
      throw SampleError("a table of \(shape) cells is too large; use coarser labels")
    }
    let codes = (0..<count).map { row in
      (columns.0.levels[row] * shape[1] + columns.1.levels[row]) * shape[2] + columns.2.levels[row]
    }
    func split(_ codes: some Sequence<Int>) throws -> PartialInformation {
      var counts = [Double](repeating: 0, count: cells)
      for code in codes { counts[code] += 1 }
      return try PartialInformation(JointDistribution(proportionalTo: counts, shape: shape), unit: unit)
    }
    value = try split(codes)
    var drawn: [[Double]] = []
    for _ in 0..<resamples {
      let parts = try split((0..<count).map { _ in codes[Int.random(in: 0..<count, using: &generator)] })
      drawn.append([parts.redundancy, parts.unique1, parts.unique2, parts.synergy])
    }
    func interval(_ part: Int) -> ClosedRange<Double> { percentileInterval(drawn.map { $0[part] }, level: level) }
    (redundancy, unique1, unique2, synergy) = (interval(0), interval(1), interval(2), interval(3))
    resampled = drawn
    self.level = level
  }
}

/// The central part of a sample, between quantiles with linear interpolation.
func percentileInterval(_ values: [Double], level: Double) -> ClosedRange<Double> {
  let sorted = values.sorted()
  func quantile(_ probability: Double) -> Double {
    let position = probability * Double(sorted.count - 1)
    let lower = Int(position)
    let upper = min(lower + 1, sorted.count - 1)
    return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
  }
  return quantile((1 - level) / 2)...max(quantile((1 - level) / 2), quantile((1 + level) / 2))
}
