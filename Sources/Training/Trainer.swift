public import Foundation
public import Layers
public import Tensors

/// What the validation split says about the model as it stands.
public struct Validation: Sendable, Equatable {
  public let loss: Double
  /// The metric that decides which epoch is kept; where it ties, the lower loss does.
  public let score: Double
  public let higherIsBetter: Bool
  /// See `EpochRecord.utilization`.
  public let utilization: [String: Double]?

  public init(loss: Double, score: Double, higherIsBetter: Bool, utilization: [String: Double]? = nil) {
    self.loss = loss
    self.score = score
    self.higherIsBetter = higherIsBetter
    self.utilization = utilization
  }

  /// Whether weights that got this are kept rather than those of the epoch `best`.
  func isBetter(than best: EpochRecord) -> Bool {
    if score == best.validationScore { return loss < best.validationLoss }
    return (score > best.validationScore) == higherIsBetter
  }
}

extension TrainingOptions {
  /// Whether training ends after so many epochs, of which `bestEpoch` was the best.
  func isFinished(epochs: Int, bestEpoch: Int) -> Bool {
    epochs >= self.epochs || epochs - bestEpoch >= patience ?? .max
  }
}

/// What a training run leaves behind; the model holds the weights of the best epoch.
public struct TrainingHistory: Sendable, Equatable {
  public let epochs: [EpochRecord]
  /// Counted from 1.
  public let bestEpoch: Int

  public init(epochs: [EpochRecord], bestEpoch: Int) {
    self.epochs = epochs
    self.bestEpoch = bestEpoch
  }
}

/// Trains a model until its validation score stops improving, and leaves it with the best weights.
///
/// ```swift
/// let trainer = Trainer(
///   model: model, options: options, seed: 7, stepsPerEpoch: order.count,
///   batches: { epoch in order.shuffled(epoch).map { data.batch($0) } },
///   objective: { batch in criterion(model(batch.x), batch.y) },
///   validate: { Validation(loss: …, score: …, higherIsBetter: true) })
/// let history = try trainer.fit()
/// ```
public struct Trainer<Batch> {
  let model: any Module
  let options: TrainingOptions
  let seed: UInt64
  let stepsPerEpoch: Int
  let batches: (_ epoch: Int) throws -> any Sequence<Batch>
  let objective: (Batch) -> Tensor
  let validate: () throws -> Validation

  /// Where the state is kept between epochs and on cancellation; nil: nowhere.
  public var checkpoint: URL?
  /// Least time between two checkpoints that are not the last one.
  public var secondsBetweenCheckpoints = 0.0
  /// Asked between steps whether to stop.
  public var cancellation: Cancellation?
  /// Told about every step.
  public var progress: ((TrainingProgress) -> Void)?
  /// Every tensor of a batch, always in the same order. Where given, steps are recorded and replayed (`StepRecorder`):
  /// the objective may then take from outside only what stays the same.
  public var tensors: ((Batch) -> [Tensor])?
  /// Makes each step of views of its batch; nil: the batch as it is.
  public var balancer: (any StepBalancer<Batch>)?

  /// - Parameters:
  ///   - model: what is trained, in place.
  ///   - options: how.
  ///   - seed: of dropout; the same seed and batches give the same weights bit for bit, on one machine and thread count.
  ///   - stepsPerEpoch: number of batches in an epoch.
  ///   - batches: the batches of an epoch counted from 1, always the same for the same number.
  ///   - objective: the loss of a batch, a scalar.
  ///   - validate: called after each epoch, without gradients.
  public init(
    model: any Module, options: TrainingOptions, seed: UInt64, stepsPerEpoch: Int,
    batches: @escaping (_ epoch: Int) throws -> any Sequence<Batch>, objective: @escaping (Batch) -> Tensor,
    validate: @escaping () throws -> Validation
  ) {
    self.model = model
    self.options = options
    self.seed = seed
    self.stepsPerEpoch = stepsPerEpoch
    self.batches = batches
    self.objective = objective
    self.validate = validate
  }

