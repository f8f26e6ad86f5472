import Foundation

/// The table of classes and groups of like samples that three classifiers make of held-out samples: one sees the first
/// side, one the second, one both.
///
/// What a side says about Y is in its p(y | x) alone, so that samples with like p(y | x) may be merged.
struct PosteriorTable: Sendable {
  let classes: Int
  /// Of the first side, the second and both, each row-major `[N, K]`.
  let posteriors: [[Double]]

  var count: Int { posteriors[0].count / classes }

  /// Groups of samples of which a side says alike.
  func merged(
    _ side: Int, into groups: Int, starts: Int, _ isCancelled: () -> Bool,
    using generator: inout some RandomNumberGenerator
  ) throws -> [Int] {
    let points = Points(unchecked: posteriors[side], width: classes)
    return try Discretizer(
      .kMeans(clusters: groups), fittedOn: points, starts: starts, isCancelled: isCancelled, using: &generator
    ).labels(points)
  }

  /// The same with some classes taken together.
  ///
  /// - Parameter map: the new class of each.
  func merging(_ map: [Int]) -> PosteriorTable {
    let size = map.max()! + 1
    return PosteriorTable(
      classes: size,
      posteriors: posteriors.map { rows in
        var sums = [Double](repeating: 0, count: count * size)
        for index in rows.indices { sums[index / classes * size + map[index % classes]] += rows[index] }
        return sums
      })
  }

  /// How frequent classes are. The three classifiers differ a little on that; a table needs one answer.
  ///
  /// - Returns: the prior, and by which each classifier's probabilities are scaled to agree with it.
  private func prior(_ weights: [Double]) -> (prior: [Double], factors: [[Double]]) {
    let means = posteriors.map { rows in
      var sums = [Double](repeating: 0, count: classes)
      for row in weights.indices where weights[row] > 0 {
        for y in 0..<classes { sums[y] += weights[row] * rows[row * classes + y] }
      }
      return sums
    }
    let prior = (0..<classes).map { y in means.reduce(0) { $0 + $1[y] } / 3 }
    return (prior, means.map { mean in (0..<classes).map { mean[$0] > 0 ? prior[$0] / mean[$0] : 0 } })
  }

  /// I(Y; X) in nats of a table of probabilities `[·, K]`.
  private func information(_ table: [Double], _ prior: [Double]) -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: table.count, by: classes) {
      var total = 0.0
      for y in 0..<classes { total += table[start + y] }
      guard total > 0 else { continue }
      for y in 0..<classes where table[start + y] > 0 {
        sum += table[start + y] * log(table[start + y] / (total * prior[y]))
      }
    }
    return sum
  }

  private func table(_ model: Int, _ weights: [Double], _ factors: [Double], groups: [Int]?) -> [Double] {
    let size = groups.map { $0.max()! + 1 } ?? weights.count
    var table = [Double](repeating: 0, count: size * classes)
    for row in weights.indices where weights[row] > 0 {
      let cell = (groups?[row] ?? row) * classes
      for y in 0..<classes { table[cell + y] += weights[row] * factors[y] * posteriors[model][row * classes + y] }
    }
    return table
  }

  /// I(Y; X₁), I(Y; X₂) and I(Y; X₁, X₂) in nats, from every sample's own probabilities.
  ///
  /// - Parameter weights: of the samples, with sum 1.
  func information(_ weights: [Double]) -> [Double] {
    let (prior, factors) = prior(weights)
    return (0..<3).map { information(table($0, weights, factors[$0], groups: nil), prior) }
  }

  struct Parts: Sendable {
    /// In nats; synergy may be below 0, where the classifier of both knows less than the sides need.
    var parts: InformationParts
    /// I(Y; X₁), I(Y; X₂) and I(Y; X₁, X₂), and what merging left of the first two.
    var information, kept: [Double]
    /// Certified of the minimum.
    var gap: Double
  }

  /// - Parameters:
  ///   - merged: the group of each sample by the first side and by the second.
  ///   - weights: of the samples, with sum 1.
  func parts(merged: [[Int]], weights: [Double], isCancelled: () -> Bool) throws -> Parts {
    let (prior, factors) = prior(weights)
    let alone = (0..<3).map { information(table($0, weights, factors[$0], groups: nil), prior) }
    let sides = (0..<2).map { table($0, weights, factors[$0], groups: merged[$0]) }
    let sizes = sides.map { $0.count / classes }
    // Any table with these marginals will do to state the problem: independent given the class.
    var joint = [Double](repeating: 0, count: sizes[0] * sizes[1] * classes)
    for left in 0..<sizes[0] {
      for right in 0..<sizes[1] {
        for y in 0..<classes where prior[y] > 0 {
          joint[(left * sizes[1] + right) * classes + y] =
            sides[0][left * classes + y] * sides[1][right * classes + y] / prior[y]
        }
      }
    }
    let found = try PartialInformation(
      JointDistribution(proportionalTo: joint, shape: sizes + [classes]), unit: .nats, tolerance: 1e-5,
      isCancelled: isCancelled)
    let kept = sides.map { information($0, prior) }
    let least = kept[0] + found.unique2
    return Parts(
      parts: InformationParts([found.redundancy, found.unique1, found.unique2, alone[2] - least]),
      information: alone, kept: kept, gap: found.gap)
  }
}
