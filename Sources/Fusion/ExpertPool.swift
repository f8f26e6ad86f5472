import Models
import Tensors

/// Non-negative weights with which the experts' predictions of samples that none of them learned from tell the targets best:
/// stacking (Wolpert, 1992; Breiman, 1996, stacked regressions).
///
/// Of classes, a logarithmic opinion pool p ∝ Π_m p_m^{w_m}; of labels, logits Σ_m w_m z_m; both by least cross-entropy, so that
/// the size of the weights is a temperature. Of values, Σ_m w_m f_m + b by least squares. The problem is convex; Newton's
/// method finds its solution. A penalty of one sample, ½ Σ (w_m − 1/M)², keeps weights finite where no sample is predicted
/// wrongly, and near the mean where there are hardly any samples.
struct ExpertPool {
  /// w_m, at least 0.
  private(set) var weights: [Double]
  /// b; 0 but for values.
  private(set) var offset = 0.0

  /// The mean of the experts.
  init(count: Int) { weights = [Double](repeating: 1 / Double(count), count: count) }

  /// - Parameters:
  ///   - logarithms: log-probabilities of classes, logits of labels, or values, `[N, M, K]` float64.
  ///   - targets: class numbers `[N]`, labels or values `[N, K]`.
  ///   - task: what is predicted.
  ///   - sampleWeights: `[N]` float64.
  init(fitting logarithms: Tensor, _ targets: Tensor, task: any PredictionTask, sampleWeights: Tensor) {
    let (samples, experts, outputs) = (logarithms.shape[0], logarithms.shape[1], logarithms.shape[2])
    self.init(count: experts)
    // A constant beside the experts of values: the offset.
    let constant = Tensor.ones([samples, task.hasProbabilities ? 0 : 1, outputs], dtype: .float64)
    let problem = Problem(
      features: Tensor.concatenated([logarithms, constant], axis: 1), truth: task.truth(targets),
      weights: sampleWeights, task: task, start: weights)
    let found = problem.minimum(from: weights + (task.hasProbabilities ? [] : [0]))
    weights = Array(found.prefix(experts))
    offset = task.hasProbabilities ? 0 : found[experts]
  }

  /// Loss of the weights with its derivatives.
  private struct Problem {
    /// `[N, D, K]`.
    let features: Tensor
    /// `[N, K]`.
    let truth: Tensor
    /// `[N]`.
    let weights: Tensor
    let task: any PredictionTask
    /// What the penalty pulls to; further variables are free of it and of the bound.
    let start: [Double]

    private func outputs(_ x: [Double]) -> Tensor { (features * Tensor(x).reshaped([1, x.count, 1])).sum(axes: [1]) }

    private func penalty(_ x: [Double]) -> Double { zip(x, start).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / 2 }

    func loss(_ x: [Double]) -> Double {
      (task.losses(outputs(x), truth: truth) * weights).sum().item() + penalty(x)
    }

    func derivatives(_ x: [Double]) -> (gradient: [Double], hessian: [[Double]]) {
      let (errors, centred, curvature) = task.derivatives(outputs(x), truth: truth, features: features)
      let column = weights.reshaped([-1, 1, 1])
      var gradient = (features * errors.unsqueezed(1) * column).sum(axes: [0, 2]).doubles
      func rows(_ values: Tensor) -> Tensor { values.transposed(0, 1).contiguous().reshaped([x.count, -1]) }
      let square = rows(centred * curvature.unsqueezed(1) * column).matmul(rows(centred).transposed(0, 1)).doubles
      var hessian = x.indices.map { Array(square[$0 * x.count..<($0 + 1) * x.count]) }
      for (index, pull) in start.enumerated() {
        gradient[index] += x[index] - pull
        hessian[index][index] += 1
      }
      return (gradient, hessian)
    }

    func minimum(from start: [Double]) -> [Double] {
      var (x, value) = (start, loss(start))
      for _ in 0..<100 {
        let (gradient, hessian) = derivatives(x)
        let goal = boundedMinimum(gradient, hessian, from: x)
        let direction = zip(goal, x).map { $0 - $1 }
        let slope = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
        guard slope < -1e-10 * max(1, abs(value)) else { break }
        var length = 1.0
        while length > 1e-6 {
          let next = zip(x, direction).map { $0 + length * $1 }
          let lower = loss(next)
          if lower <= value + 1e-4 * length * slope {
            (x, value) = (next, lower)
            break
          }
          length /= 2
        }
        guard length > 1e-6 else { break }
      }
      return x
    }

    /// The minimiser of the quadratic model with weights of at least 0, one coordinate after the other.
    private func boundedMinimum(_ gradient: [Double], _ hessian: [[Double]], from x: [Double]) -> [Double] {
      var (y, slope) = (x, gradient)
      for _ in 0..<1000 {
        var largest = 0.0
        for index in y.indices where hessian[index][index] > 0 {
          let free = y[index] - slope[index] / hessian[index][index]
          let next = index < start.count ? max(0, free) : free
          let change = next - y[index]
          y[index] = next
          for other in y.indices { slope[other] += change * hessian[index][other] }
          largest = max(largest, abs(change))
        }
        if largest < 1e-10 { break }
      }
      return y
    }
  }
}