  /// Trains from the start, or from ``checkpoint`` where `resuming` and there is one.
  ///
  /// - Throws: ``UntrainableModel`` before the first step; ``TrainingFailure`` where a loss, gradient or score is not
  ///   finite; ``TrainingCancelled`` after saving; `InputError` for an unusable checkpoint; what the closures throw.
  public func fit(resuming: Bool = false) throws -> TrainingHistory {
    let arena = try Arena(model, decaysVectors: options.decaysVectors)
    try TrainabilityCheck.parameters(of: model, in: arena)
    let buffers = model.namedBuffers().map(\.buffer)
    let records = tensors != nil && buffers.allSatisfy(\.isConstant)
    var run = Run(
      arena: arena, optimizer: options.optimizer.make(arena, weightDecay: options.weightDecay),
      recorder: records ? StepRecorder(offsets: arena.slots.map(\.range.lowerBound)) : nil,
      constants: buffers, generator: Generator(seed: seed),
      position: Checkpoint.Position(options: options, seed: seed, parameters: arena.names))
    if resuming, let checkpoint, FileManager.default.fileExists(atPath: checkpoint.path) {
      try restore(&run, from: checkpoint)
    } else {
      guard let first = try firstBatch() else { throw InputError("there is no batch to train on") }
      try TrainabilityCheck.gradientPaths(of: model, in: arena) { objective(first) }
    }
    while !run.position.isFinished {
      try trainEpoch(&run)
      try finishEpoch(&run)
    }
    try model.load(run.best)
    return TrainingHistory(epochs: run.position.records, bestEpoch: run.position.bestEpoch)
  }

  /// What changes while training.
  private struct Run {
    let arena: Arena
    let optimizer: any Optimizer
    let recorder: StepRecorder?
    /// What a recorded step takes as inputs besides the batch.
    let constants: [Buffer]
    let generator: Generator
    var position: Checkpoint.Position
    var best: [String: Tensor] = [:]
    var rate = 0.0
    var epochStart = ContinuousClock.now
    var lastCheckpoint = ContinuousClock.now
    let start = ContinuousClock.now
    var stepsHere = 0

    /// The parameters, in the order in which they lie in the arena.
    var leaves: [Tensor] { arena.slots.map(\.parameter.value) }
    var epoch: Int { position.records.count + 1 }
    /// Wall-clock seconds of the present epoch, interruptions left out.
    var epochSeconds: Double { position.seconds + (ContinuousClock.now - epochStart) / .seconds(1) }
  }

  private func firstBatch() throws -> Batch? {
    for batch in try batches(1) { return batch }
    return nil
  }

  private func trainEpoch(_ run: inout Run) throws {
    run.epochStart = ContinuousClock.now
    var position = 0
    for batch in try batches(run.epoch) {
      position += 1
      if position <= run.position.step { continue }
      if cancellation?.isCancelled == true {
        run.position.seconds = run.epochSeconds
        try save(run)
        throw TrainingCancelled(epoch: run.epoch, step: run.position.step)
      }
      let loss = try step(batch, &run)
      run.position.step += 1
      run.position.lossSum += loss
      run.stepsHere += 1
      report(loss, run)
    }
    guard run.position.step > 0 else { throw InputError("there is no batch to train on") }
  }

  private func step(_ batch: Batch, _ run: inout Run) throws -> Double {
    let number = (run.epoch - 1) * stepsPerEpoch + run.position.step
    run.rate =
      options.learningRate
      * options.schedule.factor(step: number, of: options.epochs * stepsPerEpoch, history: run.position.records)
    let value =
      balancer?.step(batch, in: run.arena) { computeGradients($0, run) } ?? computeGradients(batch, run)
    guard value.isFinite else { throw failure(.loss, value, run) { nonFiniteModule(batch, run.generator) } }
    if let limit = options.gradientClip {
      let norm = run.arena.clipGradients(norm: limit)
      guard norm.isFinite else { throw failure(.gradientNorm, norm, run) { nonFiniteGradient(batch, run) } }
    }
    run.optimizer.step(learningRate: run.rate)
    return value
  }

  /// Fills the arena with the gradients of the loss of a batch, and returns that.
  private func computeGradients(_ batch: Batch, _ run: Run) -> Double {
    if let recorder = run.recorder, let tensors {
      return recorder.step(
        tensors(batch) + run.constants.map(\.value), values: run.arena.values, gradients: run.arena.gradients,
        leaves: run.leaves,
        generator: run.generator
      ) { objective(batch) }
    }
    let loss = training(with: run.generator) { objective(batch) }
    let value = loss.item()
    if value.isFinite { run.arena.backward(loss) }
    return value
  }

