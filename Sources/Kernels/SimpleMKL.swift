import Tensors

/// Minimises J(d) = max_α 1ᵀα − ½ Σ d_k αᵀH_kα over the simplex (SimpleMKL, Rakotomamonjy et al., 2008).
///
/// The problem and its duality gap are the paper's, the steps are of second order (Chapelle & Rakotomamonjy, 2008): the
/// machine's free support vectors give the Hessian of J, and a small quadratic programme over the simplex the direction.
/// Reduced gradients, the paper's steps, took 88 s where these take 7 (six views of `mfeat`, ten classes, a debug build).
/// Where the quadratic model is of no use, the direction is that of the gradient projected on the simplex.
struct SimpleMKL {
  let kernels: KernelStack
  let problem: SupportVectorProblem
  let settings: MultipleKernelLearning
  private let diagonals: [Double]
  private var accuracy = 1e-2

  init(kernels: KernelStack, problem: SupportVectorProblem, settings: MultipleKernelLearning) {
    self.kernels = kernels
    self.problem = problem
    self.settings = settings
    diagonals = kernels.diagonals()
  }

  /// What a machine is made of, whatever the weights: its variables and what each kernel makes of them.
  ///
  /// The images are carried from machine to machine: of one that starts near its end only the samples that move are read.
  private struct State {
    var alpha: [Double]
    var coefficients: [Double]
    /// K_k times the coefficients, kernel after kernel.
    var images: [Double]

    /// q_k = βᵀK_kβ.
    var squares: [Double] { KernelStack.squaredNorms(coefficients, images) }
  }

  /// The machine at weights d.
  private struct Point {
    let weights: [Double]
    let state: State
    /// Σ_k d_k K_k times the coefficients, per sample.
    let scores: [Double]
    /// J(d), as exact as the machine.
    let value: Double
  }

  mutating func solve(weights start: [Double]?, alpha: [Double]) throws -> MultipleKernelModel {
    let count = kernels.kernels
    var weights = [Double](repeating: 1 / Double(count), count: count)
    if let start, start.count == count, start.reduce(0, +) > 0 {
      let total = start.reduce(0, +)
      weights = start.map { $0 / total }
    }
    let coefficients = problem.coefficients(alpha)
    var point = machine(
      weights, State(alpha: alpha, coefficients: coefficients, images: kernels.products(coefficients)))
    for _ in 0..<1000 {
      let squares = point.state.squares
      let model = certificate(point, squares)
      if model.relativeGap <= settings.tolerance { return model }
      // Where the machine itself is the larger part of the gap, or no step helps any more, it is solved more exactly.
      let spread = (squares.max()! - dot(point.weights, squares)) / 2
      if model.gap <= 2 * spread, let better = step(from: point, squares) {
        point = better
        continue
      }
      accuracy /= 10
      guard accuracy >= 1e-13 else { break }
      // So near the end, what rounding added on the way would be seen.
      var state = point.state
      if accuracy < 1e-6 { state.images = kernels.products(state.coefficients) }
      point = machine(point.weights, state)
    }
    let last = certificate(point, point.state.squares)
    throw NotConverged(gap: last.relativeGap, tolerance: settings.tolerance)
  }

  private func machine(_ weights: [Double], _ start: State) -> Point {
    var state = start
    var scores = kernels.weighted(start.images, weights)
    problem.solve(
      KernelSum(kernels, weights, diagonal: kernels.weighted(diagonals, weights)), tolerance: accuracy,
      limit: settings.stepLimit, &state.alpha, &scores)
    state.coefficients = problem.coefficients(state.alpha)
    kernels.addProducts(zip(state.coefficients, start.coefficients).map { $0 - $1 }, to: &state.images)
    scores = kernels.weighted(state.images, weights)
    return Point(
      weights: weights, state: state, scores: scores,
      value: problem.gain(state.alpha) - dot(scores, state.coefficients) / 2)
  }

  /// Primal at (d, α) minus the dual at α, whose last term is the largest of all kernels.
  private func certificate(_ point: Point, _ squares: [Double]) -> MultipleKernelModel {
    let alpha = point.state.alpha
    let bias = problem.bias(alpha, point.scores)
    let dual = problem.gain(alpha) - squares.max()! / 2
    return settings.model(
      problem, alpha, point.weights, bias: bias, objective: dual,
      gap: dot(point.weights, squares) / 2 + problem.losses(point.scores, bias: bias) - dual)
  }

