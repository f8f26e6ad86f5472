public import Evaluation
public import Experiments
public import Foundation
import Modalities
import Models
import Tensors
public import Training

/// A training of one method, which leaves a run folder.
public struct TrainingJob: Sendable {
  public var start: JobStart
  public var workspace: Workspace
  public var method = "early"
  /// Nil for all.
  public var modalities: [String]?
  /// Options of the method.
  public var settings: [String: String] = [:]
  public var seed = 0
  public var training = TrainingOptions()
  /// Threads of one operation; nil for what a few steps run fastest on.
  public var threads: Int?

  public init(_ start: JobStart, in workspace: Workspace) { (self.start, self.workspace) = (start, workspace) }

  /// What a training left; as JSON, its record.
  public struct Result: Encodable {
    public let record: TrialRecord
    public let run: StoredRun
    public let folder: URL

    public func encode(to encoder: any Encoder) throws { try record.encode(to: encoder) }
  }

  /// Trains, or goes on with a training; one that is finished is returned, not done again.
  ///
  /// - Throws: `UsageError` or `InputError` for what cannot be trained; `JobInterruption` where it was stopped.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    Engine.threads = threads ?? 1
    switch start {
    case .new(let dataset):
      let prepared = try workspace.prepared(dataset, progress)
      let start = try begin(dataset, prepared)
      let configuration = start.configuration
      let run = StoredRun(
        kind: .train, dataset: prepared.dataset.manifest.name, method: configuration.selection.name,
        seed: configuration.seed)
      return try train(start, run, RunStore(folder: workspace.folder), workspace, on: prepared, progress)
    case .resumed(let name, _):
      let (id, workspace) = workspace.naming(name)
      let store = try workspace.writing(progress)
      let run = try store.run(id, resumedAs: .train)
      let folder = RunFolder(store.url(of: run))
      if FileManager.default.fileExists(atPath: folder.trial.path) {
        return try Result(record: folder.read(TrialRecord.self, from: folder.trial), run: run, folder: folder.url)
      }
      let start = try folder.read(TrainStart.self, from: TrainStart.file(folder))
      let prepared = try workspace.prepared(start.dataset, progress)
      guard prepared.fingerprint == start.fingerprint else {
        throw InputError(file: start.dataset, "the data are not those that run \(run.id) began with; start a new one")
      }
      return try train(start, run, store, workspace, on: prepared, resuming: true, progress)
    }
  }

  private func begin(_ dataset: String, _ prepared: PreparedDataset) throws -> TrainStart {
    var text = method
    if let modalities { text += "@" + modalities.joined(separator: "+") }
    text += settings.sorted { $0.key < $1.key }.map { ":\($0)=\($1)" }.joined()
    let selections = try MethodSelection.parse(text, modalities: prepared.dataset.names)
    guard selections.count == 1, let selection = selections.first else {
      let names = prepared.dataset.names.joined(separator: ", ")
      throw UsageError(
        method.contains(",")
          ? "train takes one method, found \"\(method)\"; compare takes several"
          : "a unimodal training needs one modality; add --modalities with one of \(names)")
    }
    let configuration = try TrialConfiguration(selection, training: training, seed: seed, on: prepared)
    try configuration.check(on: prepared)
    // What cannot be trained says so when it is.
    let fastest = try? TrialRunner(prepared).fastestThreads(for: configuration, limit: Machine.current.idleCores)
    return TrainStart(
      dataset: dataset, fingerprint: prepared.fingerprint, threads: threads ?? fastest ?? 1,
      configuration: configuration)
  }

  private func train(
    _ start: TrainStart, _ run: StoredRun, _ store: RunStore, _ workspace: Workspace, on prepared: PreparedDataset,
    resuming: Bool = false, _ progress: @escaping JobProgress
  ) throws -> Result {
    Engine.threads = start.threads
    let folder = RunFolder(store.url(of: run))
    progress(.cancellable)
    try folder.make()
    try folder.write(start, to: TrainStart.file(folder))
    var runner = TrialRunner(prepared, cancellation: workspace.cancellation)
    runner.prefetch = 2
    let stage = JobStage("train \(start.configuration.selection.name)", unit: "steps", progress)
    return try store.working(on: run, named: workspace.runs, progress) { run in
      let record = try stage.run {
        try runner.run(start.configuration, in: folder, resuming: resuming) { progress in
          stage.update(
            (progress.epoch - 1) * progress.steps + progress.step, of: progress.epochs * progress.steps,
            note: progress.words)
        }
      }
      let epochs = record.epochs.count
      stage.finish(epochs, of: epochs, note: "best epoch \(record.bestEpoch) of \(epochs)")
      var run = run
      run.status = .finished
      run.metrics = record.metrics
      try store.save(run)
      return Result(record: record, run: run, folder: folder.url)
    }
  }
}

extension TrainingProgress {
  /// The epoch, its loss, and what was validated last.
  fileprivate var words: String {
    var words = "epoch \(epoch), loss \(Format.significant(loss))"
    if let validation { words += ", validation \(Format.significant(validation))" }
    if let utilization {
      let rates = utilization.sorted { $0.key < $1.key }.map { "\($0) \(String(format: "%.2f", $1))" }
      words += ", used \(rates.joined(separator: ", "))"
    }
    return words
  }
}

/// What a training was asked to do, kept so that it can be resumed.
struct TrainStart: Codable, CheckedResult {
  let dataset: String
  /// Of the data set when the training began.
  let fingerprint: String
  /// Threads of one operation, which decide the last bits of the result.
  let threads: Int
  let configuration: TrialConfiguration

  func check() throws {
    guard (1...1024).contains(threads) else { throw InputError(at: "threads", "\(threads); 1 to 1024 expected") }
    try configuration.check()
  }

  static func file(_ folder: RunFolder) -> URL { folder.url.appending(path: "start.json") }
}