  private func finishEpoch(_ run: inout Run) throws {
    let validation = try withoutGradients { try evaluating(validate) }
    try withoutGradients { try evaluating { try balancer?.finishEpoch() } }
    for (quantity, value) in [
      (TrainingFailure.Quantity.validationLoss, validation.loss), (.validationScore, validation.score),
    ] where !value.isFinite {
      throw failure(quantity, value, run) { nil }
    }
    run.position.records.append(
      EpochRecord(
        epoch: run.epoch, trainLoss: run.position.lossSum / Double(run.position.step), validationLoss: validation.loss,
        validationScore: validation.score, learningRate: run.rate, seconds: run.epochSeconds,
        utilization: validation.utilization))
    let records = run.position.records
    if run.position.bestEpoch == 0 || validation.isBetter(than: records[run.position.bestEpoch - 1]) {
      run.position.bestEpoch = records.count
      run.best = model.state()
    }
    (run.position.step, run.position.lossSum, run.position.seconds) = (0, 0, 0)
    run.position.isFinished = options.isFinished(epochs: records.count, bestEpoch: run.position.bestEpoch)
    let sinceCheckpoint = (ContinuousClock.now - run.lastCheckpoint) / .seconds(1)
    if run.position.isFinished || sinceCheckpoint >= secondsBetweenCheckpoints {
      try save(run)
      run.lastCheckpoint = ContinuousClock.now
    }
  }

  private func report(_ loss: Double, _ run: Run) {
    guard let progress else { return }
    let rate = Double(run.stepsHere) / ((ContinuousClock.now - run.start) / .seconds(1))
    let done = run.position.records.count * stepsPerEpoch + run.position.step
    progress(
      TrainingProgress(
        epoch: run.epoch, epochs: options.epochs, step: run.position.step, steps: stepsPerEpoch, loss: loss,
        validation: run.position.records.last?.validationScore,
        utilization: run.position.records.last?.utilization, stepsPerSecond: rate,
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
      position: position, model: model.state(), best: run.best, optimizer: run.optimizer.state,
      generator: run.generator.state
    ).write(to: checkpoint)
  }

  private func restore(_ run: inout Run, from url: URL) throws {
    let saved = try Checkpoint.read(from: url)
    for (name, agrees) in [
      ("options", saved.position.options == options), ("seed", saved.position.seed == seed),
      ("parameters", saved.position.parameters == run.arena.names),
    ] where !agrees {
      throw InputError(file: url.path, at: name, "not those of this run; start anew or use the ones it was made with")
    }
    try model.load(saved.model, file: url.path)
    try run.optimizer.load(saved.optimizer, file: url.path)
    run.generator.state = saved.generator
    run.position = saved.position
    if let balance = saved.position.balance { balancer?.state = balance }
    run.best = saved.best
  }
}

// MARK: - Explaining failures

extension Trainer {
  private func failure(_ quantity: TrainingFailure.Quantity, _ value: Double, _ run: Run, _ origin: () -> String?)
    -> TrainingFailure
  {
    TrainingFailure(
      quantity: quantity, value: value, epoch: run.epoch,
      step: quantity == .loss || quantity == .gradientNorm ? run.position.step + 1 : run.position.step,
      module: origin())
  }

  /// Runs the objective again with every module's output watched.
  private func nonFiniteModule(_ batch: Batch, _ generator: Generator) -> String? {
    let probe = Probe(for: model)
    withoutGradients { probe.watch { training(with: generator) { _ = objective(batch) } } }
    return probe.firstNonFinite
  }

  /// Clipping has spread the fault over all gradients: computes them again and looks for the first.
  private func nonFiniteGradient(_ batch: Batch, _ run: Run) -> String? {
    run.arena.backward(training(with: run.generator) { objective(batch) })
    let slot = run.arena.slots.first { view(run.arena.gradients, $0.range).isFinite().all().item() == 0 }
    return slot.map { "the gradient of \($0.name)" }
  }
}
