import Chiasm
import Foundation

/// Training steps of one model as a trial does them: gather the batch, forward, backward, clip, AdamW, read the loss.
struct TrainingStep {
  let inputs: StepInputs
  let model: FusionModel

  init(_ folder: URL, method: String) throws {
    inputs = try StepInputs.read(folder)
    model = try inputs.model(method, seed: 0)
    try model.load(Safetensors.read(StepInputs.weights(folder, method, 0)).tensors)
  }

  /// Trains from the initial weights and gives the losses and the mean duration of a step, the first fifth left out.
  func run(steps: Int) throws -> Worker.Answer {
    var options = TrainingOptions()
    options.epochs = 1
    let (dataset, batches, criterion) = (inputs.dataset, inputs.batches, Criterion.crossEntropy())
    var trainer = Trainer<FusionModel, Batch>(
      model: model, options: options, seed: 0, stepsPerEpoch: steps,
      batches: { _ in (0..<steps).lazy.map { dataset.batch(batches[$0 % batches.count]) } },
      objective: { model, batch, _ in model.objective(batch, criterion) },
      validate: { Validation(loss: 0, score: 0, higherIsBetter: true) })
    trainer.tensors = { $0.tensors }
    let warmUp = steps / 5
    var (losses, start, end) = ([Double](), 0.0, 0.0)
    trainer.progress = {
      losses.append($0.loss)
      if $0.step == warmUp { start = processorTime() }
      if $0.step == steps { end = processorTime() }
    }
    _ = try trainer.fit()
    return Worker.Answer(losses: losses, microseconds: [(end - start) / Double(steps - warmUp)])
  }
}
