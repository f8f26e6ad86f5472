import Modalities
import Models
import Quantification
import Tensors
import Training

/// What a model puts out with all modalities and without each in turn: encoders run once.
struct WithheldOutputs {
  /// `[N, K]`, as the model puts out.
  let all: Tensor
  /// Without each modality, in the order of the model's names.
  let without: [Tensor]
  /// Modalities that none of the samples has: that a model does as well without them says nothing.
  let absent: [String]

  /// - Parameter dataset: normalised, with the modalities of the model.
  init(_ model: any Staged, _ dataset: Dataset, _ rows: [Int]) {
    absent = dataset.modalitiesAbsent(from: rows)
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

  fileprivate init(all: Tensor, without: [Tensor], absent: [String]) {
    (self.all, self.without, self.absent) = (all, without, absent)
  }

  /// Whether a mean encoding stands for a withheld modality; else it is absent.
  fileprivate static func hasMeans(_ model: any Staged) -> Bool {
    !model.readsSteps && !model.fusesDecisions
  }
}

/// What the models of a group put out with all modalities and without each in turn, by replaying recordings.
final class WithheldRecorder {
  private let encodings = ValueRecorder()
  private let predictions = ValueRecorder()

  /// Of all active models, which do not read steps.
  func outputs<Model: LearningModel>(
    of replicas: Replicas<Model>, _ dataset: Dataset, _ rows: [Int]
  ) -> [WithheldOutputs] {
    func staged(_ model: Model) -> any Staged { model as! any Staged }
    let model = staged(replicas.models[0])
    let widths = model.widths
    let batches = rows.chunks(of: 256).map { dataset.batch($0).keeping(model.names) }
    return withoutGradients {
      // [active, B, Σ D] each.
      let encoded = batches.map { batch in
        encodings.values(of: replicas, for: batch.tensors) { .concatenated(staged($0).encode(batch), axis: 1) }
      }
      let present = batches.map { model.presence($0) }
      let means = WithheldOutputs.hasMeans(model) ? means(of: encoded, present, widths) : nil
      let outputs = zip(encoded, present).map { encoded, present in
        // [active, 1 + M, B, K].
        predictions.values(
          of: replicas,
          for: { row in [encoded, means].compactMap { $0?.select(axis: 0, index: row) } + [present].compactMap { $0 } },
          { model, inputs in
            let model = staged(model)
            let encoded = inputs[0].split(widths, axis: 1)
            let mean = means.map { _ in inputs[1].split(widths, axis: 1) }
            let present = present.map { _ in inputs[inputs.count - 1] }
            let without = encoded.indices.map { modality in
              let (encoded, present) = UtilizationRate.withholding(
                modality, of: encoded, present: present, mean: mean?[modality])
              return model.predict(encoded, present: present)
            }
            return .stacked([model.predict(encoded, present: present)] + without)
          })
      }
      let absent = dataset.modalitiesAbsent(from: rows)
      return Tensor.concatenated(outputs, axis: 2).unbind().map { model in
        let outputs = model.unbind()
        return WithheldOutputs(all: outputs[0], without: Array(outputs.dropFirst()), absent: absent)
      }
    }
  }

  /// Mean encodings of each model, side by side, `[active, 1, Σ D]`.
  private func means(of encoded: [Tensor], _ present: [Tensor?], _ widths: [Int]) -> Tensor {
    let all = Tensor.concatenated(encoded, axis: 1)
    guard present.contains(where: { $0 != nil }) else { return UtilizationRate.mean(all, present: nil) }
    let columns = Tensor.concatenated(
      zip(present, encoded).map { $0 ?? .ones([$1.shape[1], widths.count], dtype: .bool) }
    ).unbind(axis: 1)
    return .concatenated(
      zip(all.split(widths, axis: 2), columns).map { UtilizationRate.mean($0, present: $1) }, axis: 2)
  }
}

extension TrainedModel {
  /// Whether utilisation is measured after each epoch: as asked, else where fusing costs far less than encoding.
  var measuresUtilization: Bool {
    guard modalities.count > 1, let model = model as? any Staged else { return false }
    return configuration.training.measuresUtilization ?? !model.readsSteps
  }

  /// The rates of outputs, of the modalities that some sample has; nil where the metric is undefined or leaves nothing to
  /// divide.
  func utilization(_ outputs: WithheldOutputs, targets: [Double], metric: Metric) -> UtilizationRate? {
    guard let scored = try? WithheldPredictions(outputs, self, targets) else { return nil }
    return scored.rate(metric, at: Array(0..<outputs.all.shape[0]))
  }
}

/// What a model predicts with all modalities and without each in turn, ready to be scored on any selection of samples.
struct WithheldPredictions {
  /// The modalities that some sample has.
  private let names: [String]
  private let all: Predictions
  private let without: [Predictions]

  /// - Throws: `InputError` where a prediction is not finite.
  init(_ outputs: WithheldOutputs, _ trained: TrainedModel, _ targets: [Double]) throws {
    func predictions(_ output: Tensor) throws -> Predictions {
      try trained.scored(withoutGradients { trained.finish(output).rows }, targets: targets)
    }
    let measured = trained.modalities.indices.filter { !outputs.absent.contains(trained.modalities[$0]) }
    names = measured.map { trained.modalities[$0] }
    all = try predictions(outputs.all)
    without = try measured.map { try predictions(outputs.without[$0]) }
  }

  func rate(_ metric: Metric, at indices: [Int]) -> UtilizationRate? {
    let scores = without.compactMap { $0.scores([metric], at: indices)[0] }
    guard let whole = all.scores([metric], at: indices)[0], scores.count == names.count else { return nil }
    return UtilizationRate(names, all: whole, without: scores, higherIsBetter: metric.higherIsBetter)
  }
}
