import Evaluation
import Foundation
import Models
import Tensors
import Testing
import Training

@testable import Experiments

@Suite("Run folder")
struct RunFolderTests {
  private func text(_ url: URL) throws -> String { try String(contentsOf: url, encoding: .utf8) }

  private func withFolder(_ body: (RunFolder) throws -> Void) async throws {
    try await withTemporaryFolder { root in
      let folder = RunFolder(root.appending(path: "deep/run"))
      try folder.make()
      try body(folder)
    }
  }

  @Test func writesEpochs() async throws {
    try await withFolder { folder in
      try folder.write(epochs: [
        EpochRecord(
          epoch: 1, trainLoss: 1.5, validationLoss: 1.25, validationScore: 0.5, learningRate: 0.001, seconds: 2)
      ])
      #expect(
        try text(folder.epochs)
          == "epoch,trainLoss,validationLoss,validationScore,learningRate,seconds\n1,1.5,1.25,0.5,0.001,2.0\n")
    }
  }

  @Test func writesPredictionsOfClasses() async throws {
    try await withFolder { folder in
      let trial = TrialRecord(
        method: "m", area: "fusion", modalities: ["a", "b"], seed: 0, predictions: [[0.25, 0.75], [0.5, 0.5]],
        targets: [1, 0], ids: ["x,1", "y"])
      try folder.write(predictionsOf: trial, task: ClassificationTask(outputs: 2), classes: ["no", "say \"yes\""])
      #expect(
        try text(folder.predictions) == """
          id,target,predicted,p(no),"p(say ""yes"")"
          "x,1","say ""yes""\","say ""yes""\",0.25,0.75
          y,no,no,0.5,0.5

          """)
    }
  }

  @Test func writesPredictionsOfLabelsAndValues() async throws {
    try await withFolder { folder in
      var trial = TrialRecord(
        method: "m", area: "fusion", modalities: ["a", "b"], seed: 0, predictions: [[0.75, 0.5], [0, 0.25]],
        targets: [1, 1, 0, 1], ids: ["x", "y"])
      try folder.write(predictionsOf: trial, task: MultilabelTask(outputs: 2), classes: ["red", "blue"])
      #expect(
        try text(folder.predictions)
          == "id,target,predicted,p(red),p(blue)\nx,red|blue,red|blue,0.75,0.5\ny,blue,,0.0,0.25\n")
      trial.predictions = [[1.5], [-2]]
      trial.targets = [1, -1]
      try folder.write(predictionsOf: trial, task: RegressionTask(), classes: [])
      #expect(try text(folder.predictions) == "id,target,predicted\nx,1.0,1.5\ny,-1.0,-2.0\n")
    }
  }

  @Test func resultsSurviveTheRoundTrip() async throws {
    try await withFolder { folder in
      let trial = TrialRecord(
        method: "m", area: "fusion", modalities: ["a", "b"], seed: 7, metrics: ["mae": 0.1], predictions: [[0.5]],
        targets: [1], ids: ["x"])
      try folder.write(trial, to: folder.trial)
      #expect(try folder.read(TrialRecord.self, from: folder.trial) == trial)
      try folder.write(testMetrics: ["mae": 0.5], validationMetrics: ["mae": 0.25])
      #expect(
        try folder.read([String: [String: Double]].self, from: folder.metrics)
          == ["test": ["mae": 0.5], "validation": ["mae": 0.25]])
      try folder.write(configuration: ["b": 1, "a": 2])
      #expect(try text(folder.configuration) == "a: 2\nb: 1\n")
    }
  }

  @Test func whatCannotBeReadOrWrittenIsNamed() async throws {
    try await withFolder { folder in
      try Data("{".utf8).write(to: folder.trial)
      for file in [folder.trial, folder.comparison] {
        let error = #expect(throws: InputError.self) { try folder.read(TrialRecord.self, from: file) }
        #expect(error?.file?.hasSuffix(file.lastPathComponent) == true)
      }
      #expect(throws: InputError.self) { try RunFolder(folder.trial.appending(path: "below")).make() }
      let before = try text(folder.trial)
      #expect(throws: EncodingError.self) { try folder.write(["a": Double.nan], to: folder.trial) }
      #expect(try text(folder.trial) == before)
    }
  }
}
