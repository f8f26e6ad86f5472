public import Foundation
public import Layers
public import Tensors

/// Trains replicas as one, each as ``Trainer`` would train it alone: own batches, own masks of dropout, own clipping,
/// own learning rate, own early stopping, own best weights.
///
/// Model i ends where the run of its seed alone would have ended, up to rounding: sums are taken in another order. A model
/// that has stopped leaves the group at the end of the epoch and costs nothing from there on.
///
/// ```swift
/// let trainer = ReplicaTrainer<MLP, Pair>(
///   replicas: replicas, options: options, seeds: [1, 2, 3], stepsPerEpoch: 8,
///   batches: { epoch, models in … },  // tensors [models.count, B, …]
///   objective: { model, batch, lanes in criterion(model(lanes.wrap(batch.x)), lanes.wrap(batch.y)) },
///   validate: { replicas in … })  // one Validation for each active model
/// let results = try trainer.fit()
/// ```
public struct ReplicaTrainer<Model: Module, Batch> {
  let replicas: Replicas<Model>
  let options: TrainingOptions
  let seeds: [UInt64]
  let stepsPerEpoch: Int
  let batches: (_ epoch: Int, _ models: [Int]) throws -> any Sequence<Batch>
  let objective: (Model, Batch, Lanes) -> Tensor
  let validate: (Replicas<Model>) throws -> [Validation]

  /// Where the state of the whole group is kept between epochs and on cancellation; nil: nowhere.
  public var checkpoint: URL?
  /// Least time between two checkpoints; a group that takes less leaves none.
  public var secondsBetweenCheckpoints = 0.0
  /// Asked between steps whether to stop.
  public var cancellation: Cancellation?
  /// Told about every step; the loss is the mean over the models still training.
  public var progress: ((TrainingProgress) -> Void)?

  /// How one model's part of a batch is trained on alone. Where given, steps are recorded and replayed for one model after
  /// the other: small operations on what lies in the cache. The lanes do what cannot be recorded.
  public var alone: Alone?

  /// See ``alone``.
  public struct Alone {
    let objective: (Model, Batch) -> Tensor
    let part: (Batch, _ row: Int, _ models: Int) -> Batch
    let tensors: (Batch) -> [Tensor]

    /// - Parameters:
    ///   - objective: the loss of one model; it takes from outside only what stays the same.
    ///   - part: the part of the model in a row, out of those of all active models.
    ///   - tensors: every tensor of a batch or part, `[models · B, …]` or `[B, …]`, always in the same order.
    public init(
      objective: @escaping (Model, Batch) -> Tensor, part: @escaping (Batch, _ row: Int, _ models: Int) -> Batch,
      tensors: @escaping (Batch) -> [Tensor]
    ) {
      self.objective = objective
      self.part = part
      self.tensors = tensors
    }
  }

  /// - Parameters:
  ///   - replicas: made with the `decaysVectors` of `options`.
  ///   - options: the same for all models.
  ///   - seeds: of dropout, one for each model.
  ///   - stepsPerEpoch: number of batches in an epoch.
  ///   - batches: the batches of an epoch counted from 1 for some of the models, stacked.
  ///   - objective: the loss of a batch, a scalar; the model and the wrapped batch stand for all models.
  ///   - validate: called after each epoch, without gradients; returns one entry for each active model.
  public init(
    replicas: Replicas<Model>, options: TrainingOptions, seeds: [UInt64], stepsPerEpoch: Int,
    batches: @escaping (_ epoch: Int, _ models: [Int]) throws -> any Sequence<Batch>,
    objective: @escaping (Model, Batch, Lanes) -> Tensor,
    validate: @escaping (Replicas<Model>) throws -> [Validation]
  ) {
    precondition(seeds.count == replicas.models.count, "\(seeds.count) seeds for \(replicas.models.count) models")
    self.replicas = replicas
    self.options = options
    self.seeds = seeds
    self.stepsPerEpoch = stepsPerEpoch
    self.batches = batches
    self.objective = objective
    self.validate = validate
  }

