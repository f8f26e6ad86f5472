import Foundation
import Layers
import Tensors
import Testing
import Training

/// A small regression with batch norm and dropout, so that all kinds of state matter.
private struct Model: Module {
  let input: Linear
  let norm: BatchNorm
  let dropout = Dropout(0.2)
  let output: Linear

  init(seed: UInt64) {
    let generator = Generator(seed: seed)
    input = Linear(3, 8, generator: generator)
    norm = BatchNorm(8)
    output = Linear(8, 1, generator: generator)
  }

  func callAsFunction(_ x: Tensor) -> Tensor { output(dropout(norm(input(x)).tanh())) }
}

private final class Problem {
  let model: Model
  let x = Tensor.randn([24, 3], generator: Generator(seed: 3))
  var options = TrainingOptions()
  var score: (Int, Double) -> Double = { _, loss in -loss }
  var evaluations = 0

  init(seed: UInt64 = 1, epochs: Int = 5) {
    model = Model(seed: seed)
    options.epochs = epochs
    options.learningRate = 0.01
  }

  func trainer() -> Trainer<Model, [Int]> {
    let target = x.sum(axes: [1])
    let criterion = Criterion.meanSquaredError
    let objective = { [model, x] (rows: [Int]) in
      criterion(model(x.indexSelect(Tensor(rows))), target.indexSelect(Tensor(rows)))
    }
    return Trainer(
      model: model, options: options, seed: 9, stepsPerEpoch: 4,
      batches: { epoch in
        let order = Tensor.permutation(24, generator: Generator(seed: UInt64(epoch))).integers
        return stride(from: 0, to: 24, by: 6).map { Array(order[$0..<$0 + 6]) }
      }, objective: { _, rows, _ in objective(rows) },
      validate: { [self] in
        evaluations += 1
        let loss = objective(Array(0..<24)).item()
        return Validation(loss: loss, score: score(evaluations, loss), higherIsBetter: true)
      })
  }

  var weights: [String: [Float]] { model.state().mapValues(\.floats) }
}

@Suite struct TrainerTests {
  private func temporary() -> URL {
    FileManager.default.temporaryDirectory.appending(path: "chiasm-trainer-\(UUID().uuidString).safetensors")
  }

  @Test func theSameSeedGivesTheSameWeights() throws {
    let (first, second) = (Problem(), Problem())
    let histories = try [first.trainer().fit(), second.trainer().fit()]
    #expect(first.weights == second.weights)
    #expect(histories[0].epochs.map(\.trainLoss) == histories[1].epochs.map(\.trainLoss))
    #expect(histories[0].epochs.map(\.epoch) == [1, 2, 3, 4, 5])
    #expect(histories[0].epochs[4].trainLoss < histories[0].epochs[0].trainLoss)
  }

  /// Stopped after any step and resumed in a model that started elsewhere, training ends at the same bits.
  @Test(arguments: [
    (1, Schedule.constant, OptimizerKind.adamw), (4, .plateau(factor: 0.5, patience: 0), .sgd),
    (6, .cosine(warmUp: 0.2), .adam), (15, .constant, .adamw), (19, .cosine(warmUp: 0.1), .sgd),
  ])
  func resumesExactly(_ steps: Int, _ schedule: Schedule, _ optimizer: OptimizerKind) throws {
    func problem(seed: UInt64) -> Problem {
      let problem = Problem(seed: seed)
      problem.options.schedule = schedule
      problem.options.optimizer = optimizer
      problem.options.decaysVectors = false
      return problem
    }
    let whole = problem(seed: 1)
    let expected = try whole.trainer().fit()

    let file = temporary()
    defer { try? FileManager.default.removeItem(at: file) }
    let interrupted = problem(seed: 1)
    let cancellation = Cancellation()
    var first = interrupted.trainer()
    first.checkpoint = file
    first.cancellation = cancellation
    var seen = 0
    first.progress = { _ in
      seen += 1
      if seen == steps { cancellation.cancel() }
    }
    #expect(throws: TrainingCancelled.self) { try first.fit() }
    #expect(seen == steps)

    let resumed = problem(seed: 77)
    var second = resumed.trainer()
    second.checkpoint = file
    let history = try second.fit(resuming: true)
    #expect(resumed.weights == whole.weights)
    #expect(history.bestEpoch == expected.bestEpoch)
    #expect(history.epochs.map(\.trainLoss) == expected.epochs.map(\.trainLoss))
    #expect(history.epochs.map(\.validationLoss) == expected.epochs.map(\.validationLoss))
    #expect(history.epochs.map(\.learningRate) == expected.epochs.map(\.learningRate))

    // A finished run resumes to its result at once.
    let again = problem(seed: 78)
    var third = again.trainer()
    third.checkpoint = file
    #expect(try third.fit(resuming: true) == history)
    #expect(again.weights == whole.weights)
    #expect(again.evaluations == 0)
  }

