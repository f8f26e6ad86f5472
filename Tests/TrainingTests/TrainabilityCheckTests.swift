import Layers
import Tensors
import Testing
import Training

private struct Forgetful: Module {
  let used: Linear
  let factors: [Parameter]
  let norm = BatchNorm(2)
  func callAsFunction(_ x: Tensor) -> Tensor { norm(used(x)).square().sum() }
}

@Suite struct TrainabilityCheckTests {
  private let x = Tensor([1, 2, 3, 5] as [Float], shape: [2, 2])

  private func model(factors: Int) -> Forgetful {
    Forgetful(
      used: Linear(2, 2, generator: Generator(seed: 1)), factors: (0..<factors).map { _ in Parameter(Tensor.ones([2])) }
    )
  }

  @Test func namesParametersThatNoGradientReaches() throws {
    let model = model(factors: 2)
    let arena = try Arena(model)
    #expect(throws: UntrainableModel.noGradient(["factors.0", "factors.1"])) {
      try TrainabilityCheck.gradientPaths(of: model, in: arena) { model(x) }
    }
    #expect(throws: UntrainableModel.noGradient(arena.names)) {
      try TrainabilityCheck.gradientPaths(of: model, in: arena) { Tensor(1) }
    }
  }

  @Test func freezingIsTheWayOut() throws {
    let model = model(factors: 1)
    model.factors[0].isTrainable = false
    let arena = try Arena(model)
    try TrainabilityCheck.gradientPaths(of: model, in: arena) { model(x) }
    try TrainabilityCheck.parameters(of: model, in: arena)
  }

  @Test func leavesTheModelAsItWas() throws {
    let model = model(factors: 0)
    let arena = try Arena(model)
    let before = model.state().mapValues(\.floats)
    try TrainabilityCheck.gradientPaths(of: model, in: arena) { model(x) }
    #expect(model.state().mapValues(\.floats) == before)
    #expect(arena.gradients.abs().max().item() == 0)
  }

  @Test func theOptimisedSetIsTheModels() throws {
    let (model, other) = (model(factors: 0), Linear(2, 1, bias: false, generator: Generator(seed: 2)))
    let stranger = try Arena(model.namedParameters() + [("elsewhere", other.weight)])
    #expect(throws: UntrainableModel.notInModel(["elsewhere"])) {
      try TrainabilityCheck.parameters(of: model, in: stranger)
    }
    let partial = try Arena([("used.weight", model.used.weight)])
    #expect(throws: UntrainableModel.notOptimised(["used.bias", "norm.weight", "norm.bias"])) {
      try TrainabilityCheck.parameters(of: model, in: partial)
    }
  }
}
