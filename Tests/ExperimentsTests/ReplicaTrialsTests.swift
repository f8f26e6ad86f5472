import Analyses
import Evaluation
import Experiments
import Foundation
import Tensors
import Testing
import Training

/// Seeds of a comparison that train as one.
@Suite struct ReplicaTrialsTests {
  private func plan(_ methods: String, on data: PreparedDataset, seeds: Int, replicas: Int?) throws -> ComparisonPlan {
    var training = TrainingOptions()
    training.epochs = 4
    training.patience = 2
    training.learningRate = 1e-2
    return ComparisonPlan(
      dataset: data.dataset.manifest.name, fingerprint: data.fingerprint,
      selections: try MethodSelection.parse(methods, modalities: data.dataset.names), seeds: Array(0..<seeds),
      training: training, replicas: replicas)
  }

  private func run(_ plan: ComparisonPlan, in folder: URL, on data: PreparedDataset, jobs: Int? = nil) throws
    -> [TrialRecord]
  {
    try ComparisonRunner(plan, in: RunFolder(folder), on: data, jobs: jobs).run().records
  }

  @Test(arguments: [false, true]) func giveTheRecordsOfSeedsTrainedAlone(_ regression: Bool) throws {
    let data = try regression ? ExampleData.sums() : ExampleData.signs(xor: false, missing: true)
    let methods = "unimodal,early,late,late:combine=stacking,low-rank,cascaded-autoencoder:cascade=2"
    let (alone, together) = try ExampleData.inTemporaryFolder { folder in
      (
        try run(plan(methods, on: data, seeds: 3, replicas: 1), in: folder.appending(path: "alone"), on: data),
        try run(plan(methods, on: data, seeds: 3, replicas: 3), in: folder.appending(path: "together"), on: data)
      )
    }
    #expect(alone.count == 21 && together.count == 21)
    for (a, b) in zip(alone, together) {
      #expect(a.method == b.method && a.seed == b.seed && a.failure == nil && b.failure == nil)
      #expect(
        a.bestEpoch == b.bestEpoch && a.epochs.count == b.epochs.count && a.ids == b.ids && a.targets == b.targets)
      #expect(a.parameters == b.parameters && b.peakBytes > 0 && b.trainSeconds > 0)
      for (first, second) in zip(a.epochs, b.epochs) {
        #expect(abs(first.trainLoss - second.trainLoss) < 1e-4 && first.learningRate == second.learningRate)
        #expect(abs(first.validationLoss - second.validationLoss) < 1e-4)
      }
      let gaps = zip(a.predictions.joined(), b.predictions.joined()).map { abs($0 - $1) }
      #expect(gaps.max()! < 1e-3, "\(a.method) seed \(a.seed)")
    }
  }

  @Test func differFromSeedToSeed() throws {
    let data = try ExampleData.signs(xor: false)
    let records = try ExampleData.inTemporaryFolder {
      try run(plan("low-rank", on: data, seeds: 4, replicas: nil), in: $0, on: data)
    }
    #expect(Set(records.map { $0.epochs[0].trainLoss }).count == 4)
  }

  @Test(arguments: [1, 2, 5]) func doNotDependOnTheNumberOfJobs(_ jobs: Int) throws {
    let data = try ExampleData.signs(xor: true)
    let plan = try plan("unimodal,gated,tensor", on: data, seeds: 5, replicas: 3)
    let records = try [1, jobs].map { jobs in
      try ExampleData.inTemporaryFolder { try run(plan, in: $0, on: data, jobs: jobs) }
    }
    #expect(records[0].map(\.predictions) == records[1].map(\.predictions))
    #expect(records[0].map { $0.epochs.map(\.trainLoss) } == records[1].map { $0.epochs.map(\.trainLoss) })
  }

  @Test func aLostRecordIsMadeAgainAsItWas() throws {
    let data = try ExampleData.signs(xor: false)
    let plan = try plan("low-rank", on: data, seeds: 4, replicas: nil)
    try ExampleData.inTemporaryFolder { folder in
      let before = try run(plan, in: folder, on: data)
      let kept = RunFolder(folder.appending(path: "trials/low-rank-seed1")).trial
      let date = try kept.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate
      try FileManager.default.removeItem(at: RunFolder(folder.appending(path: "trials/low-rank-seed2")).trial)
      let after = try run(plan, in: folder, on: data)
      #expect(after.map(\.predictions) == before.map(\.predictions) && after.map(\.emap) == before.map(\.emap))
      #expect(try kept.resourceValues(forKeys: [.contentModificationDateKey]).contentModificationDate == date)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: "trials").path)
      #expect(left.allSatisfy { !$0.hasSuffix(".safetensors") }, "\(left)")
    }
  }

  @Test func aGroupThatCannotBeMadeFailsTrialByTrial() throws {
    let data = try ExampleData.signs(xor: false)
    let records = try ExampleData.inTemporaryFolder {
      try run(plan("unimodal,tensor:projection=8192", on: data, seeds: 2, replicas: nil), in: $0, on: data)
    }
    #expect(records.filter { $0.failure != nil }.map(\.seed).sorted() == [0, 1])
    #expect(records.filter { $0.failure == nil }.count == 4)
  }

  @Test func aModelThatDivergesSaysWhereAndWhy() throws {
    let data = try ExampleData.signs(xor: false)
    var plan = try plan("early,low-rank", on: data, seeds: 3, replicas: nil)
    plan.training.optimizer = .sgd
    plan.training.learningRate = 1e30
    plan.training.gradientClip = nil
    try ExampleData.inTemporaryFolder { folder in
      let records = try run(plan, in: folder, on: data)
      #expect(records.count == 6)
      for record in records {
        #expect(record.failure?.contains("epoch 1") == true, "\(record.failure ?? "no failure")")
      }
    }
  }
}
