public import Modalities
import Tensors

/// What an expert's output means, which decides what combining outputs can mean.
public enum Decision: String, CaseIterable, Codable, Sendable {
  /// Logits of K exclusive classes.
  case classes
  /// K logits, each of a label that may hold or not.
  case labels
  /// K values.
  case values

  /// The decision a task asks for.
  public init(_ task: Task) {
    switch task {
    case .multilabel: self = .labels
    case .regression: self = .values
    case .classification, .retrieval, .none: self = .classes
    }
  }

  /// Expert outputs `[B, M, K]` in the form in which they are averaged in logarithm or stacked.
  func logarithms(_ predictions: Tensor) -> Tensor {
    self == .classes ? predictions.logSoftmax(axis: -1) : predictions
  }

  /// The mixture Σ_m w_m p_m as logits or values `[B, K]`.
  ///
  /// - Parameter logWeights: ln w_m, `[B, M, 1]` or `[1, M, 1]`.
  func mixture(_ predictions: Tensor, logWeights: Tensor) -> Tensor {
    switch self {
    case .classes:
      return (predictions.logSoftmax(axis: -1) + logWeights).logSumExp(axes: [1])
    case .labels:
      // ln p and ln (1 − p) of a logit; their difference is the logit of the mixture.
      let holds = predictions.logSigmoid() + logWeights
      let fails = (-predictions).logSigmoid() + logWeights
      return holds.logSumExp(axes: [1]) - fails.logSumExp(axes: [1])
    case .values:
      return (predictions * logWeights.exp()).sum(axes: [1])
    }
  }
}
