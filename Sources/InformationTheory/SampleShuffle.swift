/// Random orders of samples that a test of independence may compare with, also where samples come in groups.
///
/// Rows of one group are alike: put in random orders one by one, they would make chance look smaller than it is. Where at
/// least half of the groups hold two values or more, values change places within their groups; else those of whole groups
/// do, among groups of equal size.
public struct SampleShuffle: Sendable {
  private enum Kind: Sendable {
    case rows
    /// Rows of each group.
    case within([[Int]])
    /// Groups of equal size, by size.
    case between([[[Int]]])
  }

  public let count: Int
  private let kind: Kind

  /// - Parameters:
  ///   - count: how many samples there are.
  ///   - groups: the group of each; nil where samples are independent.
  ///   - values: what is put in order: equal numbers for equal values.
  /// - Returns: nil where most groups hold one value and few are of equal size, so that no order is fair.
  public init?(count: Int, groups: [Int]?, values: [Int]) {
    precondition(values.count == count, "\(values.count) values for \(count) samples")
    self.count = count
    guard let groups else {
      kind = .rows
      return
    }
    precondition(groups.count == count, "\(groups.count) groups for \(count) samples")
    let all = Dictionary(grouping: 0..<count, by: { groups[$0] }).sorted { $0.key < $1.key }.map(\.value)
    if 2 * all.count(where: { Set($0.map { values[$0] }).count > 1 }) >= all.count {
      kind = .within(all)
      return
    }
    let alike = Dictionary(grouping: all, by: \.count).sorted { $0.key < $1.key }.map(\.value)
    guard 2 * alike.filter({ $0.count > 1 }).reduce(0, { $0 + $1.count }) >= all.count else { return nil }
    kind = .between(alike)
  }

  /// Positions of the samples in a random order.
  public func order(using generator: inout some RandomNumberGenerator) -> [Int] {
    var order = Array(0..<count)
    switch kind {
    case .rows: order.shuffle(using: &generator)
    case .within(let groups):
      for rows in groups {
        for (row, other) in zip(rows, rows.shuffled(using: &generator)) { order[row] = other }
      }
    case .between(let alike):
      for groups in alike {
        for (rows, others) in zip(groups, groups.shuffled(using: &generator)) {
          for (row, other) in zip(rows, others) { order[row] = other }
        }
      }
    }
    return order
  }
}
