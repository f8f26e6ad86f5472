import Analyses
import Evaluation
import Foundation
import Fusion
import Modalities
import Tensors
import Testing
import Training

@testable import Experiments
@testable import Reports

@Suite struct ArchitectureSearchRunnerTests {
  private func plan(_ data: PreparedDataset, trials: Int? = 10, minutes: Double? = nil, epochs: Int = 3) throws
    -> ArchitectureSearchPlan
  {
    var training = TrainingOptions()
    training.epochs = epochs
    training.learningRate = 1e-2
    return ArchitectureSearchPlan(
      dataset: "xor", fingerprint: data.fingerprint, training: training, trials: trials, budgetMinutes: minutes,
      rivals: try MethodSelection.parse("unimodal", modalities: data.dataset.names), seeds: 2)
  }

  private func searched(_ data: PreparedDataset, jobs: Int = 2) throws -> FusionArchitectureSearch {
    try ExampleData.inTemporaryFolder { folder in
      try ArchitectureSearchRunner(plan(data), in: RunFolder(folder), on: data, jobs: jobs).run()
    }
  }

  /// The same data with other test samples: values, targets and which modality is there.
  private func spoiled(_ data: PreparedDataset) throws -> PreparedDataset {
    let dataset = data.dataset
    let rows = dataset.splits.map { $0 == .test }
    guard case .classes(let classes) = dataset.targets else { return data }
    let garbage = Dataset(
      manifest: dataset.manifest, ids: dataset.ids, splits: dataset.splits,
      targets: .classes(zip(classes, rows).map { $1 ? 1 - $0 : $0 }), classes: dataset.classes,
      modalities: dataset.modalities.mapValues { data in
        let test = Tensor(rows).unsqueezed(1)
        return ModalityData(values: Tensor.where(test, Tensor.full(data.values.shape, 1e6), data.values))
      })
    return try PreparedDataset(garbage)
  }

  @Test func neverSeesTheTestSplit() throws {
    let data = try ExampleData.signs(xor: true)
    let other = try spoiled(data)
    #expect(other.fingerprint != data.fingerprint)
    let (found, again) = try (searched(PreparedDataset(data.dataset)), searched(other))
    let differing = zip(found.trials, again.trials).filter { $0 != $1 }
    #expect(found.trials.count == 10 && again.trials.count == 10 && differing.isEmpty, "\(differing)")
    #expect(Set(found.trials.map(\.score)).count > 3, "scores that are all alike prove nothing")
  }

  @Test func jobsDoNotMatter() throws {
    let data = try ExampleData.signs(xor: true)
    #expect(try searched(data, jobs: 1) == searched(data, jobs: 3))
  }

  /// Stopped after some trials, a search goes on where it was, and ends with the trials that it would have had.
  @Test func stoppedSearchEndsWithTheSameTrials() throws {
    let data = try ExampleData.signs(xor: true)
    let whole = try searched(data)
    try ExampleData.inTemporaryFolder { folder in
      for stopAfter in [3, 6] {
        let cancellation = Cancellation()
        let runner = try ArchitectureSearchRunner(
          plan(data), in: RunFolder(folder), on: data, jobs: 2, cancellation: cancellation)
        #expect(throws: ComparisonStopped.self) {
          try runner.run { if $0.trials >= stopAfter { cancellation.cancel() } }
        }
      }
      let kept = try RunFolder(folder).read(
        FusionArchitectureSearch.self, from: ArchitectureSearchRunner.stateFile(RunFolder(folder)))
      #expect((6..<10).contains(kept.trials.count))
      #expect(try ArchitectureSearchRunner(plan(data), in: RunFolder(folder), on: data).run() == whole)
    }
  }

  /// No time, no trial; more time later goes on.
  @Test func theBudgetEndsIt() throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      let none = try ArchitectureSearchRunner(
        plan(data, trials: nil, minutes: 0), in: RunFolder(folder), on: data
      ).run()
      #expect(none.trials.isEmpty && none.best == nil)
      let some = try ArchitectureSearchRunner(
        plan(data, trials: nil, minutes: 0.02), in: RunFolder(folder), on: data
      ).run()
      #expect(!some.trials.isEmpty)
    }
  }

  /// What cannot be trained is worth nothing and does not end the search.
  @Test func failingTrialsAreWorthNothing() throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      var plan = try plan(data, trials: 4, epochs: 2)
      plan.training.learningRate = 1e30
      plan.training.gradientClip = nil
      let found = try ArchitectureSearchRunner(plan, in: RunFolder(folder), on: data).run()
      #expect(found.trials.count == 4 && found.trials.contains { $0.score == nil })
    }
  }

  @Test func otherDataAndOneModalityAreRefused() throws {
    let data = try ExampleData.signs(xor: true)
    let folder = RunFolder(FileManager.default.temporaryDirectory)
    #expect(throws: InputError.self) {
      try ArchitectureSearchRunner(plan(data), in: folder, on: ExampleData.signs(xor: true, seed: 9))
    }
    let alone = try PreparedDataset(data.dataset.keeping(["left"]))
    #expect(throws: UsageError.self) { try ArchitectureSearchRunner(plan(alone), in: folder, on: alone) }
  }

  /// The best is trained anew with several seeds beside its rivals; its row has a short name and all of its options.
  @Test func theBestIsCompared() throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      var plan = try plan(data)
      plan.training.epochs = 15
      let architecture = try FusionArchitecture("m0s0nd4r+m0s0g2-m0s0d2_m0s1d2.m1s0nd4r+m1s0g2.m0s1d2rxm1s1d2r")
      let best = FusionArchitectureSearch.Candidate(architecture: architecture, encoderWidth: 32)
      let comparison = plan.comparison(of: best, modalities: data.dataset.names)
      let (table, records) = try ComparisonRunner(comparison, in: RunFolder(folder), on: data).run()
      #expect(records.count == 6)
      let row = try #require(table.comparison.methods.first { $0.name.hasPrefix("mufasa") })
      #expect(row.name.count < 80 && row.options["architecture"] == "\(architecture)")
      #expect(try #require(row.metrics["accuracy"]).mean > 0.9)
      let html = Report.render(
        table, records: records, environment: .current(libtorch: "", chiasm: ""),
        architectures: table.comparison.architectures)
      #expect(html.contains("Graph of the architecture"))
      for line in architecture.equations(names: ["left", "right"], hidden: 32) {
        #expect(html.contains(HTML.escape(line)))
      }
      // A box for each encoding, block and the representation.
      #expect(html.components(separatedBy: "<g><rect").count - 1 == 2 + 4 + 1)
    }
  }
}
