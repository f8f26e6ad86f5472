import Fusion
import Layers
import Modalities
import Tensors
import Testing
import Training

/// A step of every registered method, with every encoder, can be recorded; replayed on other samples, other weights and other
/// masks it gives what the engine gives.
@Suite struct RecordedStepTests {
  private func check(_ method: String, _ options: [String: String] = [:], _ kit: ReplicaTests.Kit) throws {
    let dataset = kit.dataset
    let criterion: Criterion = dataset.manifest.task == .regression ? .meanSquaredError : .crossEntropy()
    func model(_ seed: UInt64) throws -> (model: FusionModel, arena: Arena) {
      let model = try FusionModel.make(
        specifications: kit.specifications, shapes: kit.shapes, method: method,
        options: ["width": "6"].merging(options) { $1 }, task: dataset.manifest.task, outputs: dataset.outputs,
        generator: Generator(seed: seed))
      return (model, try Arena(model))
    }
    func loss(_ model: FusionModel, _ batch: Batch, _ seed: UInt64) -> Tensor {
      training(with: Generator(seed: seed)) { model.objective(batch, criterion) }
    }
    let (first, arena) = try model(1)
    let batch = dataset.batch(Array(0..<12))
    let leaves = arena.slots.map { (tensor: $0.parameter.value, offset: $0.range.lowerBound) }
    let recorded = RecordedLoss.record(inputs: batch.tensors, parameters: arena.values, leaves: leaves) {
      loss(first, batch, 1)
    }
    let plan = try #require(recorded.plan, "\(recorded.refusal ?? "")")
    let (second, other) = try model(2)
    // Buffers are constants of a recording (those who train leave models that have some to the engine).
    for (own, recorded) in zip(second.namedBuffers(), first.namedBuffers()) { own.buffer.value = recorded.buffer.value }
    let samples = dataset.batch(Array(14..<26))
    // Padded to the same number of steps, or it is another shape, which has a recording of its own.
    guard samples.tensors.map(\.shape) == batch.tensors.map(\.shape) else { return }
    let generator = Generator(seed: 9)
    let found = plan.run(
      inputs: samples.tensors, parameters: other.values, gradients: other.gradients,
      keys: (0..<plan.keyCount).map { _ in generator.next() })
    let replayed = other.gradients.cloned()
    let expected = loss(second, samples, 9)
    other.backward(expected)
    #expect(abs(found[0] - expected.item()) <= 1e-4 * max(1, abs(expected.item())))
    let scale = max(1e-3, other.gradients.abs().max().item())
    #expect((replayed - other.gradients).abs().max().item() <= 1e-4 * scale, "\(plan.description)")
    #expect(other.gradients.abs().max().item() > 0)
  }

  @Test(arguments: Variant.all) func everyMethod(_ variant: Variant) throws {
    try check(variant.name, variant.options, .vectors)
  }

  @Test(arguments: Variant.all) func everyMethodWithModalitiesMissing(_ variant: Variant) throws {
    let kit = ReplicaTests.Kit(
      "vectors", ["a": (.vector, [5]), "b": (.vector, [4]), "c": (.vector, [3])], missing: true)
    try check(variant.name, variant.options, kit)
  }

  @Test(arguments: ReplicaTests.encoders.indices) func everyEncoder(_ number: Int) throws {
    let (kit, options) = ReplicaTests.encoders[number]
    try check("unimodal", options, kit)
  }

  @Test(arguments: ["low-rank", "tensor", "late", "hpfn", "mag"]) func noiseAndHiddenModalities(method: String) throws {
    try check(method, ["noise": "0.3", "modality-dropout": "0.3"], ReplicaTests.mixed)
  }

  @Test func regression() throws {
    try check("gated", [:], ReplicaTests.Kit("vectors", ["a": (.vector, [5]), "b": (.vector, [4])], task: .regression))
  }

  /// Alone or among others, a model takes the same recorded steps, whichever optimiser follows them.
  @Test(arguments: ["late", "low-rank", "gated", "mixture"], [OptimizerKind.adamw, .sgd])
  func aloneOrAmongOthers(method: String, optimizer: OptimizerKind) throws {
    let kit = ReplicaTests.Kit.vectors
    let (dataset, seeds) = (kit.dataset, [3, 4, 5] as [UInt64])
    var options = TrainingOptions()
    options.epochs = 4
    options.patience = 1
    options.optimizer = optimizer
    if optimizer == .sgd { options.learningRate = 0.05 }
    var computed = 0
    func model(_ seed: UInt64) throws -> FusionModel {
      try FusionModel.make(
        specifications: kit.specifications, shapes: kit.shapes, method: method, task: .classification,
        outputs: dataset.outputs, generator: Generator(seed: seed))
    }
    func order(_ seed: UInt64) -> BatchOrder {
      BatchOrder(dataset[.train], batchSize: 12, seed: seed, remainder: .keepPairs)
    }
    func validation(_ model: FusionModel) -> Validation {
      let batch = dataset.batch(dataset[.validation])
      let loss = Criterion.crossEntropy()(model(batch), batch.target!).item()
      return Validation(loss: loss, score: loss, higherIsBetter: false)
    }
    let replicas = try Replicas(count: seeds.count) { try model(seeds[$0]) }
    var together = Trainer<FusionModel, Batch>(
      replicas: replicas, options: options, seeds: seeds, stepsPerEpoch: order(0).count,
      batches: { epoch, models in
        let own = models.map { order(seeds[$0]).batches(epoch: epoch) }
        return own[0].indices.map { step in dataset.batch(own.flatMap { $0[step] }) }
      },
      parts: BatchParts(part: { $0.part($1, of: $2) }, spread: { $0.spread(over: $1) }),
      objective: { model, batch, _ in
        computed += 1
        return model.objective(batch, .crossEntropy())
      },
      validate: { replicas in replicas.active.map { validation(replicas.models[$0]) } })
    together.tensors = { $0.tensors }
    let epochs = try together.fitEach().map { try $0.get().epochs.count }.reduce(0, +)
    // The engine computes the first step of a shape and the next one, and before them whether gradients reach all
    // parameters; all others are replayed.
    let shapes = Set(order(0).batches(epoch: 1).map(\.count)).count
    #expect(computed == 2 * shapes + 1 && epochs * order(0).count > 4 * computed, "\(computed) of \(epochs) epochs")
    for (number, seed) in seeds.enumerated() {
      let alone = try model(seed)
      var trainer = Trainer(
        model: alone, options: options, seed: seed, stepsPerEpoch: order(seed).count,
        batches: { order(seed).batches(epoch: $0).map { dataset.batch($0) } },
        objective: { model, batch, _ in model.objective(batch, .crossEntropy()) }, validate: { validation(alone) })
      trainer.tensors = { $0.tensors }
      _ = try trainer.fit()
      let state = replicas.models[number].state()
      for (name, tensor) in alone.state() {
        // The engine's Adam rounds otherwise than ours over rows.
        #expect((state[name]! - tensor).abs().max().item() <= 2e-6, "\(name) of seed \(seed)")
      }
    }
  }
}
