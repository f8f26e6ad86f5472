/// Scores sorted once, ready for the areas under the curves of any targets and any selection of the samples: a bootstrap and
/// a permutation test ask for them thousands of times.
///
/// ```swift
/// let ranked = RankedScores([0.9, 0.4, 0.4, 0.1])
/// ranked.areas([true, true, false, false])   // auroc 0.875, averagePrecision 0.833…
/// ```
/// - Complexity: O(N log N) once, then O(N) a question.
public struct RankedScores: Sendable {
  /// Both areas of one set of targets.
  public struct Areas: Sendable, Equatable {
    /// Area under the receiver operating characteristic: the share of pairs of a positive and a negative sample whose
    /// positive has the larger score, ties counting half (Hanley & McNeil, 1982).
    public var auroc: Double
    /// Σ (Rₜ − Rₜ₋₁) Pₜ over the distinct scores t as thresholds, without interpolation.
    public var averagePrecision: Double

    public init(auroc: Double, averagePrecision: Double) {
      self.auroc = auroc
      self.averagePrecision = averagePrecision
    }
  }

  /// Positions of the samples, largest score first.
  let order: [Int32]
  /// Whether the sample at a rank is the last one with its score.
  let isLast: [Bool]

  /// - Parameter scores: one a sample, none of them NaN.
  public init(_ scores: [Double]) {
    let sorted = scores.indices.sorted { scores[$0] > scores[$1] }
    order = sorted.map(Int32.init)
    isLast = sorted.indices.map { $0 + 1 == sorted.count || scores[sorted[$0 + 1]] != scores[sorted[$0]] }
  }

  /// The areas; nil without a positive or without a negative sample, where one of them has no meaning.
  ///
  /// - Parameters:
  ///   - positives: whether each sample is one, in the order of the scores.
  ///   - weights: how often each sample counts; nil for once.
  public func areas(_ positives: [Bool], weights: [Int32]? = nil) -> Areas? {
    precondition(positives.count == order.count, "\(positives.count) targets for \(order.count) scores")
    var (found, all) = (0, 0)
    var (foundBefore, allBefore) = (0, 0)
    var (pairs, precisions) = (0.0, 0.0)
    for rank in order.indices {
      let sample = Int(order[rank])
      let weight = weights.map { Int($0[sample]) } ?? 1
      all += weight
      found += positives[sample] ? weight : 0
      guard isLast[rank], all > allBefore else { continue }
      let (hits, misses) = (found - foundBefore, all - allBefore - (found - foundBefore))
      pairs += Double(misses) * (Double(foundBefore) + Double(hits) / 2)
      precisions += Double(hits) * Double(found) / Double(all)
      (foundBefore, allBefore) = (found, all)
    }
    guard found > 0, all > found else { return nil }
    return Areas(
      auroc: pairs / (Double(found) * Double(all - found)), averagePrecision: precisions / Double(found))
  }
}
