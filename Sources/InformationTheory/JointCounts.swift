/// Observations of several discrete variables, whose entropies are estimated from how often each combination occurs.
///
/// Only combinations that occur are kept, so many variables with many values need no table of their product.
///
/// ```swift
/// let counts = JointCounts(observing: [colour, shape, label], estimator: .millerMadow)
/// counts.mutualInformation([0, 1], [2], unit: .bits)
/// ```
public struct JointCounts: DiscreteInformation, Sendable {
  /// How an entropy is estimated from N observations that show K different combinations.
  public enum Estimator: String, Sendable, Codable, CaseIterable {
    /// The entropy of the observed frequencies, which is too low on average by about (K − 1) / 2N nats.
    case plugIn
    /// Plug-in + (K − 1) / 2N nats (Miller, 1955), with the K that were seen; each entropy in a sum is corrected.
    case millerMadow
  }

  public let estimator: Estimator
  /// The number of observations, N.
  public let total: Int
  /// One list per variable: its value, from 0, in each kept combination.
  private let levels: [[Int]]
  /// How often each kept combination occurs.
  private let counts: [Int]

  /// Counts observations.
  ///
  /// - Parameters:
  ///   - columns: One list per variable, all equally long and not empty; values are any labels.
  ///   - estimator: of entropies.
  public init<Label: Hashable>(observing columns: [[Label]], estimator: Estimator) {
    let count = columns.first?.count ?? 0
    precondition(
      count > 0 && columns.allSatisfy { $0.count == count },
      "variables have \(columns.map(\.count)) observations; expected equally many of each, at least 1")
    self.estimator = estimator
    total = count
    levels = columns.map { Self.numbered($0).levels }
    counts = [Int](repeating: 1, count: count)
  }

  /// Takes a row-major table of how often each combination occurred.
  public init(table: [Int], shape: [Int], estimator: Estimator) {
    precondition(
      shape.allSatisfy { $0 > 0 } && shape.reduce(1, *) == table.count,
      "\(table.count) counts do not fill a table of shape \(shape)")
    precondition(table.allSatisfy { $0 >= 0 } && table.contains { $0 > 0 }, "counts are at least 0, one above")
    let occupied = table.indices.filter { table[$0] > 0 }
    var stride = table.count
    self.estimator = estimator
    levels = shape.map { size in
      stride /= size
      return occupied.map { $0 / stride % size }
    }
    counts = occupied.map { table[$0] }
    total = table.reduce(0, +)
  }

  public var variableCount: Int { levels.count }

  /// - Complexity: O(N · variables).
  public func entropy(_ x: [Int], unit: InformationUnit) -> Double {
    // Combinations are numbered anew after each variable, so the codes stay below N² and cannot overflow.
    var codes = [Int](repeating: 0, count: counts.count)
    var distinctCodes = 1
    for variable in distinct(x) {
      let column = levels[variable]
      let size = (column.max() ?? 0) + 1
      (codes, distinctCodes) = Self.numbered(zip(codes, column).map { $0 * size + $1 })
    }
    var sums = [Int](repeating: 0, count: distinctCodes)
    for (code, count) in zip(codes, counts) { sums[code] += count }
    let plugIn = entropyInNats(sums.lazy.map { Double($0) / Double(total) })
    switch estimator {
    case .plugIn: return unit.value(ofNats: plugIn)
    case .millerMadow: return unit.value(ofNats: plugIn + Double(distinctCodes - 1) / Double(2 * total))
    }
  }

  /// Labels as numbers from 0 in the order of their first appearance.
  static func numbered<Label: Hashable>(_ labels: [Label]) -> (levels: [Int], count: Int) {
    var numbers: [Label: Int] = [:]
    let levels = labels.map { label in
      if let number = numbers[label] { return number }
      numbers[label] = numbers.count
      return numbers.count - 1
    }
    return (levels, numbers.count)
  }
}
