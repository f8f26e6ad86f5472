public import Modalities
public import Tensors

/// No target: how likely samples are. An answer is −ln p in nats, or an upper bound of it.
public struct DensityTask: LearningTask {
  public let kind = TaskKind.none
  public let outputs = 1
  public let metrics: [Metric] = [.negativeLogLikelihood]
  public let targetWidth = 0

  public init() {}

  public func answers(of model: any MultimodalModel, to batches: some Sequence<Batch>) throws -> Tensor {
    let model = try model.capability((any Likelihood).self, "says how likely a sample is")
    return withoutGradients {
      .concatenated(batches.map { model.negativeLogLikelihood($0).to(.float64).unsqueezed(1) })
    }
  }

  public func scored(
    _ answers: [Double], targets: [Double], thresholds: [Double]?
  ) throws -> any ScoredPredictions {
    RowScores(answers, width: outputs) { metric, row in
      guard metric == .negativeLogLikelihood else {
        preconditionFailure("\(metric.rawValue) is not a metric of densities")
      }
      return row[0]
    }
  }

  public func text(target: [Double], classes: [String]) -> String { "" }
}
