import Fusion
import Modalities
import Models
import Tensors
import Testing
import Training

@testable import Experiments

/// What keeps modalities in balance, as a trial uses it.
@Suite struct BalancingTests {
  /// Views of a batch are alike to a recording: the engine computes the first steps of a kind alone, however many follow.
  @Test(arguments: Balance.allCases) func stepsStayRecorded(_ balance: Balance) throws {
    let data = try PreparedDataset(UtilizationTests.uneven(samples: 240))
    var training = TrainingOptions()
    (training.epochs, training.patience, training.batchSize, training.balance) = (6, nil, 16, balance)
    let configuration = try TrialConfiguration(
      MethodSelection.parse("early", modalities: data.dataset.names)[0], training: training, seed: 1, on: data)
    let runner = TrialRunner(data)
    let trained = try runner.untrained(configuration)
    let order = runner.order(configuration)
    var computed = 0
    func train(_ network: some LearningModel) throws {
      var trainer = Trainer(
        model: network, options: training, seed: 1, stepsPerEpoch: order.count,
        batches: { epoch in order.batches(epoch: epoch).map { data.dataset.batch($0) } },
        objective: { model, batch, context in
          computed += 1
          return model.objective(batch, at: context)
        },
        validate: { Validation(loss: 0, score: 0, higherIsBetter: false) })
      trainer.tensors = { $0.tensors }
      trainer.balancer = runner.balancer(trained, data.dataset, stepsPerEpoch: order.count)
      #expect(trainer.balancer != nil)
      #expect(try trainer.fit().epochs.count == 6)
    }
    try train(trained.network)
    // The check of the gradient's paths, and two steps of batches as they are and of views of them.
    #expect(order.count == 5 && computed <= 5, "\(computed) steps by the engine")
  }
}
