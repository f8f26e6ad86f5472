import Foundation

/// Minimises I_Q(Y; X₁, X₂) over all distributions Q that share P's marginals of (X₁, Y) and of (X₂, Y).
///
/// Per cell c = (x₁, x₂) let s_c = Q(c). The Lagrangian dual of minimising −H_Q(Y | X₁, X₂) is
/// max Σ P(x₁, y) a(x₁, y) + Σ P(x₂, y) b(x₂, y) subject to g_c = log Σ_y exp(a(x₁, y) + b(x₂, y)) ≤ 0 for every cell,
/// with s_c as the multiplier of g_c and Q(c, y) = s_c π_c(y), where π_c is the softmax of a + b. Whole cells are empty at
/// optima on the boundary, never parts of one; in this form such a cell is an ordinary inactive constraint, so that the
/// iterates do not stop short of it. A primal–dual interior-point method (Boyd and Vandenberghe, 2004, algorithm 11.2)
/// follows s_c · (−g_c) = μ → 0. Its Newton matrix couples x₁ only with itself, so each x₁ is eliminated by a block as
/// large as Y and one matrix of side |X₂| · |Y| is factored.
struct BROJASolver {
  /// A feasible Q and a lower bound on what any feasible Q can reach.
  struct Solution {
    /// Q, row-major over (x₁, x₂, y).
    var table: [Double]
    /// −H_Q(Y | X₁, X₂) of that table, in nats.
    var value: Double
    /// The value of a feasible point of the dual, which no feasible Q can undercut.
    var bound: Double
    var iterations: Int

    /// No feasible Q is better by more than this; not below 0 by rounding.
    var gap: Double { max(0, value - bound) }
  }

  let (first, second, labels): (Int, Int, Int)
  /// P(x₁, y) and P(x₂, y).
  let (b1, b2): ([Double], [Double])
  private let table: [Double]

  /// - Parameter table: P, row-major over (x₁, x₂, y); no x₁, x₂ or y has probability 0.
  init(_ table: [Double], first: Int, second: Int, labels: Int) {
    (self.table, self.first, self.second, self.labels) = (table, first, second, labels)
    (b1, b2) = Self.marginals(table, first, second, labels)
  }

  static func marginals(_ table: [Double], _ first: Int, _ second: Int, _ labels: Int) -> ([Double], [Double]) {
    var one = [Double](repeating: 0, count: first * labels)
    var two = [Double](repeating: 0, count: second * labels)
    for x in 0..<first {
      for z in 0..<second {
        for y in 0..<labels {
          let p = table[(x * second + z) * labels + y]
          one[x * labels + y] += p
          two[z * labels + y] += p
        }
      }
    }
    return (one, two)
  }

  /// - Parameters:
  ///   - tolerance: the duality gap in nats that is sought.
  ///   - isCancelled: asked before every Newton step.
  /// - Throws: `CancellationError` once it answers yes.
  func solve(tolerance: Double, isCancelled: () -> Bool = { false }) throws -> Solution {
    let (state, iterations) = try follow(tolerance: tolerance, isCancelled)
    var best = certified(state, iterations: iterations)
    // Of tables whose probabilities span nine orders of magnitude, one in three hundred: marginals near 0 are far from
    // their values when complementarity is spent, and steps towards them leave the constraints. Potentials that are
    // feasible for one table are so for all with its support, so that a table without the smallest probabilities will do.
    for smoothing in [0, 1e-12] where best.gap > 10 * tolerance {
      let barrier = BROJABarrier(smoothing > 0 ? smoothed(smoothing) : self)
      let (state, iterations) = try barrier.climb(tolerance: 10 * tolerance, isCancelled)
      var found = certified(state, iterations: iterations)
      found.iterations += best.iterations
      if found.gap < best.gap { best = found } else { best.iterations = found.iterations }
    }
    return best
  }

  /// The problem of a table with `amount` of its probability spread over the cells that its marginals allow.
  private func smoothed(_ amount: Double) -> BROJASolver {
    let allowed = table.indices.filter { index in
      let (cell, y) = (index / labels, index % labels)
      return b1[cell / second * labels + y] > 0 && b2[cell % second * labels + y] > 0
    }
    var mixed = table.map { (1 - amount) * $0 }
    for index in allowed { mixed[index] += amount / Double(allowed.count) }
    return BROJASolver(mixed, first: first, second: second, labels: labels)
  }

  private func follow(
    tolerance: Double, _ isCancelled: () -> Bool
  ) throws -> (state: BROJAState, iterations: Int) {
    var state = startingPoint()
    var system = BROJANewtonSystem(first: first, second: second, labels: labels, b1: b1, b2: b2)
    var trial = state
    var iterations = 0
    var centering = 0.1
    // Every cell approaches 0 at the pace of the start, which thereby is on the path, also where a cell's probability
    // is 1e-15 of another's.
    let weights = zip(state.multipliers, state.slacks).map { $0 > 0 ? $0 * $1 : 0 }
    let total = weights.reduce(0, +)
    while iterations < 200 {
      if isCancelled() { throw CancellationError() }
      let gap = state.complementarity
      if gap + violation(state) <= tolerance && system.residual(state) <= 1e-7 { break }
      let target = weights.map { $0 * centering * gap / total }
      system.factor(state)
      system.solve(state, target: target)
      let before = system.merit(state, target: target, scale: state.multipliers)
      var step = system.longestStep(state)
      var accepted = false
      while step > 1e-4 {
        trial.move(from: state, by: step, along: system)
        if trial.isCentral(weights, total),
          system.merit(trial, target: target, scale: state.multipliers) <= (1 - 0.01 * step) * before
        {
          accepted = true
          break
        }
        step *= 0.6
      }
      guard accepted else { break }
      swap(&state, &trial)
      iterations += 1
      centering = step > 0.9 ? 0.02 : step > 0.5 ? 0.1 : 0.4
    }
    return (state, iterations)
  }

