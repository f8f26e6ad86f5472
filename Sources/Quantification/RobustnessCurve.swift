import Foundation

/// How a score falls while inputs get worse (MultiBench: Liang et al., 2021; Taori et al., 2020).
///
/// ```swift
/// let curve = RobustnessCurve(levels: [0, 1, 2], scores: [0.9, 0.7, 0.5], higherIsBetter: true)
/// curve.area      // 0.7, the mean height
/// curve.loss      // 0.2, what the noise costs on average
/// ```
public struct RobustnessCurve: Codable, Sendable, Equatable {
  /// Rising, from 0: unperturbed.
  public let levels: [Double]
  /// At each level.
  public let scores: [Double]
  public let higherIsBetter: Bool

  public init(levels: [Double], scores: [Double], higherIsBetter: Bool) {
    precondition(
      levels.count == scores.count && levels.count > 1 && levels[0] == 0
        && zip(levels, levels.dropFirst()).allSatisfy(<),
      "a curve needs scores at rising levels from 0, found \(levels) and \(scores.count) scores")
    (self.levels, self.scores, self.higherIsBetter) = (levels, scores, higherIsBetter)
  }

  /// The score on unperturbed inputs.
  public var clean: Double { scores[0] }

  /// The area under the curve by trapezoids over the length of the ladder: its mean height, in the unit of the score.
  /// MultiBench calls it relative robustness.
  public var area: Double { Self.mean(scores, over: levels) }

  /// What perturbation costs on average over the ladder; negative where it helps.
  public var loss: Double { higherIsBetter ? clean - area : area - clean }

  /// How much better than another model the model is on average over the ladder (relative robustness τ of Taori et al.,
  /// 2020, against that model).
  public func relative(to other: RobustnessCurve) -> Double {
    requireSameLevels(other)
    return higherIsBetter ? area - other.area : other.area - area
  }

  /// How much less it loses than another model that starts from the same clean score would: the area between this curve
  /// and the other one, moved to this one's start (effective robustness of MultiBench, whose other model is late fusion).
  public func effective(against other: RobustnessCurve) -> Double {
    requireSameLevels(other)
    return other.loss - loss
  }

  /// How far the curve lies above what its clean score lets expect: the mean of ρ = score − β(clean) (Taori et al., 2020,
  /// section 2) from the first level that perturbs to the last, positive for better.
  ///
  /// - Parameter lines: β for each level after the first, fitted to other models.
  public func effective(beyond lines: [ReferenceLine]) -> Double {
    precondition(lines.count == levels.count - 1, "\(lines.count) reference lines for \(levels.count - 1) levels")
    let beyond = zip(scores.dropFirst(), lines).map { score, line in
      higherIsBetter ? score - line(clean) : line(clean) - score
    }
    // Of one level there is nothing to average.
    return beyond.count == 1 ? beyond[0] : Self.mean(beyond, over: Array(levels.dropFirst()))
  }

  private func requireSameLevels(_ other: RobustnessCurve) {
    precondition(
      levels == other.levels && higherIsBetter == other.higherIsBetter,
      "curves over the levels \(levels) and \(other.levels) cannot be compared")
  }

  private static func mean(_ values: [Double], over levels: [Double]) -> Double {
    var area = 0.0
    for index in 1..<levels.count {
      area += (values[index] + values[index - 1]) / 2 * (levels[index] - levels[index - 1])
    }
    return area / (levels[levels.count - 1] - levels[0])
  }
}

/// β: what a model's clean score lets expect of its score under one perturbation (Taori et al., 2020, section 2), a line
/// of least squares through other models at hand. Fitted through the model that is judged as well, it would follow that one
/// and hide most of what sets it apart.
///
/// Shares are related by their logits, kept away from 0 and 1 by a thousandth, other scores as they are.
public struct ReferenceLine: Codable, Sendable, Equatable {
  public let slope, intercept: Double
  /// Whether both scores are logits.
  public let isLogit: Bool
  /// Models it was fitted to.
  public let models: Int

  /// Models that a line takes: through fewer it says more about them than about what is to be expected.
  public static let fewest = 5

  /// - Parameters:
  ///   - clean: score of each model on unperturbed inputs.
  ///   - perturbed: its score under the perturbation.
  ///   - isShare: whether scores are shares from 0 to 1.
  /// - Returns: nil for fewer than ``fewest`` models, or where their clean scores do not differ: they define no line.
  public init?(clean: [Double], perturbed: [Double], isShare: Bool) {
    precondition(clean.count == perturbed.count, "\(clean.count) clean scores, \(perturbed.count) perturbed ones")
    guard clean.count >= Self.fewest else { return nil }
    let x = clean.map { Self.scaled($0, isShare) }
    let y = perturbed.map { Self.scaled($0, isShare) }
    let (meanX, meanY) = (x.reduce(0, +) / Double(x.count), y.reduce(0, +) / Double(y.count))
    let spread = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
    guard spread > 1e-9 * max(1, meanX * meanX) else { return nil }
    slope = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / spread
    intercept = meanY - slope * meanX
    isLogit = isShare
    models = clean.count
  }

  /// The score to expect.
  public func callAsFunction(_ clean: Double) -> Double {
    let value = intercept + slope * Self.scaled(clean, isLogit)
    return isLogit ? 1 / (1 + exp(-value)) : value
  }

  private static func scaled(_ score: Double, _ isShare: Bool) -> Double {
    guard isShare else { return score }
    let inside = min(max(score, 1e-3), 1 - 1e-3)
    return log(inside / (1 - inside))
  }
}
