extension Predictions {
  /// The score where row i is held against the target of row `order[i]` (several labels: the whole row of labels); nil where
  /// it is undefined.
  ///
  /// - Complexity: O(N) for classes and values, O(N K) for labels and for areas under curves.
  public func score(_ metric: Metric, permuting order: [Int]) -> Double? {
    precondition(order.count == count, "an order of \(order.count) for \(count) samples")
    return scored.score(metric, permuting: order)
  }

  /// One number a sample whose mean over samples is the metric; nil for a metric that is no such mean.
  public func sampleScores(_ metric: Metric) -> [Double]? { scored.sampleScores(metric) }

  /// Jackknife pseudo-values p_u = U θ − (U − 1) θ₋ᵤ, `[U]`, oriented as the metric: their mean estimates the score, their
  /// spread its uncertainty (Efron & Tibshirani, 1993, chapter 11).
  ///
  /// Exact, but for average precision over large groups (``RankedScores/averagePrecisions(_:withoutEach:count:limit:)``). A
  /// part of the score that is undefined without a unit, as the recall of a class whose last sample it holds, is as in the
  /// whole.
  ///
  /// - Parameters:
  ///   - metric: of the task.
  ///   - units: the unit of each sample, in `0..<count`: the sample itself, or its group.
  ///   - count: U.
  /// - Returns: nil where the metric is not smooth (calibration error) or undefined for the whole, or for fewer than two
  ///   units.
  /// - Complexity: O(N log N) once, then O(N + U K) a call; average precision over groups of several O(U N K).
  public func pseudoValues(_ metric: Metric, units: [Int], count: Int) -> [Double]? {
    precondition(units.count == self.count, "units of \(units.count) samples for \(self.count)")
    guard count > 1 else { return nil }
    let units = Units(units, count: count)
    let without: [Double]
    let whole: Double
    if let scores = sampleScores(metric) {
      // A mean over samples, whose pseudo-values are the scores themselves where the samples are the units.
      if units.members.allSatisfy({ $0.count == 1 }) { return units.members.map { scores[$0[0]] } }
      let total = scores.reduce(0, +)
      whole = total / Double(scores.count)
      without = units.members.map { samples in
        let rest = scores.count - samples.count
        return rest > 0 ? (total - samples.reduce(0) { $0 + scores[$1] }) / Double(rest) : whole
      }
    } else {
      guard let score = score(metric), let scores = scored.scores(metric, withoutEach: units) else { return nil }
      (whole, without) = (score, scores)
    }
    return without.map { Double(count) * whole - Double(count - 1) * $0 }
  }
}
