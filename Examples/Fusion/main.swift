// Trains low-rank fusion by hand on an exclusive-or of two modalities: model, objective, training loop.
import Chiasm

let raw = try SyntheticGenerator(redundancy: 0, unique: [0, 0], synergy: 1, samples: 1500).dataset()
let dataset = raw.normalised(with: Normalisation(fitting: raw))
let model = try FusionModel.make(
  specifications: dataset.manifest.modalities, shapes: dataset.featureShapes, method: "low-rank",
  options: ["rank": "4"], task: .classification, outputs: dataset.outputs, generator: Generator(seed: 1))

func scores(_ model: FusionModel, _ batch: Batch) -> (accuracy: Double, loss: Double) {
  let logits = model(batch)
  let hits = logits.argmax(axis: 1) .== batch.target!
  return (hits.to(.float32).mean().item(), logits.crossEntropy(batch.target!).item())
}

var options = TrainingOptions()
options.epochs = 20
options.learningRate = 3e-3
let order = BatchOrder(dataset[.train], batchSize: options.batchSize, seed: 2)
let trainer = Trainer<FusionModel, Batch>(
  model: model, options: options, seed: 3, stepsPerEpoch: order.count,
  batches: { epoch in order.batches(epoch: epoch).lazy.map { dataset.batch($0) } },
  objective: { model, batch, _ in model.objective(batch, .crossEntropy()) },
  validate: {
    let (accuracy, loss) = scores(model, dataset.batch(dataset[.validation]))
    return Validation(loss: loss, score: accuracy, higherIsBetter: true)
  })
let history = try trainer.fit()
print("\(model.parameterCount) parameters, best of \(history.epochs.count) epochs: \(history.bestEpoch)")
print("accuracy on the test split:", withoutGradients { scores(model, dataset.batch(dataset[.test])) }.accuracy)