  /// Independent given Y: its potentials are strictly feasible, and with the cells' own probabilities as multipliers every
  /// equation but complementarity holds.
  func startingPoint() -> BROJAState {
    // How far inside the constraints.
    let shift = 0.1
    var prior = [Double](repeating: 0, count: labels)
    for index in b1.indices { prior[index % labels] += b1[index] }
    let a = b1.indices.map { b1[$0] > 0 ? log(b1[$0] / prior[$0 % labels]) - shift : -.infinity }
    let b = b2.indices.map { b2[$0] > 0 ? log(b2[$0]) : -.infinity }
    var state = BROJAState(first: first, second: second, labels: labels, a: a, b: b)
    state.evaluate()
    for cell in state.multipliers.indices {
      state.multipliers[cell] = exp(shift + state.values[cell])
      state.slacks[cell] = state.multipliers[cell] > 0 ? -state.values[cell] : 1
    }
    return state
  }

  /// How much the bound loses where the potentials of each x₁ are lowered until they are feasible.
  private func violation(_ state: BROJAState) -> Double {
    var sum = 0.0
    for x in 0..<first {
      var highest = 0.0
      for z in 0..<second { highest = max(highest, state.values[x * second + z]) }
      for y in 0..<labels { sum += b1[x * labels + y] * highest }
    }
    return sum
  }

  /// A table whose marginals are P's, and the bound of the potentials made feasible.
  private func certified(_ state: BROJAState, iterations: Int) -> Solution {
    let q = repaired(state.table)
    // a(x₁, ·) less its worst violation is feasible.
    var bound = -violation(state)
    for index in b1.indices where b1[index] > 0 { bound += b1[index] * state.a[index] }
    for index in b2.indices where b2[index] > 0 { bound += b2[index] * state.b[index] }
    // P itself is feasible, and where it is optimal it has no rounding.
    let (found, given) = (negativeConditionalEntropy(q), negativeConditionalEntropy(table))
    return Solution(
      table: found < given ? q : table, value: min(found, given), bound: bound, iterations: iterations)
  }

  /// A non-negative table near `table` with P's marginals.
  ///
  /// Rows and columns are scaled in turn (iterative proportional fitting), then both down to where none is too large; what
  /// that leaves is added as the product of what rows and columns lack (Altschuler et al., 2017, algorithm 2).
  private func repaired(_ table: [Double]) -> [Double] {
    var q = table
    for _ in 0..<20 {
      let (one, two) = Self.marginals(q, first, second, labels)
      let error = zip(one + two, b1 + b2).reduce(0) { max($0, abs($1.0 - $1.1)) }
      if error < 1e-16 { break }
      scale(&q, of: one, axis: 0)
      scale(&q, of: Self.marginals(q, first, second, labels).1, axis: 1)
    }
    scale(&q, of: Self.marginals(q, first, second, labels).0, axis: 0, atMost: 1)
    scale(&q, of: Self.marginals(q, first, second, labels).1, axis: 1, atMost: 1)
    let (one, two) = Self.marginals(q, first, second, labels)
    let (rows, columns) = (zip(b1, one).map { max(0, $0 - $1) }, zip(b2, two).map { max(0, $0 - $1) })
    var missing = [Double](repeating: 0, count: labels)
    for index in columns.indices { missing[index % labels] += columns[index] }
    for cell in 0..<first * second {
      for y in 0..<labels where missing[y] > 0 {
        q[cell * labels + y] += rows[cell / second * labels + y] / missing[y] * columns[cell % second * labels + y]
      }
    }
    return q
  }

  /// Scales the rows (axis 0) or columns (axis 1) of each label from these sums to P's.
  private func scale(_ q: inout [Double], of sums: [Double], axis: Int, atMost most: Double = .infinity) {
    let wanted = axis == 0 ? b1 : b2
    let factors = zip(wanted, sums).map { $1 > 0 ? min($0 / $1, most) : 1 }
    var index = 0
    for x in 0..<first {
      for z in 0..<second {
        let start = (axis == 0 ? x : z) * labels
        for y in 0..<labels {
          q[index] *= factors[start + y]
          index += 1
        }
      }
    }
  }

  private func negativeConditionalEntropy(_ q: [Double]) -> Double {
    var sum = 0.0
    for start in stride(from: 0, to: q.count, by: labels) {
      let cell = q[start..<start + labels]
      let total = cell.reduce(0, +)
      for value in cell where value > 0 { sum += value * log(value / total) }
    }
    return sum
  }
}
