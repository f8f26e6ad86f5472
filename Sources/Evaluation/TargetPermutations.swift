import Modalities

/// Random orders of the test targets under which predictions that know nothing do as well as they do.
///
/// Rows are exchanged freely; where rows belong to groups, only what the groups leave exchangeable: rows within groups
/// where at least half of the groups hold several targets, else the targets of whole groups of equal size.
public struct TargetPermutations: Sendable {
  /// `orders[k][i]`: the row whose target row i takes.
  public let orders: [[Int]]

  /// - Parameters:
  ///   - targets: of every row, comparable.
  ///   - groups: of every row, from 0; `nil` where every row is its own.
  ///   - count: how many orders.
  ///   - seed: of the draws.
  /// - Returns: `nil` where there are too few different orders of the targets to reach a p-value of .025, because of groups, of
  ///   few rows or of targets that are nearly all alike: no p is possible.
  public init?(targets: [[Double]], groups: [Int]? = nil, count: Int = 999, seed: UInt64 = 0) {
    guard targets.count > 1 else { return nil }
    let classes: [[[Int]]]
    if let groups {
      guard let found = Self.exchangeable(targets, groups) else { return nil }
      classes = found
    } else {
      classes = [targets.indices.map { [$0] }]
    }
    guard Self.arrangements(classes, targets) >= Self.fewest else { return nil }
    var generator = SplitMix64(seed: seed)
    orders = (0..<count).map { _ in
      var order = Array(targets.indices)
      for blocks in classes {
        for (block, source) in zip(blocks, generator.shuffled(blocks)) {
          for (row, from) in zip(block, source) { order[row] = from }
        }
      }
      return order
    }
  }

  /// Orders that it takes for one in forty, the level at which something counts as learned.
  static let fewest = 40.0

  /// Sets of blocks of rows; blocks of one set may trade places.
  private static func exchangeable(_ targets: [[Double]], _ groups: [Int]) -> [[[Int]]]? {
    precondition(groups.count == targets.count, "\(groups.count) groups of \(targets.count) rows")
    let members = Dictionary(grouping: groups.indices) { groups[$0] }.sorted { $0.key < $1.key }.map(\.value)
    let varied = members.count { rows in rows.contains { targets[$0] != targets[rows[0]] } }
    if 2 * varied >= members.count { return members.map { rows in rows.map { [$0] } } }
    return Dictionary(grouping: members, by: \.count).sorted { $0.key < $1.key }.map(\.value)
  }

  /// How many different orders of the targets there are, or a number above `fewest`: of each set of blocks n! / Π m!, where m
  /// blocks hold the same.
  private static func arrangements(_ classes: [[[Int]]], _ targets: [[Double]]) -> Double {
    var product = 1.0
    for blocks in classes {
      var placed = 0.0
      for alike in Dictionary(grouping: blocks, by: { $0.map { targets[$0] } }).values {
        for number in 1...alike.count {
          placed += 1
          product *= placed / Double(number)
        }
        // Binomial coefficients: a set of blocks more makes the product no smaller.
        if product >= fewest { return product }
      }
    }
    return product
  }

  /// p = (1 + #{T* ≥ T}) / (1 + orders) of a statistic that is larger for better predictions (Phipson & Smyth, 2010).
  ///
  /// - Parameters:
  ///   - observed: the statistic of the targets as they are.
  ///   - statistic: of the targets in an order; one that is undefined counts as reached.
  public func pValue(observed: Double, _ statistic: @Sendable (_ order: [Int]) -> Double?) -> Double {
    // Orders that change nothing but rounding count as equal.
    let threshold = observed - 1e-12 * max(abs(observed), 1e-300)
    let reached = parallelMap(orders.count) { number in
      guard let value = statistic(orders[number]) else { return true }
      return value >= threshold
    }
    return Double(1 + reached.count { $0 }) / Double(1 + orders.count)
  }
}
