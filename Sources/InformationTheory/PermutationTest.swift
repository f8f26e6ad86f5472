/// A test of independence by putting the samples of one variable in random orders.
///
/// ```swift
/// let ksg = KraskovInformation()
/// let test = try PermutationTest(samples: x.count, permutations: 199, using: &generator) { order in
///   try ksg.mutualInformation(x, y.rows(order), unit: .nats)
/// }
/// ```
public struct PermutationTest: Sendable, Equatable {
  /// The statistic of the samples as they are.
  public let statistic: Double
  /// (1 + permutations whose statistic is at least as large) / (1 + permutations): exact for any number of them
  /// (Phipson and Smyth, 2010).
  public let pValue: Double
  /// The mean of the statistic over the permutations: what it is on average without dependence.
  public let nullMean: Double
  public let permutations: Int

  /// - Parameters:
  ///   - samples: how many there are.
  ///   - permutations: random orders.
  ///   - generator: draws the orders.
  ///   - statistic: of the first variable in the samples' order and the second in the given one; large values speak for
  ///     dependence.
  public init(
    samples: Int, permutations: Int = 999, using generator: inout some RandomNumberGenerator,
    statistic: (_ order: [Int]) throws -> Double
  ) rethrows {
    precondition(samples > 0 && permutations > 0, "\(permutations) permutations of \(samples) samples")
    var order = Array(0..<samples)
    let observed = try statistic(order)
    // Orders that change nothing but rounding count as equal.
    let threshold = observed - 1e-12 * abs(observed)
    var (reached, sum) = (0, 0.0)
    for _ in 0..<permutations {
      order.shuffle(using: &generator)
      let value = try statistic(order)
      sum += value
      if value >= threshold { reached += 1 }
    }
    self.statistic = observed
    self.permutations = permutations
    pValue = Double(1 + reached) / Double(1 + permutations)
    nullMean = sum / Double(permutations)
  }
}
