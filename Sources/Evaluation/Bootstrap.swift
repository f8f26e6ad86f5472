import Modalities

/// Paired bootstrap over test samples (Efron & Tibshirani, 1993, chapter 13: percentile intervals).
///
/// Every call draws the same resamples for the same seed, so that distributions of several statistics are paired and
/// can be subtracted resample by resample. A resample keeps all seeds of a sample together: seeds are pooled.
///
/// ```swift
/// let bootstrap = Bootstrap(samples: 500)
/// bootstrap.difference(of: [scoresOfA], over: [scoresOfB])   // mean difference and its 95 % interval
/// ```
/// - Complexity: O(resamples × samples × statistics) time, O(samples + resamples × statistics) memory.
public struct Bootstrap: Sendable {
  public let samples: Int
  public let resamples: Int
  public let seed: UInt64
  /// The samples of each group; nil where every sample is drawn by itself.
  private let groups: [[Int]]?

  /// - Parameters:
  ///   - samples: how many there are, at least one.
  ///   - groups: the group of every sample: samples that belong together are drawn together (Davison & Hinkley, 1997,
  ///     section 3.8); nil, or one group alone, where each stands for itself.
  ///   - resamples: at least one.
  ///   - seed: of the draws.
  public init(samples: Int, groups: [Int]? = nil, resamples: Int = 2000, seed: UInt64 = 0) {
    precondition(samples > 0 && resamples > 0, "\(resamples) resamples of \(samples) samples")
    precondition(groups == nil || groups!.count == samples, "\(groups?.count ?? 0) groups of \(samples) samples")
    self.samples = samples
    self.resamples = resamples
    self.seed = seed
    let members = groups.map { groups in
      Dictionary(grouping: groups.indices) { groups[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }
    self.groups = members.flatMap { $0.count > 1 ? $0 : nil }
  }

  /// Calls `body` with the sample indices of every resample, in order.
  public func forEachResample(_ body: ([Int]) -> Void) {
    var generator = SplitMix64(seed: seed)
    if let groups {
      for _ in 0..<resamples { body(groups.indices.flatMap { _ in groups[generator.next(below: groups.count)] }) }
      return
    }
    var indices = [Int](repeating: 0, count: samples)
    for _ in 0..<resamples {
      for position in 0..<samples { indices[position] = generator.next(below: samples) }
      body(indices)
    }
  }

  /// The value of any statistic in every resample; `nil` where it is undefined there.
  public func distribution(of statistic: ([Int]) -> Double?) -> [Double?] {
    var values = [Double?]()
    values.reserveCapacity(resamples)
    forEachResample { values.append(statistic($0)) }
    return values
  }

  /// The means of several per-sample scores in every resample, `[scores][resample]`, from one drawing of resamples.
  public func distributions(ofMeans scores: [[Double]]) -> [[Double]] {
    for values in scores {
      precondition(values.count == samples, "\(values.count) scores for \(samples) samples")
    }
    var means = scores.map { _ in [Double]() }
    forEachResample { indices in
      for (position, values) in scores.enumerated() {
        var sum = 0.0
        for index in indices { sum += values[index] }
        means[position].append(sum / Double(indices.count))
      }
    }
    return means
  }

  /// Difference of the mean scores of A and B with its interval.
  ///
  /// - Parameters:
  ///   - first: of A, per seed one score per test sample, `[seeds][N]`.
  ///   - second: of B, whose seeds may be more or fewer.
  public func difference(of first: [[Double]], over second: [[Double]]) -> Estimate {
    let differences = zip(Self.pooled(first), Self.pooled(second)).map { $0 - $1 }
    let mean = differences.reduce(0, +) / Double(differences.count)
    let distribution = distributions(ofMeans: [differences])[0]
    return Estimate(mean: mean, ci95: Self.interval(distribution) ?? Interval(mean, mean))
  }

  /// Per sample, the mean over seeds.
  public static func pooled(_ scores: [[Double]]) -> [Double] {
    guard let first = scores.first else { preconditionFailure("no seeds to pool") }
    return first.indices.map { index in scores.reduce(0) { $0 + $1[index] } / Double(scores.count) }
  }

  /// The central 95 % of a distribution, with linear interpolation between order statistics; undefined values are left
  /// out, `nil` where all are.
  public static func interval(_ distribution: [Double?], level: Double = 0.95) -> Interval? {
    let sorted = distribution.compactMap { $0 }.sorted()
    guard let last = sorted.indices.last else { return nil }
    func quantile(_ probability: Double) -> Double {
      let position = probability * Double(last)
      let lower = Int(position)
      let upper = min(last, lower + 1)
      return sorted[lower] + (sorted[upper] - sorted[lower]) * (position - Double(lower))
    }
    return Interval(quantile((1 - level) / 2), quantile((1 + level) / 2))
  }
}
