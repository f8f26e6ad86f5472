public import Foundation
public import Layers
public import Tensors

/// Trains a model, or several of one structure as one, until the validation score stops improving, and leaves each with its
/// best weights.
///
/// ```swift
/// let trainer = Trainer(
///   model: model, options: options, seed: 7, stepsPerEpoch: order.count,
///   batches: { epoch in order.shuffled(epoch).map { data.batch($0) } },
///   objective: { model, batch, _ in criterion(model(batch.x), batch.y) },
///   validate: { Validation(loss: …, score: …, higherIsBetter: true) })
/// let history = try trainer.fit()
/// ```
///
/// Of several (``Replicas``), each has its own batches, masks of dropout, clipping, learning rate, early stopping and best
/// weights: model i ends where the training of its seed alone would end, up to rounding, as sums are taken in another
/// order. One that has stopped leaves the group at the end of the epoch and costs nothing from there on.
public struct Trainer<Model: Module, Batch> {
  let replicas: () throws -> Replicas<Model>
  let options: TrainingOptions
  let seeds: [UInt64]
  let stepsPerEpoch: Int
  let batches: (_ epoch: Int, _ models: [Int]) throws -> any Sequence<Batch>
  let parts: BatchParts<Batch>?
  let objective: (Model, Batch, StepContext) -> Tensor
  let validate: (Replicas<Model>) throws -> [Validation]

  /// Where the state is kept between epochs and on cancellation; nil: nowhere.
  public var checkpoint: URL?
  /// Least time between two checkpoints, in seconds. The end of a model that trains alone has its own in any case; several that
  /// take less leave none.
  public var secondsBetweenCheckpoints = 0.0
  /// Asked between steps whether to stop.
  public var cancellation: Cancellation?
  /// Told about every step; the loss is the mean over the models still training.
  public var progress: ((TrainingProgress) -> Void)?
  /// Every tensor of a batch, always in the same order. Where given, steps are recorded and replayed (`StepRecorder`), for
  /// one model after the other: the objective may then take from elsewhere than batch, model and context only what stays
  /// the same. What cannot be recorded is done by the engine, of several models at once.
  public var tensors: ((Batch) -> [Tensor])?
  /// Makes each step of views of its batch, of a model that trains alone; nil: the batch as it is.
  public var balancer: (any StepBalancer<Batch>)?
  /// Parameters with optimisers of their own.
  public var parameterGroups: [ParameterGroup] = []
  /// Called with each model after its step, without gradients: clamps a temperature, updates a momentum copy. It changes
  /// parameters, also frozen ones, by `Parameter.assign`, and buffers.
  public var afterStep: ((Model, StepContext) -> Void)?

  /// - Parameters:
  ///   - model: what is trained, in place.
  ///   - options: how.
  ///   - seed: of dropout; the same seed and batches give the same weights bit for bit, on one machine and thread count.
  ///   - stepsPerEpoch: number of batches in an epoch.
  ///   - batches: the batches of an epoch counted from 1, always the same for the same number.
  ///   - objective: the loss of a batch, a scalar.
  ///   - validate: called after each epoch, without gradients.
  public init(
    model: Model, options: TrainingOptions, seed: UInt64, stepsPerEpoch: Int,
    batches: @escaping (_ epoch: Int) throws -> any Sequence<Batch>,
    objective: @escaping (Model, Batch, StepContext) -> Tensor, validate: @escaping () throws -> Validation
  ) {
    self.replicas = { try Replicas(count: 1, decaysVectors: options.decaysVectors) { _ in model } }
    self.options = options
    self.seeds = [seed]
    self.stepsPerEpoch = stepsPerEpoch
    self.batches = { epoch, _ in try batches(epoch) }
    self.parts = nil
    self.objective = objective
    self.validate = { _ in [try validate()] }
  }

  /// - Parameters:
  ///   - replicas: made with the `decaysVectors` of `options`.
  ///   - options: the same for all models.
  ///   - seeds: of dropout, one for each model.
  ///   - stepsPerEpoch: number of batches in an epoch.
  ///   - batches: the batches of an epoch counted from 1 for some of the models, as `parts` takes them apart.
  ///   - parts: how the batches of several models lie in one.
  ///   - objective: the loss of a batch, a scalar; model and batch may stand for all of them (``Replicas/map(_:)``).
  ///   - validate: called after each epoch, without gradients; returns one entry for each active model.
  public init(
    replicas: Replicas<Model>, options: TrainingOptions, seeds: [UInt64], stepsPerEpoch: Int,
    batches: @escaping (_ epoch: Int, _ models: [Int]) throws -> any Sequence<Batch>, parts: BatchParts<Batch>,
    objective: @escaping (Model, Batch, StepContext) -> Tensor,
    validate: @escaping (Replicas<Model>) throws -> [Validation]
  ) {
    precondition(seeds.count == replicas.models.count, "\(seeds.count) seeds for \(replicas.models.count) models")
    self.replicas = { replicas }
    self.options = options
    self.seeds = seeds
    self.stepsPerEpoch = stepsPerEpoch
    self.batches = batches
    self.parts = parts
    self.objective = objective
    self.validate = validate
  }