  @Test func aCheckpointOfAnotherRunIsRefused() throws {
    let file = temporary()
    defer { try? FileManager.default.removeItem(at: file) }
    let problem = Problem(epochs: 1)
    var trainer = problem.trainer()
    trainer.checkpoint = file
    _ = try trainer.fit()
    let other = Problem(epochs: 1)
    other.options.learningRate = 0.5
    var resumed = other.trainer()
    resumed.checkpoint = file
    let error = #expect(throws: InputError.self) { try resumed.fit(resuming: true) }
    #expect(error?.place == "options")
    try Data("nonsense".utf8).write(to: file)
    #expect(throws: InputError.self) { try trainer.fit(resuming: true) }
  }

  @Test func stopsEarlyAndKeepsTheBestWeights() throws {
    let problem = Problem(epochs: 50)
    problem.options.patience = 3
    var weightsAtBest: [String: [Float]] = [:]
    problem.score = { [unowned problem] evaluation, _ in
      if evaluation == 4 { weightsAtBest = problem.weights }
      return evaluation == 4 ? 1 : 0
    }
    let history = try problem.trainer().fit()
    #expect(history.bestEpoch == 4)
    #expect(history.epochs.count == 7)
    #expect(problem.weights == weightsAtBest)
  }

  @Test func equalScoresAreDecidedByTheLoss() throws {
    let problem = Problem(epochs: 6)
    problem.score = { _, _ in 0.5 }
    let history = try problem.trainer().fit()
    let best = history.epochs.min { $0.validationLoss < $1.validationLoss }
    #expect(history.bestEpoch == best?.epoch)
  }

  @Test func tellsHowFarItIs() throws {
    let problem = Problem(epochs: 2)
    var seen: [TrainingProgress] = []
    var trainer = problem.trainer()
    trainer.progress = { seen.append($0) }
    _ = try trainer.fit()
    #expect(seen.map(\.step) == [1, 2, 3, 4, 1, 2, 3, 4])
    #expect(seen.map(\.epoch) == [1, 1, 1, 1, 2, 2, 2, 2])
    #expect(seen.allSatisfy { $0.stepsPerSecond > 0 && $0.secondsLeft >= 0 })
    #expect(seen.last?.secondsLeft == 0)
  }

  @Test func aLossThatIsNotFiniteNamesTheModule() throws {
    let problem = Problem()
    problem.model.input.bias!.assign(Tensor.full([8], .infinity))
    let failure = #expect(throws: TrainingFailure.self) { try problem.trainer().fit() }
    #expect(failure?.quantity == .loss)
    #expect((failure?.epoch, failure?.step) == (1, 1))
    #expect(failure?.module == "input")
    #expect(failure?.description.contains("input is the first module whose output is not finite") == true)
  }

  /// 10³⁰ overflows only in the square of the loss itself, 10³⁹ in the first layer.
  @Test(arguments: [(1e30, nil), (1e39, "input")])
  func divergenceIsFoundInTheMiddle(_ rate: Double, _ module: String?) throws {
    let problem = Problem(epochs: 50)
    problem.options.optimizer = .sgd
    problem.options.learningRate = rate
    problem.options.gradientClip = nil
    let failure = #expect(throws: TrainingFailure.self) { try problem.trainer().fit() }
    #expect(failure?.epoch == 1)
    #expect((failure?.step ?? 0) > 1)
    #expect(failure?.module == module)
  }

  @Test func aGradientThatIsNotFiniteNamesTheParameter() throws {
    struct Root: Module {
      let shift = Parameter(Tensor.zeros([2]))
    }
    let root = Root()
    var options = TrainingOptions()
    options.epochs = 1
    // √|x| is 0 at 0, but its slope there is not finite.
    let trainer = Trainer(
      model: root, options: options, seed: 1, stepsPerEpoch: 1, batches: { _ in [0] },
      objective: { root, _, _ in root.shift.value.square().sum().sqrt() },
      validate: { Validation(loss: 0, score: 0, higherIsBetter: true) })
    let failure = #expect(throws: TrainingFailure.self) { try trainer.fit() }
    #expect(failure?.quantity == .gradientNorm)
    #expect(failure?.module == "the gradient of shift")
  }

  @Test func aScoreThatIsNotFiniteIsRefused() throws {
    let problem = Problem()
    problem.score = { evaluation, _ in evaluation == 2 ? .nan : 0 }
    let failure = #expect(throws: TrainingFailure.self) { try problem.trainer().fit() }
    #expect(failure?.quantity == .validationScore)
    #expect(failure?.epoch == 2)
  }

  @Test func untrainableModelsAreRefusedBeforeTheFirstStep() throws {
    struct Half: Module {
      let used = Parameter(Tensor.ones([1]))
      let unused = Parameter(Tensor.ones([1]))
    }
    let half = Half()
    let trainer = Trainer(
      model: half, options: TrainingOptions(), seed: 1, stepsPerEpoch: 1, batches: { _ in [0] },
      objective: { half, _, _ in half.used.value.sum() },
      validate: { Validation(loss: 0, score: 0, higherIsBetter: true) })
    #expect(throws: UntrainableModel.noGradient(["unused"])) { try trainer.fit() }
    #expect(half.used.value.floats == [1])
  }
}
