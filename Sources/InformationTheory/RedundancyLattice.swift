import Foundation

/// The information of two to four sources about a target over the lattice of redundancies, with the measure I_min
/// (Williams and Beer, 2010).
///
/// A node is a set of sources of which none holds another, such as {1}{2 3}; its atom is what sources 1 and the pair 2, 3
/// both say about the target and no node below does. The atoms are not negative and sum to I(Y; X₁, …, Xₙ). I_min calls
/// redundant also what sources say about different aspects of the target: two independent bits copied into a target have a
/// redundancy of 1 bit. For two sources `PartialInformation` is the finer measure; beyond two it is not defined.
///
/// ```swift
/// let lattice = RedundancyLattice(parity, sources: [[0], [1], [2]], target: [3], unit: .bits)
/// lattice.atoms.first { $0.name == "{1 2 3}" }!.atom       // 1
/// ```
public struct RedundancyLattice: Sendable, Equatable {
  /// One node.
  public struct Atom: Sendable, Equatable {
    /// The members, each a set of sources numbered from 0.
    public let node: [[Int]]
    /// I_min of the node.
    public let redundancy: Double
    /// What it adds to the nodes below it.
    public let atom: Double

    /// Sources numbered from 1, as the literature does: `{1}{2 3}`.
    public var name: String {
      node.map { "{" + $0.map { String($0 + 1) }.joined(separator: " ") + "}" }.joined()
    }
  }

  /// Every node, from the redundancy of all sources to their synergy: fewer sources a member first.
  public let atoms: [Atom]
  public let unit: InformationUnit

  /// - Parameters:
  ///   - joint: distribution of sources and target.
  ///   - sources: the variables that make up each source, two to four of them.
  ///   - target: variables of the distribution that make up the target.
  ///   - unit: of the results.
  /// - Complexity: O(nodes²) beyond the marginals; four sources have 166 nodes.
  public init(_ joint: JointDistribution, sources: [[Int]], target: [Int], unit: InformationUnit) {
    precondition((2...4).contains(sources.count), "\(sources.count) sources; the lattice takes 2 to 4")
    self.unit = unit
    let members = 1..<(1 << sources.count)
    let specific = members.map { member in
      Self.specificInformation(joint, sources.indices.filter { member >> $0 & 1 == 1 }.flatMap { sources[$0] }, target)
    }
    let prior = joint.marginal(target).probabilities
    // A node is a set of members none of which holds another, as bits of `members`.
    let nodes = (1..<(1 << members.count)).map { set in members.filter { set >> ($0 - 1) & 1 == 1 } }
      .filter { node in node.allSatisfy { one in node.allSatisfy { $0 == one || $0 & one != $0 } } }
    let redundancies = nodes.map { node in
      prior.indices.reduce(0) { sum, y in sum + prior[y] * node.map { specific[$0 - 1][y] }.min()! }
    }
    /// α ≼ β: every member of β holds one of α.
    func isBelow(_ alpha: [Int], _ beta: [Int]) -> Bool {
      beta.allSatisfy { large in alpha.contains { $0 & large == $0 } }
    }
    let below = nodes.indices.map { node in
      nodes.indices.filter { $0 != node && isBelow(nodes[$0], nodes[node]) }
    }
    var found = [Double](repeating: 0, count: nodes.count)
    let order = nodes.indices.sorted { below[$0].count < below[$1].count }
    for node in order { found[node] = redundancies[node] - below[node].reduce(0) { $0 + found[$1] } }
    atoms = order.map { node in
      Atom(
        node: nodes[node].map { member in sources.indices.filter { member >> $0 & 1 == 1 } }
          .sorted { ($0.count, $0.first!) < ($1.count, $1.first!) },
        redundancy: unit.value(ofNats: redundancies[node]), atom: unit.value(ofNats: found[node]))
    }
  }

  /// I(Y = y; A) = Σ_a p(a | y) ln (p(y | a) / p(y)) in nats, 0 where p(y) is.
  private static func specificInformation(_ joint: JointDistribution, _ source: [Int], _ target: [Int]) -> [Double] {
    let table = joint.marginal(source + target).probabilities
    let prior = joint.marginal(target).probabilities
    var result = [Double](repeating: 0, count: prior.count)
    for start in stride(from: 0, to: table.count, by: prior.count) {
      let total = table[start..<start + prior.count].reduce(0, +)
      for y in prior.indices where table[start + y] > 0 {
        result[y] += table[start + y] / prior[y] * log(table[start + y] / total / prior[y])
      }
    }
    return result
  }
}