  /// Trains from the start, or from ``checkpoint`` where `resuming` and there is one; models hold their best weights then.
  ///
  /// - Returns: for each model its history, or where it met a number that is not finite; that does not end the others.
  /// - Throws: ``UntrainableModel`` before the first step; ``TrainingCancelled`` after saving; `InputError` for an
  ///   unusable checkpoint; what the closures throw.
  public func fit(resuming: Bool = false) throws -> [Result<TrainingHistory, TrainingFailure>] {
    var run = Run(
      optimizer: ReplicaOptimizer(options.optimizer, replicas, weightDecay: options.weightDecay),
      recorder: StepRecorder(offsets: replicas.offsets), generators: seeds.map { Generator(seed: $0) },
      position: ReplicaCheckpoint.Position(options: options, seeds: seeds, parameters: replicas.names))
    if resuming, let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) {
      try restore(&run, from: checkpoint)
    } else {
      try checkGradientPaths()
    }
    while !replicas.active.isEmpty {
      try trainEpoch(&run)
      try finishEpoch(&run)
    }
    for (number, best) in run.best.enumerated() where !best.isEmpty { try replicas.models[number].load(best) }
    return run.position.replicas.map { replica in
      replica.failure.map { .failure($0) }
        ?? .success(TrainingHistory(epochs: replica.records, bestEpoch: replica.bestEpoch))
    }
  }

  /// What changes while training.
  struct Run {
    var optimizer: ReplicaOptimizer
    let recorder: StepRecorder
    /// Of all models, by number.
    let generators: [Generator]
    var position: ReplicaCheckpoint.Position
    /// Of all models, by number; empty before the first epoch.
    var best: [[String: Tensor]] = []
    var rates: [Double] = []
    var epochStart = ContinuousClock.now
    var lastCheckpoint = ContinuousClock.now
    let start = ContinuousClock.now
    var stepsHere = 0

    var epochSeconds: Double { position.seconds + (ContinuousClock.now - epochStart) / .seconds(1) }
  }

  private func checkGradientPaths() throws {
    var first: Batch?
    for batch in try batches(1, replicas.active) {
      first = batch
      break
    }
    guard let first else { throw InputError("there is no batch to train on") }
    let buffers = replicas.models.map { $0.namedBuffers().map { ($0.buffer, $0.buffer.value) } }
    defer { for (buffer, value) in buffers.joined() { buffer.value = value } }
    let missing = replicas.unreached(by: losses(first, seeds.map { _ in Generator(seed: 0) }))
    guard missing.isEmpty else { throw UntrainableModel.noGradient(missing) }
  }

  private func losses(_ batch: Batch, _ generators: [Generator]) -> Tensor {
    replicas.map { model, lanes in
      training(with: MaskSource(generators, in: lanes)) { objective(model, batch, lanes) }
    }
  }

  private func trainEpoch(_ run: inout Run) throws {
    run.epochStart = ContinuousClock.now
    var position = 0
    for batch in try batches(run.position.epoch, replicas.active) {
      position += 1
      if position <= run.position.step { continue }
      if cancellation?.isCancelled == true {
        run.position.seconds = run.epochSeconds
        try save(run)
        throw TrainingCancelled(epoch: run.position.epoch, step: run.position.step)
      }
      let losses = step(batch, &run)
      run.position.step += 1
      run.stepsHere += 1
      report(losses, run)
    }
    guard run.position.step > 0 else { throw InputError("there is no batch to train on") }
  }

  /// Returns the losses of the active models.
  private func step(_ batch: Batch, _ run: inout Run) -> [Double] {
    let number = (run.position.epoch - 1) * stepsPerEpoch + run.position.step
    let total = options.epochs * stepsPerEpoch
    run.rates = replicas.active.map {
      let history = run.position.replicas[$0].records
      return options.learningRate * options.schedule.factor(step: number, of: total, history: history)
    }
    // A gradient that is not finite stays in its own row.
    let (values, norms) = advance(batch, run)
    for (row, model) in replicas.active.enumerated() {
      run.position.replicas[model].lossSum += values[row]
      if !values[row].isFinite {
        run.position.fail(model, .loss, values[row])
      } else if !norms.isEmpty, !norms[row].isFinite {
        run.position.fail(model, .gradientNorm, norms[row])
      }
    }
    return values
  }

  /// Moves all active models; returns their losses and, where they are clipped, the norms of their gradients.
  private func advance(_ batch: Batch, _ run: Run) -> (losses: [Double], norms: [Double]) {
    let generators = replicas.active.map { run.generators[$0] }
    let tensors = replicas.isRecordable ? alone.map { $0.tensors(batch) + replicas.constants() } : nil
    let way = tensors.map { run.recorder.way(for: $0, models: generators.count) } ?? .engine
    if case .replay(let plan) = way {
      let keys = generators.flatMap { generator in (0..<plan.keyCount).map { _ in generator.next() } }
      return run.optimizer.step(
        replicas, replaying: plan, inputs: tensors!, keys: keys, limit: options.gradientClip, learningRates: run.rates)
    }
    let losses: [Double]
    if case .step = way, let alone {
      losses = computeOneByOne(batch, alone, generators, run.recorder)
    } else {
      losses = computeInLanes(batch, generators)
    }
    let (scales, norms) = run.optimizer.clipping(replicas, to: options.gradientClip)
    run.optimizer.step(replicas, scales: scales, learningRates: run.rates)
    return (losses, norms)
  }

  private func computeOneByOne(
    _ batch: Batch, _ alone: Alone, _ generators: [Generator], _ recorder: StepRecorder
  ) -> [Double] {
    replicas.replay { gradients in
      replicas.active.enumerated().map { row, number in
        let part = alone.part(batch, row, generators.count)
        return recorder.step(
          alone.tensors(part) + replicas.constants(ofRow: row), values: replicas.values.select(axis: 0, index: row),
          gradients: gradients.select(axis: 0, index: row), leaves: replicas.leaves(ofRow: row),
          generator: generators[row]
        ) { alone.objective(replicas.models[number], part) }
      }
    }
  }

  private func computeInLanes(_ batch: Batch, _ generators: [Generator]) -> [Double] {
    let losses = losses(batch, generators)
    replicas.backward(losses)
    return losses.doubles
  }

  private func finishEpoch(_ run: inout Run) throws {
    let validations = try withoutGradients { try evaluating { try validate(replicas) } }
    precondition(
      validations.count == replicas.active.count, "\(validations.count) validations for \(replicas.active.count) models"
    )
    let seconds = run.epochSeconds / Double(replicas.active.count)
    if run.best.isEmpty { run.best = replicas.models.map { _ in [:] } }
    for (row, model) in replicas.active.enumerated() {
      let isBest = run.position.finish(model, validations[row], learningRate: run.rates[row], seconds: seconds)
      if isBest { run.best[model] = replicas.models[model].state() }
    }
    run.position.epoch += 1
    (run.position.step, run.position.seconds) = (0, 0)
    let going = replicas.active.indices.filter { !run.position.replicas[replicas.active[$0]].isFinished }
    if going.count < replicas.active.count {
      replicas.keep(rows: going)
      if !going.isEmpty { run.optimizer.keep(rows: going) }
    }
    let sinceCheckpoint = (ContinuousClock.now - run.lastCheckpoint) / .seconds(1)
    if sinceCheckpoint >= secondsBetweenCheckpoints {
      try save(run)
      run.lastCheckpoint = ContinuousClock.now
    }
  }

  private func report(_ losses: [Double], _ run: Run) {
    guard let progress else { return }
    let rate = Double(run.stepsHere) / ((ContinuousClock.now - run.start) / .seconds(1))
    let done = (run.position.epoch - 1) * stepsPerEpoch + run.position.step
    let scores = replicas.active.compactMap { run.position.replicas[$0].records.last?.validationScore }
    progress(
      TrainingProgress(
        epoch: run.position.epoch, epochs: options.epochs, step: run.position.step, steps: stepsPerEpoch,
        loss: losses.reduce(0, +) / Double(losses.count),
        validation: scores.isEmpty ? nil : scores.reduce(0, +) / Double(scores.count), utilization: nil,
        stepsPerSecond: rate,
        secondsLeft: Double(options.epochs * stepsPerEpoch - done) / rate))
  }
}