  /// Trains a single model; see ``fitEach(resuming:)``.
  ///
  /// - Throws: ``TrainingFailure`` where a loss, gradient or score is not finite; what ``fitEach(resuming:)`` throws.
  public func fit(resuming: Bool = false) throws -> TrainingHistory {
    precondition(seeds.count == 1, "\(seeds.count) models have as many histories")
    return try fitEach(resuming: resuming)[0].get()
  }

  /// Trains from the start, or from ``checkpoint`` where `resuming` and there is one.
  ///
  /// - Returns: for each model its history, or where it met a number that is not finite; that does not end the others.
  /// - Throws: ``UntrainableModel`` before the first step; ``TrainingCancelled`` after saving; `InputError` for an
  ///   unusable checkpoint; what the closures throw.
  public func fitEach(resuming: Bool = false) throws -> [Result<TrainingHistory, TrainingFailure>] {
    let replicas = try self.replicas()
    precondition(balancer == nil || seeds.count == 1, "the steps of several models cannot be balanced")
    var run = Run(
      replicas: replicas, optimizer: Optimizer(replicas, options, groups: parameterGroups),
      recorder: tensors != nil && replicas.isRecordable
        ? StepRecorder(offsets: replicas.ranges.map(\.lowerBound)) : nil,
      generators: seeds.map { Generator(seed: $0) },
      position: Checkpoint.Position(
        options: options, seeds: seeds, parameters: replicas.names, groups: parameterGroups),
      best: seeds.map { _ in [:] })
    if resuming, let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) {
      try restore(&run, from: checkpoint)
    } else {
      try checkGradientPaths(run)
    }
    while !replicas.active.isEmpty {
      try trainEpoch(&run)
      if run.position.hasFailed { replicas.keep(rows: []) } else { try finishEpoch(&run) }
    }
    for (number, best) in run.best.enumerated() where !best.isEmpty { try replicas.models[number].load(best) }
    return run.position.replicas.map { replica in
      replica.failure.map { .failure($0) }
        ?? .success(TrainingHistory(epochs: replica.records, bestEpoch: replica.bestEpoch))
    }
  }

  /// What changes while training.
  struct Run {
    let replicas: Replicas<Model>
    var optimizer: Optimizer
    let recorder: StepRecorder?
    /// Of all models, by number.
    let generators: [Generator]
    var position: Checkpoint.Position
    /// Of all models, by number; empty before the first epoch.
    var best: [[String: Tensor]]
    var rates: [Double] = []
    var epochStart = ContinuousClock.now
    var lastCheckpoint = ContinuousClock.now
    let start = ContinuousClock.now
    var stepsHere = 0

    /// Wall-clock seconds of the present epoch, interruptions left out.
    var epochSeconds: Double { position.seconds + (ContinuousClock.now - epochStart) / .seconds(1) }
  }

  private func checkGradientPaths(_ run: Run) throws {
    let replicas = run.replicas
    var first: Batch?
    for batch in try batches(1, replicas.active) {
      first = batch
      break
    }
    guard let first else { throw InputError("there is no batch to train on") }
    let context = context(run)
    if let arena = replicas.arena {
      let model = replicas.models[0]
      try TrainabilityCheck.parameters(of: model, in: arena)
      return try TrainabilityCheck.gradientPaths(of: model, in: arena) { objective(model, first, context) }
    }
    let buffers = replicas.models.map { $0.namedBuffers().map { ($0.buffer, $0.buffer.value) } }
    defer { for (buffer, value) in buffers.joined() { buffer.value = value } }
    let missing = replicas.unreached(by: losses(first, context, replicas, seeds.map { _ in Generator(seed: 0) }))
    guard missing.isEmpty else { throw UntrainableModel.noGradient(missing) }
  }

  private func trainEpoch(_ run: inout Run) throws {
    run.epochStart = ContinuousClock.now
    var (position, gathered): (Int, [Batch]) = (0, [])
    func step() {
      let losses = self.step(gathered, &run)
      run.position.step += gathered.count
      run.stepsHere += gathered.count
      gathered = []
      if !run.position.hasFailed { report(losses, run) }
    }
    for batch in try batches(run.position.epoch, run.replicas.active) {
      position += 1
      if position <= run.position.step { continue }
      if gathered.isEmpty, cancellation?.isCancelled == true {
        run.position.seconds = run.epochSeconds
        try save(run)
        throw TrainingCancelled(epoch: run.position.epoch, step: run.position.step)
      }
      gathered.append(batch)
      if gathered.count == options.accumulation { step() }
      if run.position.hasFailed { return }
    }
    if !gathered.isEmpty { step() }
    guard run.position.step > 0 else { throw InputError("there is no batch to train on") }
  }

  private func finishEpoch(_ run: inout Run) throws {
    let replicas = run.replicas
    let validations = try withoutGradients { try evaluating { try validate(replicas) } }
    try withoutGradients { try evaluating { try balancer?.finishEpoch() } }
    precondition(
      validations.count == replicas.active.count, "\(validations.count) validations for \(replicas.active.count) models"
    )
    let seconds = run.epochSeconds / Double(replicas.active.count)
    for (row, model) in replicas.active.enumerated() {
      let isBest = run.position.finish(model, validations[row], learningRate: run.rates[row], seconds: seconds)
      if isBest { run.best[model] = replicas.models[model].state() }
    }
    run.position.epoch += 1
    (run.position.step, run.position.seconds) = (0, 0)
    let going = replicas.active.indices.filter { !run.position.replicas[replicas.active[$0]].isFinished }
    if going.count < replicas.active.count {
      replicas.keep(rows: going)
      run.position.active = replicas.active
      if !going.isEmpty { run.optimizer.keep(rows: going, of: replicas) }
    }
    let sinceCheckpoint = (ContinuousClock.now - run.lastCheckpoint) / .seconds(1)
    if sinceCheckpoint >= secondsBetweenCheckpoints || (seeds.count == 1 && replicas.active.isEmpty) {
      try save(run)
      run.lastCheckpoint = ContinuousClock.now
    }
  }

  private func report(_ losses: [Double], _ run: Run) {
    guard let progress else { return }
    let rate = Double(run.stepsHere) / ((ContinuousClock.now - run.start) / .seconds(1))
    let done = (run.position.epoch - 1) * stepsPerEpoch + run.position.step
    let last = run.replicas.active.compactMap { run.position.replicas[$0].records.last }
    progress(
      TrainingProgress(
        epoch: run.position.epoch, epochs: options.epochs, step: run.position.step, steps: stepsPerEpoch,
        loss: losses.reduce(0, +) / Double(losses.count),
        validation: last.isEmpty ? nil : last.reduce(0) { $0 + $1.validationScore } / Double(last.count),
        measurements: seeds.count == 1 ? last.first?.measurements : nil, stepsPerSecond: rate,
        secondsLeft: Double(options.epochs * stepsPerEpoch - done) / rate))
  }
}