  /// A point with a lower J, nil where none is found.
  private func step(from point: Point, _ squares: [Double]) -> Point? {
    let gradient = squares.map { -$0 / 2 }
    for hessian in [curvature(point), nil] {
      let scale = (squares.max() ?? 1) * Double(squares.count)
      let model =
        hessian ?? gradient.indices.map { row in gradient.indices.map { row == $0 ? scale : 0 } }
      let goal = minimiser(gradient, model, from: point.weights)
      let direction = zip(goal, point.weights).map { $0 - $1 }
      let slope = dot(gradient, direction)
      guard slope < 0 else { continue }
      var length = 1.0
      var warm = point.state
      for _ in 0..<8 {
        let weights = zip(point.weights, direction).map { max(0, $0 + length * $1) }
        let total = weights.reduce(0, +)
        let next = machine(weights.map { $0 / total }, warm)
        warm = next.state
        if next.value <= point.value + 1e-3 * length * slope { return next }
        // The minimum of the parabola through what is known, within bounds.
        let rise = next.value - point.value - length * slope
        length = min(0.5 * length, max(0.05 * length, -slope * length * length / (2 * rise)))
      }
    }
    return nil
  }

  /// Second derivatives of J: v_kᵀ P v_l, where v_k are kernel k's scores of the free support vectors, and P is the inverse
  /// of their kernel with the bias eliminated; nil where there are none.
  private func curvature(_ point: Point) -> [[Double]]? {
    let (coefficients, images) = (point.state.coefficients, point.state.images)
    let free = coefficients.indices.filter { sample in
      let size = abs(coefficients[sample])
      return size > 1e-9 * problem.c[sample] && size < (1 - 1e-9) * problem.c[sample]
    }
    guard !free.isEmpty else { return nil }
    let block = kernels.combined(point.weights, at: free)
    // Free vectors may outnumber the dimensions of the feature space: a little is added to keep the inverse.
    let ridge = 1e-8 * max(block.trace().item() / Double(free.count), 1e-300)
    let padded = block + Tensor.eye(free.count, dtype: .float64) * ridge
    guard let factor = padded.choleskyIfPositive() else { return nil }
    let count = kernels.kernels
    let values = Tensor(
      (0..<count).flatMap { kernel in free.map { images[kernel * coefficients.count + $0] } },
      shape: [count, free.count])
    let columns = Tensor.concatenated(
      [values.transposed(0, 1), .ones([free.count, 1], dtype: .float64)], axis: 1)
    let half = factor.triangularSolve(columns, upper: false)
    let products = half.transposed(0, 1).matmul(half)
    let cross = products.narrow(axis: 1, start: count, length: 1).narrow(axis: 0, start: 0, length: count)
    let own = products[count, count].item()
    let inner = products.narrow(axis: 0, start: 0, length: count).narrow(axis: 1, start: 0, length: count)
    let result = (inner - cross.matmul(cross.transposed(0, 1)) / Tensor(own, dtype: .float64)).doubles
    guard result.allSatisfy({ $0.isFinite }) else { return nil }
    return (0..<count).map { Array(result[$0 * count..<($0 + 1) * count]) }
  }

  /// The minimiser of gᵀ(x − d) + ½ (x − d)ᵀH(x − d) over the simplex, by moving weight between two kernels at a time.
  private func minimiser(_ gradient: [Double], _ hessian: [[Double]], from start: [Double]) -> [Double] {
    var x = start
    var slope = gradient
    let largest = gradient.map { abs($0) }.max() ?? 0
    for _ in 0..<200 * x.count {
      let low = x.indices.min { slope[$0] < slope[$1] }!
      let high = x.indices.filter { x[$0] > 0 }.max { slope[$0] < slope[$1] }!
      let difference = slope[high] - slope[low]
      if difference <= 1e-12 * largest { break }
      let bend = hessian[low][low] + hessian[high][high] - 2 * hessian[low][high]
      let length = min(x[high], bend > 0 ? difference / bend : .infinity)
      x[low] += length
      x[high] = length == x[high] ? 0 : x[high] - length
      for index in x.indices { slope[index] += length * (hessian[index][low] - hessian[index][high]) }
    }
    return x
  }
}

private func dot(_ a: [Double], _ b: [Double]) -> Double {
  var sum = 0.0
  for index in a.indices { sum += a[index] * b[index] }
  return sum
}
