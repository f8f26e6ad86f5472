import Evaluation
import Modalities

/// Best less worst group beside what chance makes of it: the largest of several differences lies above 0 also where groups
/// are alike, and the further the more groups there are.
///
/// Chance is what the gap becomes where groups are dealt out anew: among all samples, or where samples belong together
/// (`group:` of the manifest) among whole units; within units where these hold several groups. The scores stay with their
/// samples. Exact for groups that are alike in all but their names (Phipson & Smyth, 2010, for p).
struct GroupGap {
  /// Groups smaller than this have no score.
  let least: Int
  let permutations: Int
  let seed: UInt64
  /// Mean over seeds of the samples at these positions; nil where it is undefined.
  let score: ([Int]) -> Double?

  /// Best less worst; nil for fewer than two groups with a score.
  static func gap(_ scores: [Double]) -> Double? {
    guard scores.count > 1, let best = scores.max(), let worst = scores.min() else { return nil }
    return best - worst
  }

  /// - Parameters:
  ///   - members: positions of each group that has a score.
  ///   - units: of each position, which of them belong together; nil for none.
  ///   - resampled: the gap in each resample of the samples.
  /// - Returns: nil for fewer than two groups with a score.
  func callAsFunction(_ members: [[Int]], units: [Int]?, resampled: [Double?]) -> BiasResult.Gap? {
    guard let observed = Self.gap(members.compactMap(score)) else { return nil }
    let null = distribution(members, units).sorted(by: >)
    guard !null.isEmpty else { return nil }
    // Equal gaps may differ by rounding.
    let above = null.count { $0 >= observed - 1e-12 }
    let p = Double(1 + above) / Double(1 + null.count)
    let expected = null.reduce(0, +) / Double(null.count)
    // What so many as p = .05 allows reach: the interval then leaves 0 exactly where p is at most that.
    let limit = null[max(0, Int(0.05 * Double(null.count + 1)) - 1)]
    let corrected = max(0, observed - expected)
    // Not corrected: what chance adds where groups differ is less than where they do not, by an amount that is not known.
    let upper = Bootstrap.interval(resampled)?.high ?? observed
    return BiasResult.Gap(
      observed: observed, byChance: expected,
      corrected: Estimate(
        mean: corrected, ci95: Interval(p <= 0.05 ? max(0, observed - limit) : 0, max(upper, corrected))), p: p)
  }

  /// The gaps of groups dealt out anew; those with fewer than two groups large enough are left out.
  private func distribution(_ members: [[Int]], _ units: [Int]?) -> [Double] {
    let positions = members.flatMap { $0 }
    let groups = members.enumerated().flatMap { group, rows in rows.map { _ in group } }
    let own = units.map { units in positions.map { units[$0] } } ?? Array(positions.indices)
    let blocks = Dictionary(grouping: positions.indices) { own[$0] }.sorted { $0.key < $1.key }.map(\.value)
    let isWhole = blocks.allSatisfy { block in Set(block.map { groups[$0] }).count == 1 }
    var random = SplitMix64(seed: seed, stream: 11)
    return (0..<permutations).compactMap { _ in
      var dealt = groups
      if isWhole {
        for (block, group) in zip(blocks, random.shuffled(blocks.map { groups[$0[0]] })) {
          for index in block { dealt[index] = group }
        }
      } else {
        for block in blocks {
          for (index, group) in zip(block, random.shuffled(block.map { groups[$0] })) { dealt[index] = group }
        }
      }
      var parts = members.map { _ in [Int]() }
      for (index, group) in dealt.enumerated() { parts[group].append(positions[index]) }
      return Self.gap(parts.filter { $0.count >= least }.compactMap(score))
    }
  }
}

extension Bootstrap {
  /// Resamples of positions, or of whole units where samples belong together and there are two or more of them; one unit
  /// tells nothing of others, so that its samples stand for themselves.
  static func forEachResample(
    of positions: [Int], units: [Int]?, resamples: Int, seed: UInt64, _ body: ([Int]) -> Void
  ) {
    let blocks = units.map { units in
      Dictionary(grouping: positions) { units[$0] }.sorted { $0.key < $1.key }.map(\.value)
    }
    guard let blocks, blocks.count > 1 else {
      Bootstrap(samples: positions.count, resamples: resamples, seed: seed).forEachResample { indices in
        body(indices.map { positions[$0] })
      }
      return
    }
    Bootstrap(samples: blocks.count, resamples: resamples, seed: seed).forEachResample { indices in
      body(indices.flatMap { blocks[$0] })
    }
  }
}
