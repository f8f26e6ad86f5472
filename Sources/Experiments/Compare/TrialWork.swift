import Evaluation
import Foundation
import Synchronization
import Tensors
import Training

/// Trials of a comparison that are done as one: several seeds of a method, or a single trial.
struct TrialGroup: Sendable {
  let trials: [TrialWork]
  /// Where a group of several is kept while it trains.
  let checkpoint: URL

  var isFinished: Bool { trials.allSatisfy(\.isFinished) }

  /// Runs what is not finished. Where the group cannot train as one, or one of its models meets a number that is not
  /// finite, the trials concerned are run alone: that gives a result or says what is wrong.
  func run(with runner: TrialRunner, cancellation: Cancellation, board: ProgressBoard) {
    var left = trials.filter { !$0.isFinished }
    if trials.count > 1 {
      let key = checkpoint.lastPathComponent
      defer { board.leave(key) }
      do {
        let records = try runner.run(
          group: trials.map(\.configuration), in: trials.map(\.folder), finished: trials.map(\.isFinished),
          checkpoint: checkpoint
        ) { progress in
          board.update(key, Double(left.count) * Double(progress.epoch - 1) / Double(progress.epochs))
        }
        for (trial, record) in zip(trials, records) {
          guard let record, left.contains(where: { $0.configuration == trial.configuration }) else { continue }
          trial.note(record, runner, board)
        }
        left = zip(trials, records).filter { $1 == nil }.map(\.0)
      } catch is TrainingCancelled {
        return
      } catch {
        try? FileManager.default.removeItem(at: checkpoint)
      }
    }
    for trial in left where !trial.isFinished { trial.run(with: runner, cancellation: cancellation, board: board) }
  }
}

/// One trial of a comparison and the folder that holds it.
struct TrialWork: Sendable {
  let configuration: TrialConfiguration
  let folder: RunFolder

  var isFinished: Bool { FileManager.default.fileExists(atPath: folder.trial.path) }
  /// - Parameter dataset: that the trial has to be of.
  func record(on dataset: DatasetSummary) throws -> TrialRecord {
    let record = try folder.read(TrialRecord.self, from: folder.trial)
    try RunFolder.naming(folder.trial) { try record.check(on: dataset) }
    return record
  }
  private var key: String { "\(configuration.selection.name) \(configuration.seed)" }

  /// Tells the board of a record.
  func note(_ record: TrialRecord, _ runner: TrialRunner, _ board: ProgressBoard) {
    let score = record.validationMetrics[runner.prepared.metric.rawValue]
    board.finish(
      key,
      note: "\(configuration.selection.name) seed \(configuration.seed): validation "
        + "\(runner.prepared.metric.label) \(score.map { Format.score($0, runner.prepared.metric) } ?? "undefined")")
  }

  /// Runs the trial; one that fails leaves a record that says why.
  func run(with runner: TrialRunner, cancellation: Cancellation, board: ProgressBoard) {
    do {
      let record = try runner.run(configuration, in: folder, resuming: true) { progress in
        board.update(key, Double(progress.epoch - 1) / Double(progress.epochs))
      }
      note(record, runner, board)
    } catch is TrainingCancelled {
      return
    } catch let error as InputError where error.file != nil {
      // A file that cannot be written says nothing about the method, and the next trial would meet it too.
      board.stop(error)
      cancellation.cancel()
    } catch {
      let record = runner.failed(configuration, error)
      do {
        try folder.write(record, to: folder.trial)
      } catch {
        // Without a place to write, nothing of the comparison can be kept: stop the others, too.
        board.stop(error)
        cancellation.cancel()
        return
      }
      board.finish(key, note: "\(record.method) seed \(record.seed) failed: \(record.failure ?? "")")
    }
  }
}

/// Hands out work until there are none, the time is up or the user stops.
final class PendingWork: Sendable {
  private let items: Mutex<[TrialGroup]>
  private let deadline: ContinuousClock.Instant?
  private let cancellation: Cancellation

  init(_ items: [TrialGroup], until deadline: ContinuousClock.Instant?, cancellation: Cancellation) {
    self.items = Mutex(items.reversed())
    self.deadline = deadline
    self.cancellation = cancellation
  }

  func next() -> TrialGroup? {
    if cancellation.isCancelled { return nil }
    if let deadline, ContinuousClock.now >= deadline { return nil }
    return items.withLock { $0.popLast() }
  }
}

/// Adds up how far the running trials are.
final class ProgressBoard: Sendable {
  private struct State {
    var finished = 0
    /// Measurements that were begun.
    var measured = 0
    var running: [String: Double] = [:]
    var note = ""
    var fatal: (any Error)?
  }
  private let state = Mutex(State())
  let trials: Int
  /// Measurements that follow the trials; each counts as much as one.
  private let measurements: Int
  private let report: @Sendable (ComparisonProgress) -> Void

  init(trials: Int, measurements: Int = 0, report: @escaping @Sendable (ComparisonProgress) -> Void) {
    self.trials = trials
    self.measurements = measurements
    self.report = report
  }

  /// The error that keeps the whole comparison from going on.
  var fatal: (any Error)? { state.withLock { $0.fatal } }

  func stop(_ error: any Error) { state.withLock { $0.fatal = $0.fatal ?? error } }

  /// Starts with what is done already, and how the rest is going to be.
  func begin(finished: Int, note: String) {
    change {
      $0.finished = finished
      $0.note = note
    }
  }

  /// Begins a measurement, when all trials are done and the one before is.
  func measure(_ name: String) {
    change {
      // Some trials may have been refused or never begun.
      ($0.finished, $0.running) = (trials, [:])
      $0.measured = min($0.measured + 1, measurements)
      $0.note = "measuring \(name)"
    }
  }

  /// - Parameter share: of a trial that is done under `key`; more than 1 where several are done as one.
  func update(_ key: String, _ share: Double) { change { $0.running[key] = share } }

  func finish(_ key: String, note: String) {
    change {
      $0.running[key] = nil
      $0.finished += 1
      $0.note = note
    }
  }

  /// Counts what has no trial of its own no longer.
  func leave(_ key: String) { state.withLock { $0.running[key] = nil } }

  private func change(_ body: (inout State) -> Void) {
    let progress = state.withLock { state in
      body(&state)
      let done = Double(state.finished + max(state.measured - 1, 0)) + state.running.values.reduce(0, +)
      return ComparisonProgress(
        finished: state.finished, trials: trials, thousandths: Int(1000 * done / Double(max(trials + measurements, 1))),
        note: state.note)
    }
    report(progress)
  }
}
