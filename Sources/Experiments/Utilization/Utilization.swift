import Fusion
import Modalities
import Quantification
import Tensors

/// What a model puts out with all modalities and without each in turn: encoders run once.
struct WithheldOutputs {
  /// `[N, K]`, as the model puts out.
  let all: Tensor
  /// Without each modality, in the order of the model's names.
  let without: [Tensor]

  /// - Parameter dataset: normalised, with the modalities of the model.
  init(_ model: any TrialModel, _ dataset: Dataset, _ rows: [Int]) {
    (all, without) = withoutGradients {
      let batches = rows.chunks(of: 256).map { dataset.batch($0).keeping(model.names) }
      let encoded = batches.map { model.encode($0) }
      let present = batches.map { model.presence($0) }
      func outputs(_ change: (_ encoded: [Tensor], _ present: Tensor?) -> ([Tensor], Tensor?)) -> Tensor {
        Tensor.concatenated(
          zip(encoded, present).map { encoded, present in
            let (encoded, present) = change(encoded, present)
            return model.predict(encoded, present: present)
          })
      }
      let means = model.names.indices.map { modality -> Tensor? in
        guard Self.hasMeans(model) else { return nil }
        let columns = zip(present, batches).map { present, batch in
          present?.select(axis: 1, index: modality) ?? Tensor.ones([batch.count], dtype: .bool)
        }
        return UtilizationRate.mean(
          Tensor.concatenated(encoded.map { $0[modality] }), present: Tensor.concatenated(columns))
      }
      return (
        outputs { ($0, $1) },
        model.names.indices.map { modality in
          outputs { UtilizationRate.withholding(modality, of: $0, present: $1, mean: means[modality]) }
        }
      )
    }
  }

  /// Whether a mean encoding stands for a withheld modality; else it is absent.
  private static func hasMeans(_ model: any TrialModel) -> Bool {
    !model.readsSteps && !((model as? FusionModel)?.fusion is any DecisionFusion)
  }
}

extension TrainedModel {
  /// Whether utilisation is measured after each epoch: as asked, else where fusing costs far less than encoding.
  var measuresUtilization: Bool {
    guard modalities.count > 1 else { return false }
    return configuration.training.measuresUtilization ?? !model.readsSteps
  }

  /// The rates of outputs; nil where the metric is undefined or leaves nothing to divide.
  func utilization(_ outputs: WithheldOutputs, targets: [Double], metric: Metric) -> UtilizationRate? {
    guard let scored = try? WithheldPredictions(outputs, self, targets) else { return nil }
    return scored.rate(metric, at: Array(0..<outputs.all.shape[0]))
  }
}

/// What a model predicts with all modalities and without each in turn, ready to be scored on any selection of samples.
struct WithheldPredictions {
  private let names: [String]
  private let all: Predictions
  private let without: [Predictions]

  /// - Throws: `InputError` where a prediction is not finite.
  init(_ outputs: WithheldOutputs, _ trained: TrainedModel, _ targets: [Double]) throws {
    func predictions(_ output: Tensor) throws -> Predictions {
      try Predictions(
        withoutGradients { trained.finish(output).rows }, targets: targets, task: trained.configuration.task)
    }
    names = trained.modalities
    all = try predictions(outputs.all)
    without = try outputs.without.map(predictions)
  }

  func rate(_ metric: Metric, at indices: [Int]) -> UtilizationRate? {
    let scores = without.compactMap { $0.scores([metric], at: indices)[0] }
    guard let whole = all.scores([metric], at: indices)[0], scores.count == names.count else { return nil }
    return UtilizationRate(names, all: whole, without: scores, higherIsBetter: metric.higherIsBetter)
  }
}
