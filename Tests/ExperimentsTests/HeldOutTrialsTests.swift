import Evaluation
import Foundation
import Modalities
import Tensors
import Testing
import Training

@testable import Experiments

/// Late fusion whose combination is fitted to the validation split after training.
@Suite struct HeldOutTrialsTests {
  /// One modality says what is to be predicted, the other nothing.
  private static func uneven(values: Bool, samples: Int = 600) throws -> PreparedDataset {
    let generator = Generator(seed: 21)
    let left = Tensor.randn([samples, 3], generator: generator)
    let right = Tensor.randn([samples, 40], generator: generator)
    let sum = (left.sum(axes: [1]) + Tensor.randn([samples], generator: generator) * 0.7).doubles
    return try PreparedDataset(
      Dataset(
        manifest: Manifest(
          name: "uneven", task: values ? .regression : .classification, target: "y",
          modalities: [
            "left": ModalitySpecification(kind: .vector, file: "left.npy"),
            "right": ModalitySpecification(kind: .vector, file: "right.npy"),
          ]),
        ids: (0..<samples).map { "s\($0)" },
        splits: (0..<samples).map { $0 % 3 == 0 ? .test : $0 % 3 == 1 ? .validation : .train },
        targets: values ? .values(sum) : .classes(sum.map { $0 > 0 ? 1 : 0 }), classes: values ? [] : ["no", "yes"],
        modalities: ["left": ModalityData(values: left), "right": ModalityData(values: right)]))
  }

  private func run(_ text: String, on data: PreparedDataset, in folder: URL) throws -> (TrialRecord, TrainedModel) {
    var training = TrainingOptions()
    (training.epochs, training.learningRate) = (20, 1e-2)
    let selection = try MethodSelection.parse(text, modalities: data.dataset.names)[0]
    let run = RunFolder(folder.appending(path: selection.name))
    let record = try TrialRunner(data).run(
      TrialConfiguration(selection, training: training, seed: 1, on: data), in: run)
    return (record, try TrainedModel.load(run))
  }

  /// A mean with what says nothing is worse than one modality alone; the fitted combination is not.
  @Test func valuesAreNoWorseThanTheBestModality() throws {
    let data = try Self.uneven(values: true)
    try ExampleData.inTemporaryFolder { folder in
      let errors = try ["unimodal@left", "late:combine=average", "late"].map {
        try run($0, on: data, in: folder).0.metrics["rmse"]!
      }
      #expect(errors[1] > 1.1 * errors[0] && errors[2] < 1.08 * errors[0], "\(errors)")
    }
  }

  @Test func probabilitiesAreCalibrated() throws {
    let data = try Self.uneven(values: false)
    try ExampleData.inTemporaryFolder { folder in
      let (average, _) = try run("late:combine=average", on: data, in: folder)
      let (pool, _) = try run("late", on: data, in: folder)
      #expect(pool.metrics["logLoss"]! < average.metrics["logLoss"]! - 0.05)
      #expect(pool.metrics["calibrationError"]! < 0.6 * average.metrics["calibrationError"]!)
    }
  }

  /// What was fitted is in the model file: loaded, it predicts what was recorded.
  @Test(arguments: [false, true]) func theCombinationIsSaved(_ values: Bool) throws {
    let data = try Self.uneven(values: values)
    try ExampleData.inTemporaryFolder { folder in
      let (record, trained) = try run("late", on: data, in: folder)
      let normalised = data.dataset
      let again = try trained.predictions(normalised, normalised[.test])
      // A text of a number may lack its last bit.
      for (one, other) in zip(again.joined(), record.predictions.joined()) {
        #expect(abs(one - other) <= 1e-12 * max(1, abs(other)))
      }
      let weights = try #require(trained.model.state()["fusion.poolWeights"]).rows[3]
      #expect(weights[0] > 3 * weights[1], "\(weights)")
    }
  }
}
