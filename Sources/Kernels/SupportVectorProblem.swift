import CKernels
import Tensors

/// The quadratic problem of a support vector machine, in the one form that classification and regression share:
/// min ½ Σ a_t a_s y_t y_s K + Σ p_t a_t with 0 ≤ a_t ≤ c_t and Σ y_t a_t = 0 (Chang & Lin, 2011, eq. 11).
struct SupportVectorProblem {
  let samples: Int
  let y: [Double]
  let p: [Double]
  private(set) var c: [Double]

  /// C-SVM with labels ±1.
  init(labels: [Double], costs: [Double]) throws {
    if let wrong = labels.firstIndex(where: { abs($0) != 1 }) {
      throw InputError(at: "sample \(wrong + 1)", "its label is \(labels[wrong]); −1 or 1 expected")
    }
    guard labels.contains(1), labels.contains(-1) else {
      throw InputError("all \(labels.count) samples are of one class; two expected")
    }
    try self.init(samples: labels.count, y: labels, p: labels.map { _ in -1 }, c: costs)
  }

  /// ε-insensitive regression: for each sample one variable above its value and one below.
  init(targets: [Double], epsilon: Double, costs: [Double]) throws {
    guard epsilon >= 0, epsilon.isFinite else { throw UsageError("ε is \(epsilon); expected at least 0") }
    if let wrong = targets.firstIndex(where: { !$0.isFinite }) {
      throw InputError(at: "sample \(wrong + 1)", "its value is \(targets[wrong]); a number expected")
    }
    guard targets.count >= 2 else { throw InputError("\(targets.count) samples; at least 2 expected") }
    try self.init(
      samples: targets.count, y: targets.map { _ in 1 } + targets.map { _ in -1 },
      p: targets.map { epsilon - $0 } + targets.map { epsilon + $0 }, c: costs + costs)
  }

  private init(samples: Int, y: [Double], p: [Double], c: [Double]) throws {
    precondition(c.count == y.count, "costs of \(c.count) variables; \(y.count) expected")
    guard c.allSatisfy({ $0 > 0 && $0.isFinite }) else { throw UsageError("a cost is not above 0") }
    self.samples = samples
    self.y = y
    self.p = p
    self.c = c
  }

  /// The problem without some samples, whose variables stay 0; scores are still kept of all.
  func leavingOut(_ isOut: (_ sample: Int) -> Bool) -> SupportVectorProblem {
    var problem = self
    for t in c.indices where isOut(t % samples) { problem.c[t] = 0 }
    return problem
  }

  /// Signed coefficients of the samples, Σ y a over their variables.
  func coefficients(_ alpha: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: samples)
    for (t, value) in alpha.enumerated() { result[t % samples] += y[t] * value }
    return result
  }

  /// A feasible start near the coefficients of a problem on the same samples whose costs were others.
  func start(from coefficients: [Double], scaledBy factor: Double) -> [Double] {
    precondition(coefficients.count == samples, "\(coefficients.count) coefficients for \(samples) samples")
    let wanted = y.indices.map { max(0, y[$0] * coefficients[$0 % samples] * factor) }
    // One factor keeps Σ y a = 0 where bounds cut.
    let cut = zip(wanted, c).reduce(1.0) { $1.0 > $1.1 ? min($0, $1.1 / $1.0) : $0 }
    let start = zip(wanted, c).map { min($0 * cut, $1) }
    let drift = zip(start, y).reduce(0) { $0 + $1.0 * $1.1 }
    return abs(drift) <= 1e-9 * max(1, start.reduce(0, +)) ? start : start.map { _ in 0 }
  }

  /// −Σ p a, the linear part of the dual.
  func gain(_ alpha: [Double]) -> Double { -zip(p, alpha).reduce(0) { $0 + $1.0 * $1.1 } }

  /// Σ c · loss of the primal at scores without bias.
  func losses(_ scores: [Double], bias: Double) -> Double {
    y.indices.reduce(0) { sum, t in sum + c[t] * max(0, -p[t] - y[t] * (scores[t % samples] + bias)) }
  }

  /// Runs `body` with the problem as the solver takes it.
  func withC<R>(_ body: (UnsafePointer<ck_problem>) -> R) -> R {
    y.withUnsafeBufferPointer { y in
      p.withUnsafeBufferPointer { p in
        c.withUnsafeBufferPointer { c in
          var problem = ck_problem(
            samples: samples, variables: y.count, y: y.baseAddress, p: p.baseAddress, c: c.baseAddress)
          return body(&problem)
        }
      }
    }
  }

  func bias(_ alpha: [Double], _ scores: [Double]) -> Double { withC { ck_svm_bias($0, alpha, scores) } }

  /// Sequential minimal optimisation on a sum of kernels until the largest violation is at most `tolerance`.
  ///
  /// - Parameter scores: Σ coefficient K per sample, before and after.
  func solve(
    _ sum: KernelSum, tolerance: Double, limit: Int, _ alpha: inout [Double], _ scores: inout [Double]
  ) {
    withC { _ = ck_svm_solve($0, sum.handle, tolerance, Int64(limit), &alpha, &scores) }
  }
}
