import Coordination
import Foundation
import Tensors

/// A linear predictor on a representation, found to the last digit: softmax regression of classes, logistic regression of
/// each label, ridge regression of values.
struct LinearPredictor {
  /// `[width, outputs]`.
  let weights: Tensor
  /// `[outputs]`.
  let bias: Tensor

  /// - Parameters:
  ///   - x: `[n, width]`; the penalty acts on columns of variance 1.
  ///   - sampleWeights: how much each sample counts where these are to be told from the others; nil for all alike.
  ///   - cost: C, what a unit of loss counts against half the squared weights.
  init(fitting x: Tensor, _ targets: FittingSamples.Targets, sampleWeights: ([Bool]) -> [Double]?, cost: Double) throws
  {
    let mean = x.mean(axes: [0])
    let deviation = x.standardDeviation(axes: [0], unbiased: false)
    let scale = Tensor.where(deviation .> 1e-12, deviation, deviation.onesLike())
    let design = (x - mean) / scale
    let (slopes, offset): (Tensor, Tensor)
    switch targets {
    case .classes(let classes, let count):
      let found = try SoftmaxRegression(
        fitting: design, targets: classes, classes: count, cost: cost, sampleWeights: sampleWeights([]))
      (slopes, offset) = (found.weights, found.bias)
    case .labels(let labels):
      let columns = try (labels.first ?? []).indices.map { label in
        let column = labels.map { $0[label] }
        return try Self.logistic(design, column, sampleWeights: sampleWeights(column), cost: cost)
      }
      slopes = Tensor.stacked(columns.map(\.weights), axis: 1)
      offset = Tensor(columns.map(\.bias))
    case .values(let values):
      let truth = Tensor(values).unsqueezed(1)
      let middle = truth.mean(axes: [0])
      let square = design.transposed(0, 1).matmul(design) * cost + Tensor.eye(design.shape[1], dtype: .float64)
      slopes = square.solve(design.transposed(0, 1).matmul(truth - middle) * cost)
      offset = middle
    }
    weights = slopes / scale.unsqueezed(1)
    bias = offset - (mean / scale).unsqueezed(0).matmul(slopes).reshaped([-1])
  }

  init(weights: Tensor, bias: Tensor) {
    self.weights = weights
    self.bias = bias
  }

  func callAsFunction(_ x: Tensor) -> Tensor { x.matmul(weights) + bias }

  /// The log-odds of a label. One that all samples have, or none, is predicted by its smoothed share alone.
  private static func logistic(
    _ design: Tensor, _ label: [Bool], sampleWeights: [Double]?, cost: Double
  ) throws -> (weights: Tensor, bias: Double) {
    let positive = label.count { $0 }
    guard positive > 0, positive < label.count else {
      return (
        .zeros([design.shape[1]], dtype: .float64), log(Double(positive + 1) / Double(label.count - positive + 1))
      )
    }
    let found = try SoftmaxRegression(
      fitting: design, targets: label.map { $0 ? 1 : 0 }, classes: 2, cost: cost, sampleWeights: sampleWeights)
    let columns = (0..<2).map { found.weights.select(axis: 1, index: $0) }
    return (columns[1] - columns[0], found.bias[1].item() - found.bias[0].item())
  }
}
