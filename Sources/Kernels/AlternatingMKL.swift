import Foundation
import Tensors

/// Weights of bounded norm with machines in turn: for a machine's α the best weights have a closed form (Kloft et al., 2011,
/// eq. 14), d_k ∝ (d_k² q_k)^{1/(p + 1)} with q_k = αᵀH_kα. Only sums and products of the kernels are read, so that they need
/// not all be in memory.
struct AlternatingMKL {
  let kernels: KernelStack
  let problem: SupportVectorProblem
  let settings: MultipleKernelLearning
  let p: Double
  /// Of the squared norm in the objective; nil where the norm is bounded by 1.
  let lambda: Double?

  func solve(_ start: [Double]) throws -> MultipleKernelModel {
    var alpha = start
    let count = Double(kernels.kernels)
    var weights = [Double](repeating: pow(count, -1 / p), count: kernels.kernels)
    var accuracy = 1e-2
    var last: MultipleKernelModel?
    var coefficients = problem.coefficients(alpha)
    var images = kernels.products(coefficients)
    let diagonals = kernels.diagonals()
    for _ in 0..<1000 {
      var scores = kernels.weighted(images, weights)
      problem.solve(
        KernelSum(kernels, weights, diagonal: kernels.weighted(diagonals, weights)), tolerance: accuracy,
        limit: settings.stepLimit, &alpha, &scores)
      let moved = problem.coefficients(alpha)
      kernels.addProducts(zip(moved, coefficients).map { $0 - $1 }, to: &images)
      coefficients = moved
      scores = kernels.weighted(images, weights)
      let squares = KernelStack.squaredNorms(coefficients, images)
      let model = certificate(weights, alpha, scores, squares)
      if model.relativeGap <= settings.tolerance { return model }
      // A machine whose own gap is the larger part is solved more exactly.
      let next = step(weights, squares)
      let change = zip(next, weights).map { abs($0 - $1) }.max()! / max(weights.max()!, 1e-300)
      if change < 1e-2 * max(accuracy, settings.tolerance) || model.gap < 10 * accuracy * Double(alpha.count) {
        accuracy = max(1e-13, accuracy / 10)
      }
      weights = next
      last = model
    }
    throw NotConverged(gap: last?.relativeGap ?? .infinity, tolerance: settings.tolerance)
  }

  /// ‖values‖ of an order, in range for any.
  private func norm(_ values: [Double], _ order: Double) -> Double {
    let largest = values.max() ?? 0
    guard largest > 0 else { return 0 }
    return largest * pow(values.reduce(0) { $0 + pow($1 / largest, order) }, 1 / order)
  }

  private func certificate(
    _ weights: [Double], _ alpha: [Double], _ scores: [Double], _ squares: [Double]
  ) -> MultipleKernelModel {
    let bias = problem.bias(alpha, scores)
    let conjugate = norm(squares, p / (p - 1))
    let penalty = lambda.map { conjugate * conjugate / (8 * $0) } ?? conjugate / 2
    let dual = problem.gain(alpha) - penalty
    let own = zip(weights, squares).reduce(0) { $0 + $1.0 * $1.1 } / 2
    let size = norm(weights, p)
    let primal = own + (lambda.map { $0 / 2 * size * size } ?? 0) + problem.losses(scores, bias: bias)
    return settings.model(problem, alpha, weights, bias: bias, objective: dual, gap: primal - dual)
  }

  private func step(_ weights: [Double], _ squares: [Double]) -> [Double] {
    let lengths = zip(weights, squares).map { $0 * $0 * $1 }
    let largest = lengths.max() ?? 0
    guard largest > 0 else { return weights }
    let plain = lengths.map { pow($0 / largest, 1 / (p + 1)) }
    let size = norm(plain, p)
    let unit = plain.map { $0 / size }
    guard let lambda else { return unit }
    // Along this direction the scale s minimises A / 2s + λ s² / 2.
    let total = zip(lengths, unit).reduce(0) { $0 + ($1.1 > 0 ? $1.0 / $1.1 : 0) }
    let scale = pow(total / (2 * lambda), 1.0 / 3)
    return unit.map { $0 * scale }
  }
}
