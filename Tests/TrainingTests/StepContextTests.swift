import Tensors
import Testing
import Training

@Suite struct StepContextTests {
  @Test func countsFromNoughtToOne() {
    #expect((0..<5).map { StepContext(step: $0, total: 5).progress.item() } == [0, 0.25, 0.5, 0.75, 1])
    #expect(StepContext(step: 0, total: 1).progress.item() == 0)
    #expect(StepContext(step: 0, total: 5).progress.shape == [])
  }

  /// A weight annealed by a tensor changes in recorded steps as one annealed by a number does in those of the engine.
  @Test(arguments: LoopKind.all) func anAnnealedWeightChanges(_ kind: LoopKind) throws {
    var problem = LoopProblem()
    var computed = 0
    problem.dropout = 0.2
    problem.options.epochs = 6
    func penalty(_ model: LoopModel) -> Tensor { model.layer.weight.value.square().sum() * 20 }
    problem.objective = { model, batch, context in
      computed += 1
      return model.error(batch) + context.progress * penalty(model)
    }
    let found = try problem.trace(kind)
    // The check of the gradients' paths and two steps of the only shape.
    if kind.isRecorded { #expect(computed == 3) }
    let byEngine = LoopKind(isRecorded: false, models: kind.models)
    var steps: [Int] = []
    problem.objective = { model, batch, context in
      steps.append(context.step)
      return model.error(batch) + penalty(model) * (Double(context.step) / Double(context.total - 1))
    }
    let expected = try problem.trace(byEngine)
    #expect(steps.dropFirst() == Array(0..<24)[...])
    #expect(found.count == 24 * kind.models && largestGap(found, expected) < 1e-5)
    // What it changes is more than rounding.
    problem.objective = { model, batch, _ in model.error(batch) + penalty(model) * 0.5 }
    #expect(largestGap(try problem.trace(byEngine), expected) > 0.01)
  }
}
