import Foundation
import Layers
import Tensors
import Testing
import Training

/// What happens around a step: the hook after it, and gradients of several batches.
@Suite struct TrainerStepTests {
  @Test(arguments: LoopKind.all) func whatIsClampedStaysSo(_ kind: LoopKind) throws {
    let problem = LoopProblem()
    func temperatures(clamped: Bool) throws -> [Double] {
      try problem.trace(
        kind,
        { trainer in
          if clamped {
            trainer.afterStep = { model, _ in model.temperature.assign(model.temperature.value.clamped(max: 0.1)) }
          }
        }, { $0.temperature.value.doubles }
      ).flatMap { $0 }
    }
    let (free, clamped) = (try temperatures(clamped: false), try temperatures(clamped: true))
    #expect(free.last! > 0.2)
    #expect(clamped.max()! == Double(Float(0.1)) && clamped.last == clamped.max())
    #expect(clamped.prefix(4 * kind.models) == free.prefix(4 * kind.models))
  }

  /// Copies that the objective reads are inputs of recorded steps, also where they are frozen parameters.
  @Test(arguments: LoopKind.all) func momentumCopiesFollow(_ kind: LoopKind) throws {
    var problem = LoopProblem()
    problem.objective = { model, batch, _ in
      let weight = model.layer.weight.value
      return model.error(batch) + (weight - model.slow.value).square().sum() * 2
        + (weight - model.average.value).square().sum() * 3
    }
    var steps: [Int] = []
    func trace(_ kind: LoopKind) throws -> [[Double]] {
      steps = []
      return try problem.trace(
        kind,
        { trainer in
          trainer.afterStep = { model, context in
            steps.append(context.step)
            let weight = model.layer.weight.value
            model.slow.assign(model.slow.value * 0.7 + weight * 0.3)
            model.average.value = model.average.value * 0.5 + weight * 0.5
          }
        }, { $0.layer.weight.value.doubles + $0.slow.value.doubles + $0.average.value.doubles })
    }
    let found = try trace(kind)
    #expect(steps == (0..<12).flatMap { step in (0..<kind.models).map { _ in step } })
    for model in 0..<kind.models {
      let start = LoopModel(seed: UInt64(model)).layer.weight.value.doubles
      var (slow, average) = (start, start)
      for row in stride(from: model, to: found.count, by: kind.models).map({ found[$0] }) {
        for place in 0..<3 {
          slow[place] = slow[place] * 0.7 + row[place] * 0.3
          average[place] = average[place] * 0.5 + row[place] * 0.5
        }
        #expect(largestGap([row], [Array(row.prefix(3)) + slow + average]) < 1e-5)
      }
    }
    #expect(largestGap(found, try trace(LoopKind(isRecorded: false, models: kind.models))) < 1e-5)
    // Copies that stay where they are hold the weights back.
    #expect(largestGap(found.map { Array($0.prefix(3)) }, try problem.trace(kind)) > 0.01)
  }

  /// Two batches of six are one of twelve; the last step of an epoch takes what is left.
  @Test(arguments: LoopKind.all, OptimizerKind.allCases)
  func gradientsOfSeveralBatchesAreTheirMean(_ kind: LoopKind, _ optimizer: OptimizerKind) throws {
    var problem = LoopProblem()
    problem.options.optimizer = optimizer
    problem.options.schedule = .cosine(warmUp: 0.2)
    (problem.batchSizes, problem.options.accumulation) = ([6, 6, 6, 6, 6], 2)
    let found = try problem.trace(kind)
    (problem.batchSizes, problem.options.accumulation) = ([12, 12, 6], 1)
    let expected = try problem.trace(kind)
    #expect(found.count == 9 * kind.models && largestGap(found, expected) < 1e-5)
    (problem.batchSizes, problem.options.accumulation) = ([6, 6, 6, 6, 6], 1)
    #expect(try problem.trace(kind).count == 15 * kind.models)
  }

  /// Steps of several batches are gone on with where they were.
  @Test(arguments: LoopKind.all) func resumesBetweenSteps(_ kind: LoopKind) throws {
    var problem = LoopProblem()
    (problem.dropout, problem.options.accumulation, problem.batchSizes) = (0.3, 2, [6, 6, 6, 6, 6])
    let whole = try problem.trainer(kind)
    _ = try whole.0.fitEach()
    let file = FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    var (stopped, _) = try problem.trainer(kind)
    let cancellation = Cancellation()
    (stopped.checkpoint, stopped.cancellation) = (file, cancellation)
    stopped.progress = { if $0.epoch == 2, $0.step == 2 { cancellation.cancel() } }
    #expect(throws: TrainingCancelled(epoch: 2, step: 2)) { try stopped.fitEach() }
    var (resumed, models) = try problem.trainer(kind)
    resumed.checkpoint = file
    _ = try resumed.fitEach(resuming: true)
    #expect(models.map { $0.state().mapValues(\.floats) } == whole.1.map { $0.state().mapValues(\.floats) })
  }

  /// One model never goes through lanes, whose operations cost more.
  @Test(arguments: [true, false]) func oneModelIsTrainedDirectly(_ isRecorded: Bool) throws {
    let model = MLP(sizes: [3, 4, 1], generator: Generator(seed: 1))
    var spread = 0
    var options = TrainingOptions()
    options.epochs = 2
    var trainer = Trainer<MLP, Samples>(
      replicas: try Replicas(count: 1) { _ in model }, options: options, seeds: [1], stepsPerEpoch: 3,
      batches: { _, _ in (0..<3).map { _ in Samples(x: .ones([4, 3]), y: .ones([4, 1])) } },
      parts: BatchParts(
        part: { batch, _, _ in batch },
        spread: { batch, _ in
          spread += 1
          return batch
        }),
      objective: { model, batch, _ in (model(batch.x) - batch.y).square().mean() },
      validate: { _ in [Validation(loss: 0, score: 0, higherIsBetter: true)] })
    if isRecorded { trainer.tensors = { [$0.x, $0.y] } }
    let history = try trainer.fit()
    #expect(spread == 0 && history.epochs[1].trainLoss < history.epochs[0].trainLoss)
  }

  @Test func aCheckpointOfAnEarlierVersionIsRefused() throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    for format in ["chiasm training 1", "chiasm replicas 1"] {
      try Safetensors.write(["generator": .zeros([2])], metadata: ["format": format, "position": "{}"], to: file)
      var (trainer, _) = try LoopProblem().trainer(LoopKind(isRecorded: false, models: 1))
      trainer.checkpoint = file
      let error = #expect(throws: InputError.self) { try trainer.fitEach(resuming: true) }
      #expect(error?.file == file.path && error.map { "\($0)".hasSuffix("start anew") } == true)
    }
  }
}
