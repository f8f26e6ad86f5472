import Foundation
import Layers
import Models
import Tensors
import Testing
import Training

@Suite struct StepBalancerTests {
  @Test(arguments: Balance.allCases) func trainsAndResumesExactly(_ balance: Balance) throws {
    let whole = BalancingProblem()
    let first = whole.loss(whole.batch(0..<24)).item()
    let history = try whole.trainer(balance.make(whole.views, stepsPerEpoch: 4)).fit()
    #expect(history.epochs.count == 6)
    #expect(whole.loss(whole.batch(0..<24)).item() < first)
    // Stopped in the middle of the fourth epoch, and gone on with from the file.
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).safetensors")
    defer { try? FileManager.default.removeItem(at: file) }
    let stopped = BalancingProblem()
    var trainer = stopped.trainer(balance.make(stopped.views, stepsPerEpoch: 4))
    let cancellation = Cancellation()
    trainer.checkpoint = file
    trainer.cancellation = cancellation
    trainer.progress = { if $0.epoch == 4, $0.step == 2 { cancellation.cancel() } }
    #expect(throws: TrainingCancelled.self) { try trainer.fit() }
    let resumed = BalancingProblem()
    var again = resumed.trainer(balance.make(resumed.views, stepsPerEpoch: 4))
    again.checkpoint = file
    let continued = try again.fit(resuming: true)
    #expect(continued.epochs.map(\.validationLoss) == history.epochs.map(\.validationLoss))
    #expect(resumed.model.state().mapValues(\.floats) == whole.model.state().mapValues(\.floats))
  }

  @Test(arguments: Balance.allCases) func aLossThatIsNotFiniteEndsTheTraining(_ balance: Balance) throws {
    let problem = BalancingProblem()
    problem.model.shared.weight.assign(problem.model.shared.weight.value * Double.nan)
    #expect(throws: TrainingFailure.self) {
      try problem.trainer(balance.make(problem.views, stepsPerEpoch: 4)).fit()
    }
  }
}
