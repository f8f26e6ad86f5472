import Tensors

/// Learns a support vector machine and the weights of the sum of kernels it uses at once: K = Σ d_k K_k, d ≥ 0.
///
/// The solver is our own sequential minimal optimisation in C++ (second-order working sets, Fan, Chen & Lin, 2005), on one
/// matrix for SimpleMKL and on all at once for the norms (in turn with closed steps of the weights where not all are in
/// memory); no LIBSVM. Learning ends at a certified relative duality gap.
///
/// ```swift
/// let stack = try KernelStack(kernels)
/// let model = try MultipleKernelLearning(constraint: .simple, cost: 1).classify(stack, labels: labels)
/// print(model.weights, model.supportVectors.count, model.gap)
/// let decisions = model.decision(testKernels)   // K_k(test, train), [m, n] each
/// ```
public struct MultipleKernelLearning: Sendable, Hashable, Codable {
  /// What keeps the weights from growing.
  public enum Constraint: Sendable, Hashable, Codable {
    /// Σ d_k = 1: few kernels (SimpleMKL, Rakotomamonjy et al., 2008), by reduced gradients.
    case simple
    /// ‖d‖_p ≤ 1, p > 1: the larger p, the more alike the weights (Kloft et al., 2011).
    case norm(Double)
    /// λ/2 ‖d‖_p² in the objective, 1 < p (SMO-MKL, Vishwanathan et al., 2010, eq. 8).
    case squaredNorm(Double, lambda: Double = 1)
    /// d_k = 1/M, not learned: the average kernel.
    case uniform
    /// Given, not learned.
    case fixed([Double])
  }

  public var constraint: Constraint
  /// C: what a unit of violated margin costs.
  public var cost: Double
  /// Learning ends where the duality gap is at most this part of the objective.
  public var tolerance: Double
  /// Most steps of the solver on one problem.
  public var stepLimit: Int

  public init(
    constraint: Constraint = .simple, cost: Double = 1, tolerance: Double = 1e-4, stepLimit: Int = 10_000_000
  ) {
    self.constraint = constraint
    self.cost = cost
    self.tolerance = tolerance
    self.stepLimit = stepLimit
  }

  /// Learns to tell labels −1 and 1.
  ///
  /// - Parameters:
  ///   - kernels: of the samples with each other.
  ///   - labels: −1 or 1 per sample.
  ///   - costs: what C is multiplied by, per sample; nil for 1 each.
  ///   - start: a model of the same samples to start from, for instance with another cost.
  /// - Throws: `InputError` for labels that are not −1 and 1 or all the same, `UsageError` for wrong settings,
  ///   `NotConverged` where the gap stays above the tolerance.
  public func classify(
    _ kernels: KernelStack, labels: [Double], costs: [Double]? = nil, start: MultipleKernelModel? = nil
  ) throws -> MultipleKernelModel {
    precondition(labels.count == kernels.count, "\(labels.count) labels for \(kernels.count) samples")
    let costs = (costs ?? labels.map { _ in 1 }).map { $0 * cost }
    return try solve(kernels, SupportVectorProblem(labels: labels, costs: costs), start)
  }

  /// Learns values, which may be off by ε at no cost.
  public func regress(
    _ kernels: KernelStack, targets: [Double], epsilon: Double = 0.1, start: MultipleKernelModel? = nil
  ) throws -> MultipleKernelModel {
    precondition(targets.count == kernels.count, "\(targets.count) values for \(kernels.count) samples")
    let problem = try SupportVectorProblem(targets: targets, epsilon: epsilon, costs: targets.map { _ in cost })
    return try solve(kernels, problem, start)
  }

  private func solve(
    _ kernels: KernelStack, _ problem: SupportVectorProblem, _ start: MultipleKernelModel?
  ) throws -> MultipleKernelModel {
    guard tolerance > 0 else { throw UsageError("tolerance is \(tolerance); expected above 0") }
    var alpha = [Double](repeating: 0, count: problem.y.count)
    if let start { alpha = problem.start(from: start.coefficients, scaledBy: cost / start.cost) }
    switch constraint {
    case .uniform:
      let weights = [Double](repeating: 1 / Double(kernels.kernels), count: kernels.kernels)
      return try machine(kernels, problem, weights, alpha)
    case .fixed(let weights):
      guard weights.count == kernels.kernels, weights.allSatisfy({ $0 >= 0 && $0.isFinite }) else {
        throw UsageError("weights \(weights) of \(kernels.kernels) kernels; one of at least 0 for each expected")
      }
      return try machine(kernels, problem, weights, alpha)
    case .simple:
      var search = SimpleMKL(kernels: kernels, problem: problem, settings: self)
      return try search.solve(weights: start?.weights, alpha: alpha)
    case .norm(let p):
      guard p > 1 else { throw UsageError("norm \(p) of kernel weights; expected above 1 (simple is norm 1)") }
      guard p.isFinite else {
        return try machine(kernels, problem, [Double](repeating: 1, count: kernels.kernels), alpha)
      }
      return try norms(kernels, problem, p, lambda: nil, alpha)
    case .squaredNorm(let p, let lambda):
      guard p > 1, p.isFinite, lambda > 0, lambda.isFinite else {
        throw UsageError("squared norm \(p) with λ \(lambda); expected a norm above 1 and λ above 0")
      }
      return try norms(kernels, problem, p, lambda: lambda, alpha)
    }
  }

