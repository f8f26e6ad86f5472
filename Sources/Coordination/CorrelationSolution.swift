import Kernels
import Models
import Tensors

/// Scores of every view in a shared space, and a linear predictor on all of them side by side.
struct CorrelationSolution: LinkedSolution {
  let scores: [any ViewScores]
  let predictor: LinearPredictor
  let notes: [String: String]

  var isMultiaffine: Bool { true }
  var partWidths: [Int] { scores.map(\.count) }

  func parts(_ views: [Tensor]) throws -> [Tensor] { try zip(scores, views).map { try $0($1) } }
  func representation(_ parts: [Tensor]) -> Tensor { Tensor.concatenated(parts, axis: 1) }
  func outputs(_ representation: Tensor) -> Tensor { predictor(representation) }

  var tensors: [String: Tensor] {
    var tensors = ["predictor.weights": predictor.weights, "predictor.bias": predictor.bias]
    for (view, scores) in scores.enumerated() {
      for (name, tensor) in scores.tensors { tensors["view\(view).\(name)"] = tensor }
    }
    return tensors
  }
}
