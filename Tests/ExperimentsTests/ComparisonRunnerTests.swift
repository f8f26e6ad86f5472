import Analyses
import Evaluation
import Experiments
import Foundation
import Reports
import Synchronization
import Tensors
import Testing
import Training

@Suite struct ComparisonRunnerTests {
  private func plan(_ methods: String, on data: PreparedDataset, epochs: Int = 25, seeds: Int = 2) throws
    -> ComparisonPlan
  {
    var training = TrainingOptions()
    training.epochs = epochs
    training.learningRate = 1e-2
    return ComparisonPlan(
      dataset: data.dataset.manifest.name, fingerprint: data.fingerprint,
      selections: try MethodSelection.parse(methods, modalities: data.dataset.names), seeds: Array(0..<seeds),
      training: training)
  }

  @Test func synergyNeedsFusion() throws {
    let data = try ExampleData.signs(xor: true)
    try ExampleData.inTemporaryFolder { folder in
      let (result, records) = try ComparisonRunner(
        plan("unimodal,additive,tensor", on: data), in: RunFolder(folder), on: data
      ).run()
      let comparison = result.comparison
      #expect(records.count == 8)
      #expect(comparison.methods[0].name == "tensor")
      let verdict = try #require(comparison.verdict)
      #expect(verdict.outcome == .fusionHelps && verdict.bestFusion == "tensor")
      #expect(verdict.difference.ci95.low > 0.3)
      #expect(try #require(verdict.emapGap).mean > 0.3, "all of the gain is interaction")
      #expect(verdict.interactionsClaimed && result.sentence?.contains("it uses interactions") == true)
      // Each modality with three depths, and the winner on copies and permuted.
      #expect(verdict.placebo.checked.count == 4 && verdict.placebo.refused.isEmpty)
      #expect(verdict.perModality.keys.sorted() == ["left", "right"])
      #expect(verdict.interval.target == .thisTrainingSet && verdict.interval.method == .crossed)
      #expect(verdict.pNull.fusion == 0.001)
      // What is read back from the folder says the same.
      let (again, _, _) = try ComparisonReader.read([RunFolder(folder)])
      #expect(again.comparison.verdict == verdict && again.sentence == result.sentence)
      #expect(again.findings == result.findings)
    }
  }

  @Test func copiesNeedOneModality() throws {
    let data = try ExampleData.signs(xor: false)
    try ExampleData.inTemporaryFolder { folder in
      var plan = try plan("unimodal,late,gated", on: data, epochs: 10)
      plan.quick = true
      let result = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run().result
      let verdict = try #require(result.comparison.verdict)
      let sentence = try #require(result.sentence)
      #expect(verdict.outcome == .oneModalityIsEnough)
      #expect(sentence.hasPrefix("One modality is enough"))
      #expect(verdict.placebo.checked.isEmpty && sentence.contains("less than the 2.0 points"))
    }
  }

  @Test func resultsDoNotDependOnTheNumberOfJobs() throws {
    let data = try ExampleData.signs(xor: false)
    let tables = try [1, 2].map { jobs in
      try ExampleData.inTemporaryFolder { folder in
        try ComparisonRunner(
          plan("unimodal,late,low-rank", on: data, epochs: 3), in: RunFolder(folder), on: data, jobs: jobs
        )
        .run().result.comparison.methods.map(\.metrics)
      }
    }
    #expect(tables[0] == tables[1])
  }

  @Test func stoppedComparisonEndsWithTheSameTable() throws {
    let data = try ExampleData.signs(xor: false)
    let plan = try plan("unimodal,early,gated", on: data, epochs: 4)
    let whole = try ExampleData.inTemporaryFolder {
      try ComparisonRunner(plan, in: RunFolder($0), on: data).run().result.comparison
    }
    try ExampleData.inTemporaryFolder { folder in
      for stopAfter in [1, 4] {
        let cancellation = Cancellation()
        #expect(throws: ComparisonStopped.self) {
          try ComparisonRunner(plan, in: RunFolder(folder), on: data, jobs: 2, cancellation: cancellation).run {
            if $0.finished >= stopAfter { cancellation.cancel() }
          }
        }
      }
      let done = Mutex(0)
      let resumed = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run { progress in
        done.withLock { if $0 == 0 { $0 = progress.finished } }
      }.result.comparison
      #expect(done.withLock { $0 } >= 4, "finished trials are not done again")
      #expect(resumed.methods.map(\.name) == whole.methods.map(\.name))
      #expect(resumed.methods.map(\.metrics) == whole.methods.map(\.metrics))
      #expect(resumed.verdict == whole.verdict)
    }
  }

  @Test func aFailingMethodDoesNotEndTheOthers() throws {
    let data = try ExampleData.signs(xor: false)
    try ExampleData.inTemporaryFolder { folder in
      var plan = try plan("unimodal,additive,tensor:projection=8192", on: data, epochs: 3, seeds: 1)
      plan.training.learningRate = 1e-3
      let comparison = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run().result.comparison
      let failed = try #require(comparison.methods.first { $0.name.hasPrefix("tensor") })
      #expect(failed.metrics.isEmpty && failed.failures.count == 1)
      #expect(failed.failures[0].error.contains("projection"))
      #expect(comparison.verdict != nil)
    }
  }

  @Test func whatABudgetCutsIsSaid() throws {
    let data = try ExampleData.signs(xor: false)
    try ExampleData.inTemporaryFolder { folder in
      var plan = try plan("unimodal,late", on: data, epochs: 2)
      plan.budgetMinutes = 0
      let (result, records) = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run()
      #expect(records.isEmpty)
      #expect(result.comparison.cautions.contains(.unstarted(.init(trainings: 6, planned: 6))))
    }
  }

  @Test func otherDataUnderTheSamePathAreRefused() throws {
    let data = try ExampleData.signs(xor: false)
    let other = try ExampleData.signs(xor: false, seed: 9)
    let plan = try plan("unimodal,late", on: data)
    #expect(throws: InputError.self) {
      try ComparisonRunner(plan, in: RunFolder(FileManager.default.temporaryDirectory), on: other)
    }
  }
}
