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

/// A closed interval, written as `[low, high]`.
public struct Interval: Codable, Sendable, Equatable {
  public var low: Double
  public var high: Double

  public init(_ low: Double, _ high: Double) {
    self.low = low
    self.high = high
  }

  public init(from decoder: any Decoder) throws {
    var values = try decoder.unkeyedContainer()
    self.init(try values.decode(Double.self), try values.decode(Double.self))
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.unkeyedContainer()
    try values.encode(low)
    try values.encode(high)
  }

  public func contains(_ value: Double) -> Bool { low <= value && value <= high }
}

/// A mean with its 95 % interval, `{"mean": …, "ci95": [low, high]}`.
public struct Estimate: Codable, Sendable, Equatable {
  public var mean: Double
  public var ci95: Interval

  public init(mean: Double, ci95: Interval) {
    self.mean = mean
    self.ci95 = ci95
  }
}
