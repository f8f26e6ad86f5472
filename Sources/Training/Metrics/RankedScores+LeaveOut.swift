extension RankedScores {
  /// AUROC without each unit's samples in turn, `[U]`; a unit with the last positive or negative keeps the whole's. Nil
  /// where the whole has none.
  ///
  /// What a sample contributes is its placement (DeLong et al., 1988): how many of the other kind it is on the right side
  /// of. A unit takes away its samples' placements, but pairs within it only once.
  ///
  /// - Parameters:
  ///   - positives: whether each sample is one, `[N]`.
  ///   - units: the unit of each sample, in `0..<count`.
  ///   - count: U.
  /// - Complexity: O(N + U).
  public func aurocs(_ positives: [Bool], withoutEach units: [Int], count: Int) -> [Double]? {
    let found = positives.count { $0 }
    let missed = positives.count - found
    guard found > 0, missed > 0 else { return nil }
    var pairs = 0.0
    // Of each unit: placements of its samples less the pairs within it, its positives and negatives.
    var lost = [Double](repeating: 0, count: count)
    var members = [(found: Int, missed: Int)](repeating: (0, 0), count: count)
    // Of each unit's samples seen so far, those with the score at hand.
    var tied = [(tie: Int, found: Int, missed: Int)](repeating: (-1, 0, 0), count: count)
    var (above, missedAbove, first) = (0, 0, 0)
    for last in order.indices where isLast[last] {
      let hits = order[first...last].count { positives[Int($0)] }
      let misses = last + 1 - first - hits
      let beaten = Double(missed - missedAbove - misses) + Double(misses) / 2
      let beating = Double(above) + Double(hits) / 2
      pairs += Double(hits) * beaten
      for sample in order[first...last] {
        let unit = units[Int(sample)]
        if tied[unit].tie != last { tied[unit] = (last, 0, 0) }
        if positives[Int(sample)] {
          lost[unit] += beaten - Double(tied[unit].missed) / 2
          members[unit].found += 1
          tied[unit].found += 1
        } else {
          lost[unit] += beating - Double(members[unit].found - tied[unit].found) - Double(tied[unit].found) / 2
          members[unit].missed += 1
          tied[unit].missed += 1
        }
      }
      (above, missedAbove, first) = (above + hits, missedAbove + misses, last + 1)
    }
    let whole = pairs / (Double(found) * Double(missed))
    return (0..<count).map { unit in
      let left = (found - members[unit].found) * (missed - members[unit].missed)
      return left > 0 ? (pairs - lost[unit]) / Double(left) : whole
    }
  }

  /// Average precision without each unit's samples in turn, `[U]`; a unit with the last positive or negative keeps the
  /// whole's. Nil where the whole has none.
  ///
  /// A unit of one sample by sums over the scores above and below it, others by walking through the scores below their
  /// first; where that would take more than `limit` steps, to first order in the weights of the samples instead
  /// (infinitesimal jackknife; Efron & Tibshirani, 1993, chapter 22).
  ///
  /// - Parameters: as in ``aurocs(_:withoutEach:count:)``.
  /// - Complexity: O(N + U) for single samples.
  public func averagePrecisions(
    _ positives: [Bool], withoutEach units: [Int], count: Int, limit: Int = 200_000_000
  ) -> [Double]? {
    let curve = PrecisionCurve(self, positives)
    guard curve.found > 0, curve.found < positives.count else { return nil }
    var members = [[Int]](repeating: [], count: count)
    for sample in order { members[units[Int(sample)]].append(Int(sample)) }
    let several = members.count { $0.count > 1 }
    let approximate = several > 0 && several > limit / max(curve.steps.count, 1)
    return members.map { samples in
      let hits = samples.count { positives[$0] }
      guard hits < curve.found, samples.count - hits < positives.count - curve.found else { return curve.area }
      if samples.count > 1, approximate {
        return curve.area - samples.reduce(0) { $0 + curve.influence(of: $1, isPositive: positives[$1]) }
      }
      return curve.area(without: samples.map { ($0, positives[$0]) }, hits: hits)
    }
  }
}

/// Precision at each distinct score that a positive sample has, with the sums that leaving samples out needs.
private struct PrecisionCurve {
  /// A score: its positives, and how many positives and samples have it or a larger one.
  struct Step {
    var hits = 0
    var found = 0
    var all = 0
  }

  private(set) var steps: [Step] = []
  private(set) var found = 0
  /// The first step at or below each sample's score.
  private var step: [Int]
  /// Up to each step: Σ hits · precision; and with one negative or one positive less above: the rest of the sum.
  private var above = [0.0]
  private var negativeBelow: [Double] = []
  private var positiveBelow: [Double] = []
  /// From each step on: Σ hits / all and Σ hits · found / all².
  private var shares: [Double] = []
  private var slopes: [Double] = []

  init(_ ranked: RankedScores, _ positives: [Bool]) {
    step = [Int](repeating: 0, count: positives.count)
    var current = Step()
    for (rank, sample) in ranked.order.enumerated() {
      step[Int(sample)] = steps.count
      current.all += 1
      current.hits += positives[Int(sample)] ? 1 : 0
      guard ranked.isLast[rank], current.hits > 0 else { continue }
      current.found += current.hits
      steps.append(current)
      current.hits = 0
    }
    found = current.found
    for step in steps { above.append(above.last! + Double(step.hits) * Double(step.found) / Double(step.all)) }
    func sums(_ term: (Step) -> Double) -> [Double] {
      var sums = [0.0]
      for step in steps.reversed() { sums.append(sums.last! + term(step)) }
      return sums.reversed()
    }
    // A step of one sample has none left without it; then nothing is divided.
    negativeBelow = sums { $0.all > 1 ? Double($0.hits) * Double($0.found) / Double($0.all - 1) : 0 }
    positiveBelow = sums { $0.all > 1 ? Double($0.hits) * Double($0.found - 1) / Double($0.all - 1) : 0 }
    shares = sums { Double($0.hits) / Double($0.all) }
    slopes = sums { Double($0.hits) * Double($0.found) / (Double($0.all) * Double($0.all)) }
  }

  var area: Double { above[steps.count] / Double(found) }

  /// - Parameter samples: largest score first.
  func area(without samples: [(sample: Int, isPositive: Bool)], hits: Int) -> Double {
    guard let first = samples.first else { return area }
    var position = step[first.sample]
    guard samples.count > 1 else {
      guard first.isPositive else { return (above[position] + negativeBelow[position]) / Double(found) }
      let own = steps[position]
      let rest = own.hits > 1 ? Double(own.hits - 1) * Double(own.found - 1) / Double(own.all - 1) : 0
      return (above[position] + rest + positiveBelow[position + 1]) / Double(found - 1)
    }
    var sum = above[position]
    var (next, lostFound, lostAll) = (0, 0, 0)
    while position < steps.count {
      var lostHits = 0
      while next < samples.count, step[samples[next].sample] == position {
        lostAll += 1
        lostHits += samples[next].isPositive ? 1 : 0
        next += 1
      }
      lostFound += lostHits
      let own = steps[position]
      if own.hits > lostHits {
        sum += Double(own.hits - lostHits) * Double(own.found - lostFound) / Double(own.all - lostAll)
      }
      position += 1
    }
    return sum / Double(found - hits)
  }

  /// Derivative of the area by the weight of a sample.
  func influence(of sample: Int, isPositive: Bool) -> Double {
    let position = step[sample]
    guard isPositive else { return -slopes[position] / Double(found) }
    let own = steps[position]
    return (Double(own.found) / Double(own.all) + shares[position] - slopes[position] - area) / Double(found)
  }
}