// MARK: - Checkpoints

extension ReplicaTrainer {
  private func save(_ run: Run) throws {
    guard let checkpoint else { return }
    try ReplicaCheckpoint(
      position: run.position, active: replicas.active, models: replicas.models.map { $0.state() }, best: run.best,
      optimizer: run.optimizer.state, generators: run.generators.map(\.state)
    ).write(to: checkpoint)
  }

  private func restore(_ run: inout Run, from url: URL) throws {
    let saved = try ReplicaCheckpoint.read(from: url)
    for (name, agrees) in [
      ("options", saved.position.options == options), ("seeds", saved.position.seeds == seeds),
      ("parameters", saved.position.parameters == replicas.names),
    ] where !agrees {
      throw InputError(file: url.path, at: name, "not those of this run; start anew or use the ones it was made with")
    }
    for (model, state) in zip(replicas.models, saved.models) { try model.load(state, file: url.path) }
    replicas.keep(rows: saved.active)
    run.optimizer = ReplicaOptimizer(options.optimizer, replicas, weightDecay: options.weightDecay)
    if !saved.active.isEmpty { try run.optimizer.load(saved.optimizer, file: url.path) }
    for (generator, state) in zip(run.generators, saved.generators) { generator.state = state }
    run.position = saved.position
    run.best = saved.best
  }
}
