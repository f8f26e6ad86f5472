import Evaluation

/// The interval of samples and seeds crossed, written out from its definition: what the library's is compared with.
///
/// With the scores p_su of seed s on unit u, d_u the difference of the sides' means over seeds, and on each side
/// B = s²(seed means) / S and R = residual mean square / (U·S), the variance is s²(d) / U + Σ max(0, B − R), and the degrees
/// of freedom follow Satterthwaite (1946).
enum CrossedFormula {
  /// - Parameters:
  ///   - fusion: `[seeds][units]`: scores, or pseudo-values of groups; a single row is a deterministic side.
  ///   - reference: of the other side.
  /// - Returns: the difference with its interval.
  static func difference(_ fusion: [[Double]], _ reference: [[Double]], level: Double = 0.95) -> Estimate {
    let units = fusion[0].count
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func squares(_ values: [Double]) -> Double {
      let centre = mean(values)
      return values.reduce(0) { $0 + ($1 - centre) * ($1 - centre) }
    }
    func overSeeds(_ side: [[Double]]) -> [Double] { (0..<units).map { unit in mean(side.map { $0[unit] }) } }
    let differences = zip(overSeeds(fusion), overSeeds(reference)).map { $0 - $1 }
    let centre = mean(differences)
    let sampling = squares(differences) / Double(units - 1) / Double(units)
    var variance = sampling
    var spread = sampling * sampling / Double(units - 1)
    for side in [fusion, reference] where side.count > 1 {
      let seeds = Double(side.count)
      let means = side.map(mean)
      let samples = overSeeds(side)
      let grand = mean(means)
      var residual = 0.0
      for (row, seedMean) in zip(side, means) {
        for unit in 0..<units {
          let left = row[unit] - seedMean - samples[unit] + grand
          residual += left * left
        }
      }
      let freedom = (seeds - 1) * Double(units - 1)
      let between = squares(means) / (seeds - 1) / seeds
      let within = residual / freedom / (Double(units) * seeds)
      variance += max(0, between - within)
      spread += between * between / (seeds - 1) + within * within / freedom
    }
    guard variance > 0 else { return Estimate(mean: centre, ci95: Interval(centre, centre)) }
    let half = Quantiles.studentT(level, freedom: max(1, variance * variance / spread)) * variance.squareRoot()
    return Estimate(mean: centre, ci95: Interval(centre - half, centre + half))
  }

  /// The jackknife's pseudo-values of a mean over groups of samples: U θ − (U − 1) θ without the group.
  static func pseudoValues(_ scores: [Double], groups: [Int]) -> [Double] {
    let count = groups.max()! + 1
    var sums = [Double](repeating: 0, count: count)
    var sizes = [Double](repeating: 0, count: count)
    for (score, group) in zip(scores, groups) {
      sums[group] += score
      sizes[group] += 1
    }
    let (sum, size) = (sums.reduce(0, +), sizes.reduce(0, +))
    return (0..<count).map { group in
      Double(count) * sum / size - Double(count - 1) * (sum - sums[group]) / (size - sizes[group])
    }
  }
}

extension CrossedFormula {
  /// Of simulated scores, by groups where there are any.
  static func interval(_ draw: SimulatedScores.Draw) -> (low: Double, high: Double) {
    func units(_ side: [[Double]]) -> [[Double]] {
      draw.groups.map { groups in side.map { pseudoValues($0, groups: groups) } } ?? side
    }
    let interval = difference(units(draw.fusion), units(draw.reference)).ci95
    return (interval.low, interval.high)
  }
}
