import Foundation
import Synchronization
import Tensors
import Training

/// One trial of a comparison and the folder that holds it.
struct TrialWork: Sendable {
  let configuration: TrialConfiguration
  let folder: RunFolder

  var isFinished: Bool { FileManager.default.fileExists(atPath: folder.trial.path) }
  func record() throws -> TrialRecord { try folder.read(TrialRecord.self, from: folder.trial) }

  /// Runs the trial; one that fails leaves a record that says why.
  func run(with runner: TrialRunner, cancellation: Cancellation, board: ProgressBoard) {
    do {
      let record = try runner.run(configuration, in: folder, resuming: true) { progress in
        board.update(configuration, Double(progress.epoch - 1) / Double(progress.epochs))
      }
      let score = record.validationMetrics[runner.prepared.metric.rawValue]
      board.finish(
        configuration, note: "\(configuration.selection.name) seed \(configuration.seed): validation "
          + "\(runner.prepared.metric.label) \(score.map { String(format: "%.3f", $0) } ?? "undefined")")
    } catch is TrainingCancelled {
      return
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
      board.finish(configuration, note: "\(record.method) seed \(record.seed) failed: \(record.failure ?? "")")
    }
  }
}

/// Hands out trials until there are none, the time is up or the user stops.
final class PendingWork: Sendable {
  let count: Int
  private let items: Mutex<[TrialWork]>
  private let deadline: ContinuousClock.Instant?
  private let cancellation: Cancellation

  init(_ items: [TrialWork], minutes: Double?, cancellation: Cancellation) {
    count = items.count
    self.items = Mutex(items.reversed())
    deadline = minutes.map { ContinuousClock.now + .seconds($0 * 60) }
    self.cancellation = cancellation
  }

  func next() -> TrialWork? {
    if cancellation.isCancelled { return nil }
    if let deadline, ContinuousClock.now >= deadline { return nil }
    return items.withLock { $0.popLast() }
  }
}

/// Adds up how far the running trials are.
final class ProgressBoard: Sendable {
  private struct State {
    var finished = 0
    var running: [String: Double] = [:]
    var note = ""
    var fatal: (any Error)?
  }
  private let state = Mutex(State())
  private let trials: Int
  private let report: @Sendable (ComparisonProgress) -> Void

  init(trials: Int, report: @escaping @Sendable (ComparisonProgress) -> Void) {
    self.trials = trials
    self.report = report
  }

  /// The error that keeps the whole comparison from going on.
  var fatal: (any Error)? { state.withLock { $0.fatal } }

  func stop(_ error: any Error) { state.withLock { $0.fatal = $0.fatal ?? error } }

  func skip(_ count: Int) { change { $0.finished += count } }

  func update(_ configuration: TrialConfiguration, _ share: Double) {
    change { $0.running[Self.key(configuration)] = share }
  }

  func finish(_ configuration: TrialConfiguration, note: String) {
    change {
      $0.running[Self.key(configuration)] = nil
      $0.finished += 1
      $0.note = note
    }
  }

  private static func key(_ configuration: TrialConfiguration) -> String {
    "\(configuration.selection.name) \(configuration.seed)"
  }

  private func change(_ body: (inout State) -> Void) {
    let progress = state.withLock { state in
      body(&state)
      let done = Double(state.finished) + state.running.values.reduce(0, +)
      return ComparisonProgress(
        finished: state.finished, trials: trials, thousandths: Int(1000 * done / Double(max(trials, 1))), note: state.note)
    }
    report(progress)
  }
}
