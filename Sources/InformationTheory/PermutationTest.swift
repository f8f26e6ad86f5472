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
  /// What the statistic exceeds in 2.5 % of the permutations.
  public let nullQuantile: Double
  public let permutations: Int

  /// Whether chance is ruled out: p below .05, and the statistic above what 97.5 % of the random orders reach.
  public var isSignificant: Bool { pValue < 0.05 && statistic > nullQuantile }

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
    let observed = try statistic(Array(0..<samples))
    let null = try (0..<permutations).map { _ in try statistic((0..<samples).shuffled(using: &generator)) }
    self.init(observed, null: null)
  }

  /// The same with orders that are fair for samples in groups.
  public init(
    _ shuffle: SampleShuffle, permutations: Int = 999, using generator: inout some RandomNumberGenerator,
    statistic: (_ order: [Int]) throws -> Double
  ) rethrows {
    precondition(shuffle.count > 0 && permutations > 0, "\(permutations) permutations of \(shuffle.count) samples")
    let observed = try statistic(Array(0..<shuffle.count))
    let null = try (0..<permutations).map { _ in try statistic(shuffle.order(using: &generator)) }
    self.init(observed, null: null)
  }

  /// - Parameters:
  ///   - statistic: of the samples as they are.
  ///   - null: of the same in random orders, at least one.
  public init(_ statistic: Double, null: [Double]) {
    precondition(!null.isEmpty, "a test needs a random order")
    self.statistic = statistic
    permutations = null.count
    // Orders that change nothing but rounding count as equal.
    let threshold = statistic - 1e-12 * abs(statistic)
    pValue = Double(1 + null.count { $0 >= threshold }) / Double(1 + null.count)
    nullMean = null.reduce(0, +) / Double(null.count)
    nullQuantile = null.sorted()[Int(0.975 * Double(null.count))]
  }

  /// Each p-value times the number of tests that it is among, the smallest first (Holm, 1979): all that stay below a
  /// level are below it together.
  public static func holm(_ pValues: [Double]) -> [Double] {
    let order = pValues.indices.sorted { pValues[$0] < pValues[$1] }
    var adjusted = pValues
    var largest = 0.0
    for (rank, index) in order.enumerated() {
      largest = max(largest, min(1, pValues[index] * Double(pValues.count - rank)))
      adjusted[index] = largest
    }
    return adjusted
  }
}
