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
