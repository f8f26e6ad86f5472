import Foundation

/// The dual of `BROJASolver` by a barrier: max Σ P(x₁, y) a(x₁, y) + Σ P(x₂, y) b(x₂, y) + Σ_c μ_c log(−g_c) for μ → 0
/// (Boyd and Vandenberghe, 2004, section 11.3).
///
/// Slower than the primal–dual steps, which it comes after: potentials stay feasible and every step rises, so that there
/// is no line search to fail far from the optimum. Newton's equations are those of the primal–dual method where w = −g and
/// s = μ / w.
struct BROJABarrier {
  private let problem: BROJASolver
  /// Shares of μ by cell: half of it evenly, lest cells of next to no probability meet the constraint within rounding,
  /// half by the pace of the start. 0 for cells that no label allows.
  private let shares: [Double]
  private let start: BROJAState

  init(_ problem: BROJASolver) {
    self.problem = problem
    start = problem.startingPoint()
    let own = zip(start.multipliers, start.slacks).map { $0 > 0 ? $0 * $1 : 0 }
    let (total, allowed) = (own.reduce(0, +), own.count { $0 > 0 })
    shares = own.map { $0 > 0 ? ($0 / total + 1 / Double(allowed)) / 2 : 0 }
  }

  /// - Parameters:
  ///   - tolerance: the duality gap in nats that is sought.
  ///   - isCancelled: asked before every Newton step.
  /// - Throws: `CancellationError` once it answers yes.
  func climb(tolerance: Double, _ isCancelled: () -> Bool) throws -> (state: BROJAState, iterations: Int) {
    var system = BROJANewtonSystem(
      first: problem.first, second: problem.second, labels: problem.labels, b1: problem.b1, b2: problem.b2)
    var (state, trial) = (start, start)
    var mu = start.complementarity
    var iterations = 0
    while iterations < 2000 {
      if isCancelled() { throw CancellationError() }
      for cell in shares.indices where shares[cell] > 0 {
        state.slacks[cell] = -state.values[cell]
        state.multipliers[cell] = mu * shares[cell] / state.slacks[cell]
      }
      system.factor(state)
      system.solve(state, target: shares.map { $0 * mu })
      let slope = system.slope(state)
      let isLast = mu <= tolerance
      // The last point is to have the marginals, too.
      if slope <= (isLast ? 1e-8 : 1e-2) * mu {
        if isLast { break }
        // A barrier that falls by more has its next optimum where Newton's step from here would leave the constraints.
        mu *= 0.8
        continue
      }
      let before = value(state, mu)
      var step = 1.0
      while step > 1e-10 {
        trial.move(from: state, by: step, along: system)
        if value(trial, mu) >= before + 0.1 * step * slope { break }
        step *= 0.5
      }
      // Rounding is all that is left.
      guard step > 1e-10 else { break }
      swap(&state, &trial)
      iterations += 1
    }
    return (state, iterations)
  }

  private func value(_ state: BROJAState, _ mu: Double) -> Double {
    var sum = 0.0
    for index in problem.b1.indices where problem.b1[index] > 0 { sum += problem.b1[index] * state.a[index] }
    for index in problem.b2.indices where problem.b2[index] > 0 { sum += problem.b2[index] * state.b[index] }
    for cell in shares.indices where shares[cell] > 0 {
      guard state.values[cell] < 0 else { return -.infinity }
      sum += mu * shares[cell] * log(-state.values[cell])
    }
    return sum
  }
}
