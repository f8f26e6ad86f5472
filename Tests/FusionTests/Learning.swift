import Fusion
import Layers
import Modalities
import Tensors
import Training

/// A model of vectors (or of what `shapes` says) trained on a batch, with the weights best on `validation`.
func learnt(
  _ method: String, _ options: [String: String] = [:], on train: Batch, validation: Batch, epochs: Int = 30,
  outputs: Int = 2, seed: UInt64 = 3
) throws -> FusionModel {
  let shapes = train.inputs.mapValues { Array($0.values.shape.dropFirst()) }
  let kinds: [Int: ModalityKind] = [1: .vector, 2: .sequence, 3: .image]
  let model = try FusionModel.make(
    specifications: shapes.mapValues { ModalitySpecification(kind: kinds[$0.count]!) }, shapes: shapes,
    method: method, options: ["width": "16"].merging(options) { $1 }, task: .classification, outputs: outputs,
    generator: Generator(seed: seed))
  try model.pretrain(on: [train], generator: Generator(seed: 9))
  var settings = TrainingOptions()
  settings.epochs = epochs
  settings.learningRate = 3e-3
  settings.patience = nil
  let order = BatchOrder(Array(0..<train.count), batchSize: settings.batchSize, seed: 5)
  let trainer = Trainer(
    model: model, options: settings, seed: 6, stepsPerEpoch: order.count,
    batches: { order.batches(epoch: $0) },
    objective: { model, rows, _ in model.objective(train.rows(rows), .crossEntropy()) },
    validate: {
      let (accuracy, loss) = scores(model, validation)
      return Validation(loss: loss, score: accuracy, higherIsBetter: true)
    })
  _ = try trainer.fit()
  return model
}

/// Accuracy and cross-entropy.
func scores(_ model: FusionModel, _ batch: Batch) -> (accuracy: Double, loss: Double) {
  withoutGradients {
    let logits = model(batch)
    let hits = (logits.argmax(axis: 1) .== batch.target!).to(.float64)
    return (hits.mean().item(), logits.crossEntropy(batch.target!).item())
  }
}

extension Batch {
  /// Some of the samples.
  func rows(_ rows: [Int]) -> Batch {
    let picked = Tensor(rows)
    return Batch(
      inputs: inputs.mapValues {
        ModalityInput(
          values: $0.values.indexSelect(picked), lengths: $0.lengths?.indexSelect(picked),
          present: $0.present?.indexSelect(picked))
      },
      target: target?.indexSelect(picked), ids: rows.map { ids[$0] })
  }
}
