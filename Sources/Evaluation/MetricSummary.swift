/// One metric of one method over its seeds.
public struct MetricSummary: Codable, Sendable, Equatable {
  /// Mean over seeds.
  public var mean: Double
  /// Sample standard deviation over seeds (n − 1); 0 for a single seed.
  public var std: Double
  /// 95 % interval of the mean: percentile bootstrap over test samples, seeds pooled.
  public var ci95: Interval
  /// One value per seed, in the order of the seeds.
  public var perSeed: [Double]

  public init(mean: Double, std: Double, ci95: Interval, perSeed: [Double]) {
    self.mean = mean
    self.std = std
    self.ci95 = ci95
    self.perSeed = perSeed
  }
}