// MARK: - Checkpoints

extension Trainer {
  private func save(_ run: Run) throws {
    guard let checkpoint else { return }
    var position = run.position
    position.balance = balancer?.state
    try Checkpoint(
      position: position, models: run.replicas.models.map { $0.state() }, best: run.best,
      optimizer: run.optimizer.state, generators: run.generators.map(\.state)
    ).write(to: checkpoint)
  }

  private func restore(_ run: inout Run, from url: URL) throws {
    let (saved, replicas) = (try Checkpoint.read(from: url), run.replicas)
    for (name, agrees) in [
      ("options", saved.position.options == options), ("seeds", saved.position.seeds == seeds),
      ("parameters", saved.position.parameters == replicas.names),
      ("parameter groups", saved.position.groups == parameterGroups),
    ] where !agrees {
      throw InputError(file: url.path, at: name, "not those of this run; start anew or use the ones it was made with")
    }
    for (model, state) in zip(replicas.models, saved.models) { try model.load(state, file: url.path) }
    replicas.keep(rows: saved.position.active)
    if !replicas.active.isEmpty {
      if replicas.active.count < seeds.count {
        run.optimizer = Optimizer(replicas, options, groups: parameterGroups)
      }
      try run.optimizer.load(saved.optimizer, file: url.path)
    }
    for (generator, state) in zip(run.generators, saved.generators) { generator.state = state }
    run.position = saved.position
    if let balance = saved.position.balance { balancer?.state = balance }
    run.best = saved.best
  }
}
