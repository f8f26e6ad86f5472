import ArgumentParser
import Chiasm
import Foundation

/// What the commands that train have in common.
struct WorkOptions: ParsableArguments {
  @Option(
    help: """
      Threads of one operation; by default one where steps are short, else the number of idle cores that a few steps \
      run fastest on. Results agree to the last bit only for the same number.
      """)
  var threads: Int?
  @Option(help: ArgumentHelp("Go on with a run that was stopped.", valueName: "run"))
  var resume: String?
  @OptionGroup var training: TrainingFlags
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func checkedThreads() throws -> Int? { try threads.map { try TrainingFlags.check($0, "--threads", 1...1024) } }

  /// Refuses, with a run to go on with, options that it began with.
  /// - Parameter others: whether any other such option was given.
  func checkResumable(others: Bool) throws {
    try TrainingFlags.checkResumable(others: others || threads != nil || !training.isEmpty)
  }

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

  /// Works on a run while the store says how it stands: a run that is stopped or fails is remembered as such, also where it
  /// does not come to a place at which it could stop.
  ///
  /// - Throws: what `body` throws; `Interrupted` where it was stopped; `UsageError` where another process works on the run.
  func working(on run: StoredRun, of options: StoreOptions, line: ProgressLine, _ body: (StoredRun) throws -> Void)
    throws
  {
    var run = run
    let claim = try claim(run)
    defer { withExtendedLifetime(claim) {} }
    (run.status, run.failure) = (.running, nil)
    try save(run)
    let interrupted = Interrupted(run.kind.rawValue, run.id, runs: options.runs)
    let (id, folder) = (run.id, url(of: run))
    Interruption.beforeEnding { [self] in
      line.end()
      StandardError.show("chiasm: \(interrupted.description.shown())\n", patience: 100)
      _ = try? update(id) { if $0.status == .running { $0.status = .interrupted } }
      AtomicFile.removeLeftovers(in: folder)
    }
    defer { Interruption.beforeEnding(nil) }
    do {
      try body(run)
    } catch {
      line.end()
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
  var noun: String {
    switch self {
    case .train: "training"
    case .compare: "comparison"
    case .search: "search"
    }
  }
}
