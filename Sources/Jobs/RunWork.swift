public import Experiments
import Foundation
import Tensors
import Training

/// What a job that leaves a run begins with.
public enum JobStart: Sendable {
  /// The folder of a data set.
  case new(String)
  /// Id or folder of a run to go on with, and its data set where that lies elsewhere now.
  case resumed(String, dataset: String? = nil)
}

extension RunStore {
  /// The run to go on with; what became of it before is forgotten.
  func run(_ id: String, resumedAs kind: StoredRun.Kind) throws -> StoredRun {
    var run = try run(id)
    guard run.kind == kind else {
      throw UsageError(
        "run \(run.id) is a \(run.kind.noun); go on with: chiasm \(run.kind.rawValue) --resume \(run.id)")
    }
    run.failure = nil
    return run
  }

  /// Works on a run while the store says how it stands: a run that is stopped or fails is remembered as such.
  ///
  /// - Throws: what `body` throws; `JobInterruption` where it was stopped; `UsageError` where another process works on the run.
  func working<Result>(
    on run: StoredRun, named runs: String, _ progress: JobProgress, _ body: (StoredRun) throws -> Result
  ) throws -> Result {
    var run = run
    let claim = try claim(run)
    defer { withExtendedLifetime(claim) {} }
    (run.status, run.failure) = (.running, nil)
    try save(run)
    let interrupted = JobInterruption(run, runs: runs)
    progress(.working(run, self, interrupted))
    defer { progress(.released) }
    do {
      return try body(run)
    } catch {
      let isStopped = error is TrainingCancelled || error is ComparisonStopped
      run.status = isStopped ? .interrupted : .failed
      run.failure = isStopped ? nil : "\(error)"
      try? save(run)
      throw isStopped ? interrupted : error
    }
  }
}

extension StoredRun.Kind {
  /// What a person calls it.
  public var noun: String {
    switch self {
    case .train: "training"
    case .compare: "comparison"
    case .search: "search"
    }
  }
}
