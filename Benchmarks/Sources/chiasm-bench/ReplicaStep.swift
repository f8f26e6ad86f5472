import Chiasm
import Foundation

/// Training steps of several models at once as a comparison does them; model i is i batches ahead in the same order.
struct ReplicaStep {
  let inputs: StepInputs
  let models: [FusionModel]

  init(_ folder: URL, method: String, count: Int) throws {
    let inputs = try StepInputs.read(folder)
    self.inputs = inputs
    models = try (0..<count).map { number in
      let model = try inputs.model(method, seed: UInt64(number))
      try model.load(Safetensors.read(StepInputs.weights(folder, method, number)).tensors)
      return model
    }
  }

  /// Mean losses of every step, and the mean duration of a step for each model, the first fifth left out.
  func run(steps: Int) throws -> Worker.Answer {
    var options = TrainingOptions()
    options.epochs = 1
    let (dataset, batches, criterion, models) = (inputs.dataset, inputs.batches, Criterion.crossEntropy(), models)
    var trainer = Trainer<FusionModel, Batch>(
      replicas: try Replicas(count: models.count) { models[$0] }, options: options,
      seeds: models.indices.map(UInt64.init), stepsPerEpoch: steps,
      batches: { _, active in
        (0..<steps).lazy.map { step in dataset.batch(active.flatMap { batches[(step + $0) % batches.count] }) }
      },
      parts: BatchParts(part: { $0.part($1, of: $2) }, spread: { $0.spread(over: $1) }),
      objective: { model, batch, _ in model.objective(batch, criterion) },
      validate: { $0.active.map { _ in Validation(loss: 0, score: 0, higherIsBetter: true) } })
    trainer.tensors = { $0.tensors }
    let warmUp = steps / 5
    var (losses, start, end) = ([Double](), 0.0, 0.0)
    trainer.progress = {
      losses.append($0.loss)
      if $0.step == warmUp { start = processorTime() }
      if $0.step == steps { end = processorTime() }
    }
    for result in try trainer.fitEach() { _ = try result.get() }
    let each = (end - start) / Double((steps - warmUp) * models.count)
    return Worker.Answer(losses: losses, microseconds: [each])
  }
}
