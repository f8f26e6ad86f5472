import Foundation
import Layers
import Tensors
import Testing
import Training

/// Against the same steps written out in numbers.
@Suite struct ParameterGroupTests {
  /// Two players: a descends a b + a² − b², b climbs it.
  private struct Game: Module {
    let a, b: Parameter
    let offset: Parameter

    init(seed: UInt64, dtype: DType) {
      func number(_ value: Double) -> Parameter { Parameter(Tensor.full([1, 1], value, dtype: dtype)) }
      (a, b, offset) = (number(1.5 + Double(seed) / 8), number(0.5), number(0.25))
    }

    /// - Parameter x: the batch, a number that everything is multiplied by, `[1]`.
    func objective(_ x: Tensor) -> Tensor {
      let (a, b) = (a.value, b.value)
      return ((a * b + a.square() - b.square() + offset.value.square()) * x).sum()
    }

    var numbers: [Double] { [a, b, offset].flatMap { $0.value.doubles } }
  }

  /// A kind of training and the precision of its numbers.
  static let kinds =
    [LoopKind(isRecorded: true, models: 1), LoopKind(isRecorded: true, models: 3)]
    .map { ($0, DType.float32) } + [1, 3].map { (LoopKind(isRecorded: false, models: $0), .float64) }
  private static let steps = 12

  private func options() -> TrainingOptions {
    var options = TrainingOptions()
    (options.epochs, options.patience, options.optimizer, options.learningRate) = (3, nil, .sgd, 0.02)
    (options.weightDecay, options.gradientClip) = (0.1, nil)
    return options
  }

  private func trainer(
    _ kind: LoopKind, _ dtype: DType, _ options: TrainingOptions, _ groups: [ParameterGroup]
  ) throws -> (Trainer<Game, Tensor>, [Game]) {
    let games = (0..<kind.models).map { Game(seed: UInt64($0), dtype: dtype) }
    var trainer = Trainer<Game, Tensor>(
      replicas: try Replicas(count: games.count) { games[$0] }, options: options,
      seeds: games.indices.map { UInt64($0) }, stepsPerEpoch: 4,
      batches: { _, active in (1...4).map { Tensor.full([active.count], Double($0) / 2, dtype: dtype) } },
      parts: BatchParts(part: { x, row, _ in x[row..<row + 1] }, spread: { $1.wrap($0.unsqueezed(1)) }),
      objective: { game, x, _ in game.objective(x) },
      validate: { $0.active.map { _ in Validation(loss: 0, score: 0, higherIsBetter: true) } })
    if kind.isRecorded { trainer.tensors = { [$0] } }
    trainer.parameterGroups = groups
    return (trainer, games)
  }

  /// Game i after each step.
  private func trace(
    _ kind: LoopKind, _ dtype: DType, _ options: TrainingOptions, _ groups: [ParameterGroup]
  ) throws -> [[Double]] {
    var (trainer, _) = try trainer(kind, dtype, options, groups)
    var trace: [[Double]] = []
    trainer.afterStep = { game, _ in trace.append(game.numbers) }
    for result in try trainer.fitEach() { _ = try result.get() }
    return trace
  }

  @Test(arguments: kinds) func anAdversaryClimbsWithStepsOfItsOwn(_ kind: LoopKind, _ dtype: DType) throws {
    let groups = [ParameterGroup("b", learningRateFactor: 0.5, weightDecay: 0, isMaximised: true, steps: 3)]
    let found = try trace(kind, dtype, options(), groups)
    var expected: [[Double]] = []
    var games = (0..<kind.models).map { Game(seed: UInt64($0), dtype: .float64).numbers }
    var velocities = games.map { $0.map { _ in 0.0 } }
    for step in 0..<Self.steps {
      let x = Double(step % 4 + 1) / 2
      for game in games.indices {
        func move(_ places: Range<Int>) {
          let (a, b, offset) = (games[game][0], games[game][1], games[game][2])
          let gradients = [x * (b + 2 * a) + 0.1 * a, -x * (a - 2 * b), x * 2 * offset + 0.1 * offset]
          for place in places {
            velocities[game][place] = 0.9 * velocities[game][place] + gradients[place]
            games[game][place] -= 0.02 * (place == 1 ? 0.5 : 1) * velocities[game][place]
          }
        }
        move(1..<2)
        move(1..<2)
        move(0..<3)
        expected.append(games[game])
      }
    }
    #expect(found.count == Self.steps * kind.models)
    #expect(largestGap(found, expected) < (dtype == .float64 ? 1e-12 : 1e-5))
  }

  /// The first step of Adam is as long as its learning rate, whatever the gradient.
  @Test(arguments: kinds) func aGroupHasItsOwnOptimizer(_ kind: LoopKind, _ dtype: DType) throws {
    let groups = [ParameterGroup("b", learningRateFactor: 3, optimizer: .adam, weightDecay: 0)]
    let (found, plain) = (try trace(kind, dtype, options(), groups), try trace(kind, dtype, options(), []))
    for game in 0..<kind.models {
      let start = Game(seed: UInt64(game), dtype: .float64).numbers
      #expect(abs(abs(found[game][1] - start[1]) - 0.06) < 1e-6)
      // The others move as ever in the first step.
      #expect(abs(found[game][0] - plain[game][0]) < 1e-6 && abs(found[game][2] - plain[game][2]) < 1e-6)
      #expect(abs(found[game][1] - plain[game][1]) > 1e-3)
    }
  }

  @Test(arguments: kinds) func resumesExactly(_ kind: LoopKind, _ dtype: DType) throws {
    let groups = [ParameterGroup("b", optimizer: .adamw, isMaximised: true, steps: 2), ParameterGroup("off")]
    let whole = try trainer(kind, dtype, options(), groups)
    _ = try whole.0.fitEach()
    let file = FileManager.default.temporaryDirectory.appending(path: "chiasm-\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    var (stopped, _) = try trainer(kind, dtype, options(), groups)
    let cancellation = Cancellation()
    (stopped.checkpoint, stopped.cancellation) = (file, cancellation)
    stopped.progress = { if $0.epoch == 2, $0.step == 3 { cancellation.cancel() } }
    #expect(throws: TrainingCancelled.self) { try stopped.fitEach() }
    var (resumed, games) = try trainer(kind, dtype, options(), groups)
    resumed.checkpoint = file
    _ = try resumed.fitEach(resuming: true)
    #expect(games.map(\.numbers) == whole.1.map(\.numbers))
    // Other groups would need other moments.
    var (other, _) = try trainer(kind, dtype, options(), [ParameterGroup("off")])
    other.checkpoint = file
    let error = #expect(throws: InputError.self) { try other.fitEach(resuming: true) }
    #expect(error?.place == "parameter groups")
  }
}
