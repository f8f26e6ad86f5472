import Experiments
import Foundation
import Jobs
import Modalities
import Tensors
import Testing
import Training

@Suite struct TrainingJobTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  private func job(_ start: JobStart, in workspace: Workspace) -> TrainingJob {
    var job = TrainingJob(start, in: workspace)
    (job.method, job.training, job.threads) = ("late", Bench.quick, 1)
    return job
  }

  @Test func leavesARunThatIsReturnedAndNotTrainedAgain() throws {
    let data = try bench.data()
    let first = try job(.new(data), in: bench.workspace).run(progress: bench.progress)
    #expect(bench.stages() == ["train late"])
    #expect(first.record.epochs.count == 4)
    let stored = try bench.workspace.reading().run(first.run.id)
    #expect(stored.status == .finished && stored.method == "late" && stored.metrics == first.record.metrics)

    let again = try job(.resumed(first.run.id), in: bench.workspace).run(progress: bench.progress)
    #expect(bench.stages() == [])
    #expect(again.record == first.record)
  }

  @Test func stopsWhereItIsAskedToAndGoesOnToTheSameEnd() throws {
    let data = try bench.data()
    let whole = try job(.new(data), in: bench.workspace).run()
    let workspace = bench.workspace
    let stopping = job(.new(data), in: workspace)
    let interruption = #expect(throws: JobInterruption.self) {
      try stopping.run { event in
        // In the second of four epochs.
        if case .advanced(_, let done, let total, _, _) = event, done > total / 4 { workspace.cancellation.cancel() }
      }
    }
    let runs = try bench.workspace.reading().runs(limit: 10)
    let stopped = try #require(runs.first { $0.status == .interrupted })
    #expect(interruption?.description.contains("chiasm train --resume \(stopped.id) --runs ") == true)
    // By the path of its folder, which names the store as well.
    let path = bench.folder.appending(path: "runs/\(stopped.folder)").path
    let resumed = try job(.resumed(path), in: Workspace(runs: "elsewhere")).run()
    #expect(resumed.run.id == stopped.id)
    #expect(resumed.record.metrics == whole.record.metrics)
    #expect(resumed.record.epochs.map(\.trainLoss) == whole.record.epochs.map(\.trainLoss))
  }

  @Test func doesNotGoOnWithOtherDataOrAnotherKindOfRun() throws {
    let data = try bench.data()
    let run = try job(.new(data), in: bench.workspace).run().run
    #expect(throws: UsageError("run \(run.id) is a training; go on with: chiasm train --resume \(run.id)")) {
      try ComparisonJob(.resumed(run.id), in: bench.workspace).run()
    }
    try FileManager.default.removeItem(at: bench.folder.appending(path: "data"))
    _ = try bench.data(synergy: true)
    #expect(throws: InputError.self) { try QuantifiedRun(run.id, in: bench.workspace) }
  }

  @Test func isEvaluatedAndPredictsAsItWasMeasured() throws {
    let data = try bench.data()
    let trained = try job(.new(data), in: bench.workspace).run()
    let evaluated = try EvaluationJob(trained.run.id, on: data, in: bench.workspace).run()
    #expect(evaluated.metrics["accuracy"] == trained.record.metrics["accuracy"])
    let predictions = try PredictionJob(trained.run.id, of: .dataset(data), in: bench.workspace).run()
    #expect(predictions.count == 200)
    let out = bench.folder.appending(path: "out.npy").path
    #expect(throws: UsageError("\(out) ends in \".npy\"; expected .npz or .safetensors")) {
      try EmbeddingJob(trained.run.id, of: data, to: out, in: bench.workspace).run()
    }
  }
}
