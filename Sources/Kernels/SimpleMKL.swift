import Tensors

/// Minimises J(d) = max_α 1ᵀα − ½ Σ d_k αᵀH_kα over the simplex by reduced gradients (Rakotomamonjy et al., 2008,
/// algorithm 1).
///
/// Differs from the paper in the line search: J is convex along a direction and its derivative costs one product, so the
/// zero of the derivative is enclosed by the Illinois rule instead of comparing values by golden sections.
struct SimpleMKL {
  let kernels: KernelStack
  let problem: SupportVectorProblem
  let settings: MultipleKernelLearning
  private var accuracy = 1e-2

  init(kernels: KernelStack, problem: SupportVectorProblem, settings: MultipleKernelLearning) {
    self.kernels = kernels
    self.problem = problem
    self.settings = settings
  }

  /// The machine at weights d.
  private struct Point {
    var weights: [Double]
    var matrix: Tensor
    var alpha: [Double]
    var scores: [Double]
    var coefficients: [Double]
    /// J(d), as exact as the machine.
    var value: Double
  }

  mutating func solve(weights start: [Double]?, alpha: [Double]) throws -> MultipleKernelModel {
    let count = kernels.kernels
    var weights = [Double](repeating: 1 / Double(count), count: count)
    if let start, start.count == count, start.reduce(0, +) > 0 {
      // A weight of exactly 0 may rise again: its gradient is looked at, too.
      let total = start.reduce(0, +)
      weights = start.map { $0 / total }
    }
    var point = machine(weights, kernels.combined(weights), alpha)
    var stalled = 0
    for _ in 0..<2000 {
      let squares = kernels.squaredNorms(point.coefficients)
      let model = certificate(point, squares)
      if model.relativeGap <= settings.tolerance { return model }
      // Where the machine itself is the larger part of the gap, or no weight moves any more, it is solved more exactly.
      let spread = (squares.max()! - zip(point.weights, squares).reduce(0) { $0 + $1.0 * $1.1 }) / 2
      if model.gap > 2 * spread || stalled > 0 {
        accuracy /= 10
        guard accuracy >= 1e-13 else { break }
        // The sum is formed anew: what was added along the way has its rounding errors.
        point = machine(point.weights, kernels.combined(point.weights), point.alpha)
        stalled = 0
        continue
      }
      let before = point.weights
      point = descend(from: point, squares)
      if zip(point.weights, before).allSatisfy({ abs($0 - $1) <= 1e-15 }) { stalled += 1 }
    }
    let last = certificate(point, kernels.squaredNorms(point.coefficients))
    throw NotConverged(gap: last.relativeGap, tolerance: settings.tolerance)
  }

  private func machine(_ weights: [Double], _ matrix: Tensor, _ start: [Double]) -> Point {
    var alpha = start
    let scores = problem.solve(
      matrix, kernels.precision, tolerance: accuracy, limit: settings.stepLimit, &alpha)
    let coefficients = problem.coefficients(alpha)
    let square = zip(scores, coefficients).reduce(0) { $0 + $1.0 * $1.1 }
    return Point(
      weights: weights, matrix: matrix, alpha: alpha, scores: scores, coefficients: coefficients,
      value: problem.gain(alpha) - square / 2)
  }

  /// Primal at (d, α) minus the dual at α, whose last term is the largest of all kernels.
  private func certificate(_ point: Point, _ squares: [Double]) -> MultipleKernelModel {
    let bias = problem.bias(point.alpha, point.scores)
    let square = zip(point.weights, squares).reduce(0) { $0 + $1.0 * $1.1 }
    let dual = problem.gain(point.alpha) - squares.max()! / 2
    return settings.model(
      problem, point.alpha, point.weights, bias: bias, objective: dual,
      gap: square / 2 + problem.losses(point.scores, bias: bias) - dual)
  }

  /// Along the reduced gradient, past weights that reach 0 while J still falls, to the minimum on the last piece.
  private func descend(from start: Point, _ squares: [Double]) -> Point {
    var point = start
    let gradient = squares.map { -$0 / 2 }
    var direction = reduced(gradient, point.weights)
    while true {
      guard let longest = reach(point.weights, direction) else { return point }
      let slope = kernels.combined(direction)
      let edge = moved(point, direction, slope, by: longest, warm: point.alpha)
      // At the edge J still falls along the direction: that weight stays 0, and the others go on.
      if derivative(edge, slope) <= 0 {
        point = edge
        guard let frozen = restricted(direction, gradient, point.weights) else { return point }
        direction = frozen
        continue
      }
      return minimum(from: point, direction, slope, edge: edge, longest)
    }
  }

  /// Zero where a weight is 0 and would fall; the largest weight takes what keeps the sum (eq. 12).
  private func reduced(_ gradient: [Double], _ weights: [Double]) -> [Double] {
    let largest = weights.indices.max { weights[$0] < weights[$1] }!
    var direction = weights.indices.map { index -> Double in
      let difference = gradient[largest] - gradient[index]
      return index == largest || (weights[index] == 0 && difference <= 0) ? 0 : difference
    }
    direction[largest] = -direction.reduce(0, +)
    return direction
  }

  /// The direction without weights that have reached 0; nil where none is left.
  private func restricted(_ direction: [Double], _ gradient: [Double], _ weights: [Double]) -> [Double]? {
    var result = zip(direction, weights).map { $1 == 0 && $0 < 0 ? 0 : $0 }
    let largest = weights.indices.max { weights[$0] < weights[$1] }!
    result[largest] = 0
    result[largest] = -result.reduce(0, +)
    return result.contains { $0 < 0 } ? result : nil
  }

  /// How far a direction goes until the first weight is 0.
  private func reach(_ weights: [Double], _ direction: [Double]) -> Double? {
    zip(weights, direction).compactMap { $1 < 0 ? -$0 / $1 : nil }.min()
  }

  private func moved(
    _ point: Point, _ direction: [Double], _ slope: Tensor, by length: Double, warm: [Double]
  ) -> Point {
    var weights = zip(point.weights, direction).map { max(0, $0 + length * $1) }
    for index in weights.indices where weights[index] < 1e-14 { weights[index] = 0 }
    let total = weights.reduce(0, +)
    weights = weights.map { $0 / total }
    return machine(weights, point.matrix + slope * length, warm)
  }

  /// dJ along the direction whose kernel is `slope`.
  private func derivative(_ point: Point, _ slope: Tensor) -> Double {
    let scores = product(slope, point.coefficients, count: kernels.count, code: kernels.precision.code)
    return -zip(scores, point.coefficients).reduce(0) { $0 + $1.0 * $1.1 } / 2
  }

  private func minimum(
    from start: Point, _ direction: [Double], _ slope: Tensor, edge: Point, _ longest: Double
  ) -> Point {
    var (left, right) = (0.0, longest)
    var (atLeft, atRight) = (derivative(start, slope), derivative(edge, slope))
    guard atLeft < 0 else { return start }
    let goal = 1e-2 * abs(atLeft)
    var side = 0
    var point = start
    for _ in 0..<30 {
      let length = (left * atRight - right * atLeft) / (atRight - atLeft)
      point = moved(start, direction, slope, by: length, warm: point.alpha)
      let value = derivative(point, slope)
      if abs(value) <= goal || right - left <= 1e-14 * longest { break }
      if value < 0 {
        (left, atLeft) = (length, value)
        if side == 1 { atRight /= 2 }
        side = 1
      } else {
        (right, atRight) = (length, value)
        if side == -1 { atLeft /= 2 }
        side = -1
      }
    }
    return point
  }
}
