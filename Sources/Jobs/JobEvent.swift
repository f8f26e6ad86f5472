public import Experiments
public import Foundation
import Tensors

/// Something that a job says while it works, to whoever shows it or can stop it.
public enum JobEvent: Sendable {
  /// A stage of the work began, from which its rate is counted.
  case began(stage: String)
  /// So much of a stage is done; the unit is nil where the count means nothing to a person.
  case advanced(stage: String, done: Int, total: Int, unit: String?, note: String)
  case finished(stage: String, done: Int, total: Int, note: String)
  /// A stage ended where it stands, with nothing more to tell.
  case stopped(stage: String)
  /// The result is going to be about this.
  case subject(String)
  /// What is good to know.
  case note(String)
  /// What should be known of the data before a result is believed.
  case warning(String)
  /// From here on the work stops where its cancellation asks for it.
  case cancellable
  /// Work on a run began; who ends the program before it stops has to leave the store right, and to say how to go on.
  case working(StoredRun, RunStore, JobInterruption)
  /// A folder is being made, of which nothing may stay where it does not become whole.
  case making(URL)
  /// What was worked on or made needs no care any more.
  case released
}

/// Takes what a job says, from any thread.
public typealias JobProgress = @Sendable (JobEvent) -> Void

/// A stage of a job, whose progress is counted.
struct JobStage: Sendable {
  private let label: String
  private let unit: String?
  private let progress: JobProgress

  init(_ label: String, unit: String? = nil, _ progress: @escaping JobProgress) {
    (self.label, self.unit, self.progress) = (label, unit, progress)
    progress(.began(stage: label))
  }

  func update(_ done: Int, of total: Int, note: String = "") {
    progress(.advanced(stage: label, done: done, total: total, unit: unit, note: note))
  }

  func finish(_ done: Int, of total: Int, note: String = "") {
    progress(.finished(stage: label, done: done, total: total, note: note))
  }

  /// Runs the work of the stage, which ends before an error is told.
  func run<Result>(_ body: () throws -> Result) rethrows -> Result {
    do {
      return try body()
    } catch {
      progress(.stopped(stage: label))
      throw error
    }
  }
}

/// Work that was asked for and could not be done, though neither the call nor the data were wrong.
public struct JobFailure: Error, CustomStringConvertible {
  public let description: String
  public init(_ description: String) { self.description = description }
}

/// A run that was stopped before it was done; what was done is kept.
public struct JobInterruption: Error, CustomStringConvertible {
  public let description: String

  /// - Parameters:
  ///   - run: what was stopped.
  ///   - runs: folder of the run store as given.
  public init(_ run: StoredRun, runs: String) {
    let isPlain = runs.allSatisfy { $0.isLetter || $0.isNumber || "/._-+".contains($0) }
    let folder = isPlain ? runs : "'" + runs.replacingOccurrences(of: "'", with: "'\\''") + "'"
    description =
      "interrupted; go on with: chiasm \(run.kind.rawValue) --resume \(run.id)"
      + (runs == "runs" ? "" : " --runs \(folder)")
  }
}

/// Runs `body`, whose complaints about an input that they do not name are about `path`.
func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch var error as InputError where error.file == nil {
    error.file = path
    throw error
  }
}
