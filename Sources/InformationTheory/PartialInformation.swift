import Foundation

/// What two sources say about a target, split into redundant, unique and synergistic information (Bertschinger et al.,
/// 2014, definitions 2 and 3: "BROJA").
///
/// Unique information of X₁ is min_Q I_Q(Y; X₁ | X₂) over the distributions Q with P's marginals of (X₁, Y) and (X₂, Y).
/// All four parts follow from min_Q I_Q(Y; X₁, X₂): S = I(Y; X₁, X₂) − min, U₁ = min − I(Y; X₂), U₂ = min − I(Y; X₁),
/// R = I(Y; X₁) + I(Y; X₂) − min. The minimum is found by an interior-point method and comes with a certificate.
///
/// ```swift
/// let and = try JointDistribution([0.25, 0, 0.25, 0, 0.25, 0, 0, 0.25], shape: [2, 2, 2])
/// let parts = try PartialInformation(and, unit: .bits)
/// parts.redundancy     // 0.311278
/// parts.synergy        // 0.5
/// parts.gap            // 3e-12: no part is further than this from exact
/// ```
public struct PartialInformation: Sendable, Equatable {
  /// Information about the target that both sources hold.
  public let redundancy: Double
  /// Information that only the first, only the second source holds.
  public let unique1, unique2: Double
  /// Information that only both sources together hold.
  public let synergy: Double
  public let unit: InformationUnit
  /// I_Q(Y; X₁, X₂) of `minimiser` minus a lower bound on the minimum from a feasible point of the dual problem, in
  /// `unit`: R and S may be too low, U₁ and U₂ too high, by at most this.
  public let gap: Double
  /// The largest difference between a marginal probability of (X₁, Y) or (X₂, Y) under `minimiser` and under P.
  public let marginalError: Double
  /// Newton steps taken.
  public let iterations: Int
  /// Q, over (X₁, X₂, Y).
  public let minimiser: JointDistribution

  /// Splits the information of two sources about a target.
  ///
  /// - Parameters:
  ///   - joint: P.
  ///   - sources: the variables that make up X₁ and X₂.
  ///   - target: the variables that make up Y.
  ///   - unit: of the results.
  ///   - tolerance: the largest gap allowed, in nats.
  ///   - isCancelled: asked before every Newton step.
  /// - Throws: `DistributionError` when no gap within `tolerance` was certified; `CancellationError` once `isCancelled`.
  /// - Complexity: per Newton step O(|X₁| |X₂|² |Y|³); around 20 steps. X₂ being the source with fewer values.
  public init(
    _ joint: JointDistribution, sources: ([Int], [Int]) = ([0], [1]), target: [Int] = [2], unit: InformationUnit,
    tolerance: Double = 1e-8, isCancelled: () -> Bool = { false }
  ) throws {
    precondition(!target.isEmpty && !sources.0.isEmpty && !sources.1.isEmpty, "sources and target need variables")
    func size(_ variables: [Int]) -> Int { variables.reduce(1) { $0 * joint.shape[$1] } }
    let shape = [size(sources.0), size(sources.1), size(target)]
    let full = try JointDistribution(
      proportionalTo: joint.marginal(sources.0 + sources.1 + target).probabilities, shape: shape)
    let kept = (0..<3).map { axis in
      full.marginal([axis]).probabilities.enumerated().filter { $0.element > 0 }.map(\.offset)
    }
    // The solver factors a matrix as large as its second source.
    let isExchanged = kept[1].count > kept[0].count
    let cells = (isExchanged ? kept[1] : kept[0]).flatMap { outer in
      (isExchanged ? kept[0] : kept[1]).flatMap { inner in
        let cell = isExchanged ? inner * shape[1] + outer : outer * shape[1] + inner
        return kept[2].map { cell * shape[2] + $0 }
      }
    }
    let solution = try BROJASolver(
      cells.map { full.probabilities[$0] }, first: max(kept[0].count, kept[1].count),
      second: min(kept[0].count, kept[1].count), labels: kept[2].count
    ).solve(tolerance: min(tolerance, 1e-8) * 1e-2, isCancelled: isCancelled)
    guard solution.gap <= tolerance else {
      throw DistributionError(
        "partial information: the duality gap is \(solution.gap) nats; expected at most \(tolerance)")
    }
    var probabilities = [Double](repeating: 0, count: full.probabilities.count)
    for (cell, value) in zip(cells, solution.table) { probabilities[cell] = value }
    let minimiser = try JointDistribution(proportionalTo: probabilities, shape: shape)
    let marginalError = [[0, 2], [1, 2]].reduce(0) { worst, pair in
      zip(minimiser.marginal(pair).probabilities, full.marginal(pair).probabilities)
        .reduce(worst) { max($0, abs($1.0 - $1.1)) }
    }
    guard marginalError <= 1e-10 else {
      throw DistributionError("partial information: marginals differ by \(marginalError); expected at most 1e-10")
    }
    let least = full.entropy([2], unit: .nats) + solution.value
    let both = full.mutualInformation([0, 1], [2], unit: .nats)
    let (one, two) = (
      full.mutualInformation([0], [2], unit: .nats), full.mutualInformation([1], [2], unit: .nats)
    )
    (self.minimiser, self.marginalError, self.unit) = (minimiser, marginalError, unit)
    redundancy = unit.value(ofNats: one + two - least)
    unique1 = unit.value(ofNats: least - two)
    unique2 = unit.value(ofNats: least - one)
    synergy = unit.value(ofNats: both - least)
    gap = unit.value(ofNats: solution.gap)
    iterations = solution.iterations
  }
}
