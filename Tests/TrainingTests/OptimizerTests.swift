import Layers
import Tensors
import Testing
import Training

@Suite struct OptimizerTests {
  struct Setting: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var rate: @Sendable (Int) -> Double
    var decaysVectors = true
    var clip: Double?
    let make: @Sendable (Arena) -> Optimizer

    init(
      _ name: String, rate: @escaping @Sendable (Int) -> Double, decaysVectors: Bool = true, clip: Double? = nil,
      make: @escaping @Sendable (Arena) -> Optimizer
    ) {
      testDescription = name
      self.rate = rate
      self.decaysVectors = decaysVectors
      self.clip = clip
      self.make = make
    }
  }

  static let settings = [
    Setting("sgd", rate: { _ in 0.01 }) { Optimizer($0, .sgd()) },
    Setting("sgd momentum decay", rate: { _ in 0.001 }) { Optimizer($0, .sgd(momentum: 0.9), weightDecay: 0.1) },
    Setting("sgd nesterov", rate: { _ in 0.001 }) { Optimizer($0, .sgd(momentum: 0.8, nesterov: true)) },
    Setting("adam", rate: { _ in 0.05 }) { Optimizer($0, .adam(decoupled: false)) },
    Setting("adam decay", rate: { _ in 0.05 }) { Optimizer($0, .adam(decoupled: false), weightDecay: 0.3) },
    Setting("adamw", rate: { _ in 0.05 }) { Optimizer($0, .adam(decoupled: true), weightDecay: 0.3) },
    Setting("adamw rate", rate: { 0.05 / Double($0 + 1) }) { Optimizer($0, .adam(decoupled: true), weightDecay: 0.3) },
    Setting("adamw groups", rate: { _ in 0.05 }, decaysVectors: false) {
      Optimizer($0, .adam(decoupled: true), weightDecay: 0.3)
    },
    Setting("adamw clipped", rate: { _ in 0.05 }, clip: 0.5) {
      Optimizer($0, .adam(decoupled: true), weightDecay: 0.3)
    },
  ]

  private struct Model: Module {
    // The bias stands first, so that the arena has to reorder where it does not decay.
    let bias: Parameter
    let weight: Parameter
  }

  private func loss(_ model: Model, _ target: Tensor) -> Tensor {
    (model.weight.value - target).pow(4).sum() + (model.bias.value.sin() * target[.all, 0]).sum()
  }

  /// Eight steps on a quartic end where PyTorch's optimiser ends, in float64.
  @Test(arguments: settings) func matchesPyTorch(_ setting: Setting) throws {
    let golden = try TrainingGolden()
    let model = Model(bias: Parameter(golden.input("bias")), weight: Parameter(golden.input("start")))
    let arena = try Arena(model, decaysVectors: setting.decaysVectors)
    let optimizer = setting.make(arena)
    for (step, target) in golden.input("targets").unbind(axis: 0).enumerated() {
      arena.zeroGradients()
      loss(model, target).backward()
      if let clip = setting.clip { arena.clipGradients(norm: clip) }
      optimizer.step(learningRate: setting.rate(step))
    }
    let found = model.weight.value.doubles + model.bias.value.doubles
    let expected = golden.optimizers[setting.testDescription]!.values
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-11 })
  }

  /// State copied into a fresh optimiser continues bit for bit.
  @Test(arguments: settings) func stateIsAllThereIs(_ setting: Setting) throws {
    let golden = try TrainingGolden()
    let targets = golden.input("targets").unbind(axis: 0)
    func run(interruptedAfter interruption: Int?) throws -> [Double] {
      var model = Model(bias: Parameter(golden.input("bias")), weight: Parameter(golden.input("start")))
      var arena = try Arena(model, decaysVectors: setting.decaysVectors)
      var optimizer = setting.make(arena)
      for (step, target) in targets.enumerated() {
        if step == interruption {
          let (weights, state) = (model.state(), optimizer.state.mapValues { $0.cloned() })
          model = Model(bias: Parameter(Tensor.zeros([2], dtype: .float64)), weight: Parameter(weights["weight"]!))
          arena = try Arena(model, decaysVectors: setting.decaysVectors)
          optimizer = setting.make(arena)
          try model.load(weights)
          try optimizer.load(state)
        }
        arena.zeroGradients()
        loss(model, target).backward()
        optimizer.step(learningRate: 0.001)
      }
      return arena.values.doubles
    }
    #expect(try run(interruptedAfter: 4) == run(interruptedAfter: nil))
  }

  @Test func refusesAnotherState() throws {
    let model = Linear(2, 2, generator: Generator(seed: 1))
    let optimizer = Optimizer(try Arena(model), .adam(decoupled: true))
    #expect(throws: InputError.self) { try optimizer.load([:], file: "c.safetensors") }
    var state = optimizer.state
    state["moment0"] = Tensor.zeros([5])
    #expect(throws: InputError(at: "moment0", "shape [5]; the optimiser expects [1, 6]")) { try optimizer.load(state) }
  }
}
