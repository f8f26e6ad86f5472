import Evaluation
import Experiments
import Foundation
import Modalities
import Tensors
import Testing
import Training

@Suite struct TrialRunnerTests {
  private func configuration(
    _ text: String, on data: PreparedDataset, epochs: Int = 30, seed: Int = 1
  ) throws -> TrialConfiguration {
    var training = TrainingOptions()
    training.epochs = epochs
    training.learningRate = 1e-2
    return try TrialConfiguration(
      MethodSelection.parse(text, modalities: data.dataset.names)[0], training: training, seed: seed, on: data)
  }

  @Test(arguments: ["tensor", "bilinear", "nonlinear", "multiplicative"])
  func interactionsAreLearned(_ method: String) throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      let record = try TrialRunner(data).run(configuration(method, on: data), in: RunFolder(folder))
      #expect(record.metrics["accuracy"]! > 0.95, "\(method)")
    }
  }

  /// What learns from inputs first does so before the task, on the train split: its inputs are standardised by it.
  @Test func pretrainingComesFirst() throws {
    let data = try ExampleData.signs(xor: false)
    let selection = "boltzmann-machine:deviation=0.5:hidden=4:output=4:pretraining=1"
    try ExampleData.inTemporaryFolder { folder in
      _ = try TrialRunner(data).run(configuration(selection, on: data, epochs: 1), in: RunFolder(folder))
      let scales = try #require(TrainedModel.load(RunFolder(folder)).model.state()["fusion.scales"])
      #expect(scales.doubles.allSatisfy { abs($0 - 0.5) < 1e-4 })
    }
  }

  @Test func anAdditiveModelCannotLearnThem() throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      let record = try TrialRunner(data).run(configuration("additive:layers=1", on: data), in: RunFolder(folder))
      #expect(abs(record.metrics["accuracy"]! - 0.5) < 0.15)
    }
  }

  @Test func savedModelPredictsTheSame() throws {
    let data = try ExampleData.signs(xor: false, missing: true)
    try ExampleData.inTemporaryFolder { folder in
      let run = RunFolder(folder)
      let record = try TrialRunner(data).run(configuration("gated", on: data, epochs: 4), in: run)
      let loaded = try TrainedModel.load(run)
      #expect(try loaded.predictions(data.dataset, data.dataset[.test]) == record.predictions)
      #expect(try run.read(TrialRecord.self, from: run.trial) == record)
      for file in [
        run.configuration, run.epochs, run.metrics, run.predictions, run.model, run.environment, run.dataset,
      ] {
        #expect(FileManager.default.fileExists(atPath: file.path), "\(file.lastPathComponent)")
      }
    }
  }

  @Test func sameSeedSameResult() throws {
    let data = try ExampleData.signs(xor: false)
    let records = try (0..<3).map { index in
      try ExampleData.inTemporaryFolder {
        try TrialRunner(data).run(configuration("low-rank", on: data, epochs: 3, seed: index / 2), in: RunFolder($0))
      }
    }
    #expect(records[0].predictions == records[1].predictions)
    #expect(records[0].predictions != records[2].predictions)
  }

  @Test func regressionIsInTheTargetsUnit() throws {
    let data = try ExampleData.sums()
    try ExampleData.inTemporaryFolder { folder in
      let record = try TrialRunner(data).run(configuration("nonlinear", on: data), in: RunFolder(folder))
      #expect(record.metrics["r2"]! > 0.95)
      #expect(record.predictions.allSatisfy { abs($0[0] - 100) < 10 })
    }
  }

  @Test func stoppedTrainingGoesOnToTheSameModel() throws {
    let data = try ExampleData.signs(xor: false)
    let configuration = try configuration("early", on: data, epochs: 6)
    let whole = try ExampleData.inTemporaryFolder { try TrialRunner(data).run(configuration, in: RunFolder($0)) }
    try ExampleData.inTemporaryFolder { folder in
      let cancellation = Cancellation()
      #expect(throws: TrainingCancelled.self) {
        try TrialRunner(data, cancellation: cancellation).run(configuration, in: RunFolder(folder)) {
          if $0.epoch == 3 { cancellation.cancel() }
        }
      }
      #expect(!FileManager.default.fileExists(atPath: RunFolder(folder).trial.path))
      let resumed = try TrialRunner(data).run(configuration, in: RunFolder(folder), resuming: true)
      #expect(resumed.predictions == whole.predictions && resumed.epochs.count == whole.epochs.count)
    }
  }
}