  /// A support vector machine on a sum with fixed weights.
  private func machine(
    _ kernels: KernelStack, _ problem: SupportVectorProblem, _ weights: [Double], _ alpha: [Double]
  ) throws -> MultipleKernelModel {
    try machine(
      kernels, problem, weights, alpha,
      on: KernelSum(kernels, weights, diagonal: kernels.weighted(kernels.diagonals(), weights))
    ).model
  }

  /// The same on a sum that is there already.
  ///
  /// - Returns: also what the machine makes of every sample, but for the bias.
  func machine(
    _ kernels: KernelStack, _ problem: SupportVectorProblem, _ weights: [Double], _ alpha: [Double], on sum: KernelSum
  ) throws -> (model: MultipleKernelModel, scores: [Double]) {
    var scores = kernels.weighted(kernels.products(problem.coefficients(alpha)), weights)
    let found = try tightening(from: alpha) { tolerance, alpha in
      problem.solve(sum, tolerance: tolerance, limit: stepLimit, &alpha, &scores)
      let coefficients = problem.coefficients(alpha)
      let square = zip(scores, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
      let bias = problem.bias(alpha, scores)
      return model(
        problem, alpha, weights, bias: bias, objective: problem.gain(alpha) - square / 2,
        gap: square + problem.losses(scores, bias: bias) - problem.gain(alpha))
    }
    return (found, scores)
  }

  private func norms(
    _ kernels: KernelStack, _ problem: SupportVectorProblem, _ p: Double, lambda: Double?, _ alpha: [Double]
  ) throws -> MultipleKernelModel {
    guard kernels.isWhole else {
      return try AlternatingMKL(kernels: kernels, problem: problem, settings: self, p: p, lambda: lambda).solve(alpha)
    }
    let conjugate = p / (p - 1)
    return try tightening(from: alpha) { tolerance, alpha in
      var scores = [Double](repeating: 0, count: kernels.kernels * kernels.count)
      var weights = [Double](repeating: 0, count: kernels.kernels)
      _ = kernels.withPointers { pointers in
        problem.withC {
          mklSolve(
            $0, kernels.precision.code, pointers, isSquared: lambda != nil, conjugate: conjugate, lambda: lambda ?? 1,
            tolerance: tolerance, limit: stepLimit, &alpha, &scores, &weights)
        }
      }
      let sum = kernels.weighted(scores, weights)
      let square = zip(sum, problem.coefficients(alpha)).reduce(0) { $0 + $1.0 * $1.1 }
      let bias = problem.bias(alpha, sum)
      // Σ d_k q_k is ‖q‖ for the norm and ‖q‖² / 2λ for the squared one; the dual subtracts a half and a quarter of it.
      return model(
        problem, alpha, weights, bias: bias, objective: problem.gain(alpha) - square / (lambda == nil ? 2 : 4),
        gap: square + problem.losses(sum, bias: bias) - problem.gain(alpha))
    }
  }

  /// Solves ever more exactly until the gap is small enough.
  private func tightening(
    from start: [Double], _ body: (_ tolerance: Double, _ alpha: inout [Double]) -> MultipleKernelModel
  ) throws -> MultipleKernelModel {
    var alpha = start
    var accuracy = 1e-2
    while true {
      let model = body(accuracy, &alpha)
      if model.relativeGap <= tolerance { return model }
      accuracy /= 10
      if accuracy < 1e-13 { throw NotConverged(gap: model.relativeGap, tolerance: tolerance) }
    }
  }

  func model(
    _ problem: SupportVectorProblem, _ alpha: [Double], _ weights: [Double], bias: Double, objective: Double,
    gap: Double
  ) -> MultipleKernelModel {
    MultipleKernelModel(
      weights: weights, coefficients: problem.coefficients(alpha), bias: bias, objective: objective,
      gap: max(0, gap), cost: cost)
  }
}

/// A gap that no further step closes: the kernels are too badly conditioned for the precision they are kept in.
public struct NotConverged: Error, CustomStringConvertible, Sendable, Equatable {
  /// The relative duality gap that was reached.
  public let gap: Double
  public let tolerance: Double

  public var description: String {
    "multiple kernel learning stopped at a relative duality gap of \(gap), above the tolerance \(tolerance); "
      + "keep kernels as float64, scale them alike, or ask for less"
  }
}
