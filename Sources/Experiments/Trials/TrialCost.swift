import Foundation
import Layers
import Modalities
import Models
import Tensors
import Training

/// What a training costs on this machine, measured on a few steps that are thrown away.
public struct TrialCost: Sendable, Equatable {
  /// Processor time of one step on one core.
  public var secondsPerStep: Double
  /// Most bytes that tensors hold at once, the data set left out.
  public var bytes: Int
}

extension TrialRunner {
  /// Measures a training: parameters, gradients, moments and activations of a step, and a pass over validation samples.
  ///
  /// - Throws: what the training would throw before its first step.
  public func cost(of configuration: TrialConfiguration) throws -> TrialCost {
    let method = try methods.named(configuration.selection.method)
    if case .solver(_, let make) = method.learning {
      return try solverCost(make(method.values(configuration.options)), configuration)
    }
    let threads = Engine.threads
    Engine.threads = 1
    defer { Engine.threads = threads }
    let (seconds, bytes) = try Engine.measuringMemory {
      let steps = try TrialSteps(self, configuration)
      // The first step makes what later ones keep.
      steps.run()
      let seconds = steps.seconds(of: CLOCK_THREAD_CPUTIME_ID).min()!
      steps.validate()
      return seconds
    }
    return TrialCost(secondsPerStep: seconds, bytes: bytes)
  }

  /// How many threads of one operation, at most `limit`, make a step of this training fastest.
  ///
  /// One where a step is short: its operations then are, too, and threads would spend their time waiting for each other
  /// (on a busy machine sixteen times as much as working). Of longer steps, one unless several are clearly faster.
  ///
  /// - Throws: what the training would throw before its first step.
  public func fastestThreads(for configuration: TrialConfiguration, limit: Int) throws -> Int {
    guard limit > 1 else { return 1 }
    // Dense linear algebra on the whole train split gains from threads.
    if case .solver = try methods.named(configuration.selection.method).learning { return limit }
    let threads = Engine.threads
    defer { Engine.threads = threads }
    let steps = try TrialSteps(self, configuration)
    func seconds(_ threads: Int) -> [Double] {
      Engine.threads = threads
      steps.run()
      return steps.seconds(of: CLOCK_MONOTONIC)
    }
    let alone = seconds(1).min()!
    guard alone >= Self.shortStep else { return 1 }
    var best = (threads: 1, seconds: alone / Self.clearlyFaster)
    for threads in sequence(first: limit, next: { $0 / 2 }).prefix(while: { $0 > 1 }) {
      // Where others take a core away now and then, threads wait for the one that lost it: the slowest step tells.
      let seconds = seconds(threads).max()!
      if seconds < best.seconds { best = (threads, seconds) }
    }
    return best.threads
  }

  /// A solve has no steps to measure: its memory is reckoned, and it starts before anything that can be timed, since it
  /// cannot be shared out among cores at the end.
  private func solverCost(_ solver: any Solver, _ configuration: TrialConfiguration) throws -> TrialCost {
    let views = try Views(configuration.selection.modalities, configuration.request(prepared.dataset.manifest))
    return TrialCost(
      secondsPerStep: .infinity, bytes: solver.bytes(samples: prepared.dataset[.train].count, widths: views.widths))
  }

  /// Steps below it, in seconds, are not worth more than one thread.
  private static var shortStep: Double { 0.005 }
  /// By how much several threads have to be faster than one.
  private static var clearlyFaster: Double { 1.25 }
}

/// Steps of a training that leave nothing behind.
private struct TrialSteps {
  /// One step, by the engine.
  let run: () -> Void
  /// A pass over validation samples.
  let validate: () -> Void

  init(_ runner: TrialRunner, _ configuration: TrialConfiguration) throws {
    let training = configuration.training
    let dataset = runner.prepared.dataset.keeping(configuration.selection.modalities)
    let network = try runner.untrained(configuration).network
    let arena = try Arena(network, decaysVectors: training.decaysVectors)
    let optimizer = training.optimizer.make(arena, weightDecay: training.weightDecay)
    guard let first = runner.order(configuration).batches(epoch: 1).first else {
      throw InputError("there is no batch to train on")
    }
    let batch = dataset.batch(first).scaled(runner.prepared.scaling)
    let validation = dataset.batch(Array(dataset[.validation].prefix(256)))
    let generator = Generator(seed: runner.dropoutSeed(configuration))
    run = {
      arena.backward(Layers.training(with: generator) { network.objective(batch, at: StepContext(step: 0, total: 1)) })
      if let limit = training.gradientClip { _ = arena.clipGradients(norm: limit) }
      optimizer.step(learningRate: training.learningRate)
    }
    validate = {
      withoutGradients {
        guard let network = network as? any Predicting else {
          evaluating { _ = network.objective(validation, at: .end) }
          return
        }
        _ = network(validation)
      }
    }
  }

  /// Times of some steps: four, fewer where they take more than half a second.
  func seconds(of clock: clockid_t) -> [Double] {
    var times: [Double] = []
    repeat {
      let start = now(clock)
      run()
      times.append(now(clock) - start)
    } while times.count < 4 && times.reduce(0, +) < 0.5
    return times
  }

  private func now(_ clock: clockid_t) -> Double {
    var time = timespec()
    clock_gettime(clock, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }
}
