import Foundation

/// One side of a difference: a method's jackknife pseudo-values, by seed and unit.
///
/// A unit is a test sample, or a group of samples that belong together. The pseudo-value of unit u in seed s is
/// p_su = U θ_s − (U − 1) θ_s,−u (Quenouille, 1956; Tukey, 1958); of a mean over samples, the score of the sample itself.
public struct SeededScores: Sendable, Equatable {
  /// `[S][U]`.
  public let values: [[Double]]
  /// Whether every seed gives the same model, so that there is nothing to know about others.
  public let isDeterministic: Bool

  /// - Precondition: at least one seed, at least two units, as many in every seed.
  public init(_ values: [[Double]], isDeterministic: Bool = false) {
    precondition(
      !values.isEmpty && values[0].count > 1 && values.allSatisfy { $0.count == values[0].count },
      "scores of \(values.map(\.count)) units; expected the same number, at least 2, in every seed")
    self.values = values
    self.isDeterministic = isDeterministic
  }

  public var seeds: Int { values.count }
  public var units: Int { values[0].count }

  /// Of every unit, the mean over seeds.
  var unitMeans: [Double] { Bootstrap.pooled(values) }

  /// What seeds add to the variance of the mean: B, the variance of the seeds' means over their number, and R, the part of
  /// it that the interplay of seeds and units explains already.
  var seedParts: (between: Double, residual: Double) {
    guard !isDeterministic, seeds > 1 else { return (0, 0) }
    let (s, u) = (Double(seeds), Double(units))
    let means = values.map { $0.reduce(0, +) / u }
    let columns = unitMeans
    let all = means.reduce(0, +) / s
    let between = means.reduce(0) { $0 + ($1 - all) * ($1 - all) } / (s - 1)
    var squares = 0.0
    for (row, mean) in zip(values, means) {
      for (value, column) in zip(row, columns) {
        let residual = value - mean - column + all
        squares += residual * residual
      }
    }
    return (between / s, squares / ((s - 1) * (u - 1)) / (u * s))
  }
}

/// The interval of a difference between two methods for this training set: what other seeds and other test samples would
/// have given.
///
/// Seeds and test units are crossed random effects. With d_u the difference of the unit's means over seeds,
/// Var = s²_d / U + Σ_sides max(0, B − R), where B is the variance of the seeds' means over S and R is the mean square of
/// the residuals over U S, which B holds, too, and s²_d / U has counted already. Degrees of freedom are Satterthwaite's
/// (1946): ν = Var² / (A² / (U − 1) + Σ_sides [B² / (S − 1) + R² / ((S − 1)(U − 1))]), at least 1.
///
/// It says nothing about other training sets.
///
/// ```swift
/// let interval = CrossedInterval(of: fusion, over: single)!
/// interval.estimate(around: difference)     // {mean, ci95}
/// ```
public struct CrossedInterval: Sendable, Equatable, Codable {
  /// Of the difference.
  public let variance: Double
  public let degreesOfFreedom: Double
  /// The part of the variance that test units bring, s²_d / U; it shrinks with their number.
  public let unitPart: Double
  /// How many units.
  public let units: Int
  /// What each random side brings.
  public let sides: [Side]

  /// Of the seeds of one side: B and R.
  public struct Side: Sendable, Equatable, Codable {
    public let between, residual: Double
    public let seeds: Int

    /// B² / (S − 1) + R² / ((S − 1)(U − 1)).
    func spread(units: Double) -> Double {
      (between * between + residual * residual / (units - 1)) / Double(seeds - 1)
    }

    /// With so many times as many units: R shrinks with their number, and so does what B holds of it.
    func with(units factor: Double) -> Side {
      Side(
        between: max(0, between - residual) + min(between, residual) / factor, residual: residual / factor, seeds: seeds
      )
    }
  }

  /// - Parameter sharesSeeds: whether both sides were trained with the same seeds, in the same order: what a seed does to
  ///   both (the order of the batches, the first weights of what they have in common) is no part of their difference, which
  ///   then is one random thing and not two.
  /// - Returns: `nil` where a side is random and has one seed: nothing is known about others.
  public init?(of first: SeededScores, over second: SeededScores, sharesSeeds: Bool = false) {
    precondition(first.units == second.units, "\(first.units) and \(second.units) units; expected the same ones")
    if sharesSeeds, first.seeds == second.seeds, !first.isDeterministic, !second.isDeterministic {
      self.init(of: SeededScores(zip(first.values, second.values).map { zip($0, $1).map { $0 - $1 } }))
      return
    }
    self.init(differences: zip(first.unitMeans, second.unitMeans).map { $0 - $1 }, sides: [first, second])
  }

  /// Of a single quantity, such as what a model has over a function of itself.
  /// - Returns: `nil` where it is random and has one seed.
  public init?(of scores: SeededScores) {
    self.init(differences: scores.unitMeans, sides: [scores])
  }

  private init?(differences: [Double], sides: [SeededScores]) {
    guard sides.allSatisfy({ $0.isDeterministic || $0.seeds > 1 }) else { return nil }
    let count = Double(differences.count)
    let mean = differences.reduce(0, +) / count
    let unitPart = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count
    var variance = unitPart
    var spread = unitPart * unitPart / (count - 1)
    self.sides = sides.filter { !$0.isDeterministic }.map { side in
      let (between, residual) = side.seedParts
      return Side(between: between, residual: residual, seeds: side.seeds)
    }
    for side in self.sides {
      variance += max(0, side.between - side.residual)
      spread += side.spread(units: count)
    }
    self.variance = variance
    self.unitPart = unitPart
    units = differences.count
    degreesOfFreedom = spread > 0 ? max(1, variance * variance / spread) : count - 1
  }

  /// Half the width of the central interval.
  public func halfWidth(level: Double = 0.95) -> Double {
    guard variance > 0 else { return 0 }
    return StudentT.quantile((1 + level) / 2, degreesOfFreedom: degreesOfFreedom) * variance.squareRoot()
  }

  /// The central interval around an estimate.
  public func interval(around mean: Double, level: Double = 0.95) -> Interval {
    let half = halfWidth(level: level)
    return Interval(mean - half, mean + half)
  }

  /// The estimate with its 95 % interval.
  public func estimate(around mean: Double) -> Estimate { Estimate(mean: mean, ci95: interval(around: mean)) }

  /// How many units would make the half-width of the interval `wanted`, other things equal; `nil` where no number does,
  /// because the seeds alone spread more than that.
  public func unitsNeeded(forHalfWidth wanted: Double, level: Double = 0.95) -> Int? {
    guard wanted > 0, variance > 0 else { return nil }
    func half(_ count: Double) -> Double {
      let factor = count / Double(units)
      let (part, sides) = (unitPart / factor, sides.map { $0.with(units: factor) })
      let variance = part + sides.reduce(0) { $0 + max(0, $1.between - $1.residual) }
      let spread = part * part / (count - 1) + sides.reduce(0) { $0 + $1.spread(units: count) }
      let freedom = spread > 0 ? max(1, variance * variance / spread) : count - 1
      return StudentT.quantile((1 + level) / 2, degreesOfFreedom: freedom) * variance.squareRoot()
    }
    guard half(1e9) <= wanted else { return nil }
    var (low, high) = (1.0, 1e9)
    while high / low > 1.001, high - low > 1 {
      let middle = (low * high).squareRoot().rounded(.up)
      if half(max(2, middle)) <= wanted { high = middle } else { low = middle }
    }
    return max(Int(high.rounded(.up)), 2)
  }
}
