public import Analyses
import Evaluation
public import Experiments
public import Foundation
import Modalities
import Reports
import Tensors
public import Training

/// A comparison: every method over several seeds, the verdict, and the report.
///
/// ```swift
/// var job = ComparisonJob(.new("mosi"), in: Workspace())
/// job.methods = "unimodal,late,tensor"
/// print(try job.run().comparison.sentence ?? "no verdict")
/// ```
public struct ComparisonJob: Sendable {
  public var start: JobStart
  public var workspace: Workspace
  /// Methods, comma-separated; nil for one fusion of each kind that trains in moments.
  public var methods: String?
  public var seeds = 5
  public var firstSeed = 0
  public var training = TrainingOptions()
  /// Minutes after which no training starts.
  public var budget: Double?
  /// Seeds of a method that train as one, and threads of one operation.
  public var replicas, threads: Int?
  /// Whether placebos and findings are left out.
  public var quick = false
  /// Smallest improvement that counts.
  public var margin: Double?
  /// Trainings at the same time; nil for one per core.
  public var jobs: Int?
  /// Where the report goes; nil for the run folder.
  public var report: URL?

  public init(_ start: JobStart, in workspace: Workspace) { (self.start, self.workspace) = (start, workspace) }

  /// What a comparison left; as JSON, its document.
  public struct Result: Encodable {
    public let comparison: ExplainedComparison
    public let run: StoredRun
    public let folder, report: URL
    /// Why there is nothing to compare; nil where there is.
    public let failure: String?

    public func encode(to encoder: any Encoder) throws { try ComparisonDocument(comparison).encode(to: encoder) }
  }

  /// - Throws: `UsageError` or `InputError` for what cannot be compared; `JobInterruption` where it was stopped.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    switch start {
    case .new(let dataset):
      let prepared = try workspace.prepared(dataset, progress)
      let (plan, store) = try (plan(dataset, prepared), RunStore(folder: workspace.folder))
      let run = StoredRun(kind: .compare, dataset: prepared.dataset.manifest.name)
      return try compare(plan, on: prepared, run, store, workspace, progress)
    case .resumed(let name, let dataset):
      let (id, workspace) = workspace.naming(name)
      let store = try RunStore(folder: workspace.folder)
      let run = try store.run(id, resumedAs: .compare)
      let folder = RunFolder(store.url(of: run))
      var plan = try folder.read(ComparisonPlan.self, from: ComparisonRunner.planFile(folder))
      if let dataset { plan.dataset = dataset }
      plan.budgetMinutes = budget ?? plan.budgetMinutes
      return try compare(plan, on: workspace.prepared(plan.dataset, progress), run, store, workspace, progress)
    }
  }

  private func plan(_ dataset: String, _ prepared: PreparedDataset) throws -> ComparisonPlan {
    let names = prepared.dataset.names
    let selections =
      try methods.map { try MethodSelection.parse($0, modalities: names) }
      ?? MethodSelection.standard(modalities: names)
    for selection in selections {
      try TrialConfiguration(selection, training: training, seed: firstSeed, on: prepared).check(on: prepared)
    }
    return ComparisonPlan(
      dataset: dataset, fingerprint: prepared.fingerprint, selections: selections,
      seeds: Array(firstSeed..<firstSeed + seeds), training: training, budgetMinutes: budget,
      // Seeds that train as one end together: with a budget they train alone, so that it cuts seeds and not methods.
      replicas: replicas ?? (budget == nil ? nil : 1), threads: threads, quick: quick ? true : nil, margin: margin)
  }

  private func compare(
    _ plan: ComparisonPlan, on prepared: PreparedDataset, _ run: StoredRun, _ store: RunStore, _ workspace: Workspace,
    _ progress: @escaping JobProgress
  ) throws -> Result {
    let folder = RunFolder(store.url(of: run))
    progress(.cancellable)
    var runner = try ComparisonRunner(
      plan, in: folder, on: prepared, jobs: jobs, cancellation: workspace.cancellation)
    runner.warn = { progress(.note($0)) }
    return try store.working(on: run, named: workspace.runs, progress) { _ in
      let (result, records) = try runner.run(telling: progress)
      let page = report ?? folder.report
      try Report.write(result, records, plans: [plan], to: page)
      let methods = result.comparison.methods
      var run = run
      if methods.allSatisfy(\.metrics.isEmpty), records.count == plan.trials.count {
        run.failure = "no training succeeded; the first said: \(methods.first?.failures.first?.error ?? "nothing")"
      }
      run.status =
        records.count < plan.trials.count ? .interrupted : run.failure == nil ? .finished : .failed
      run.metrics = result.mainScores
      try store.save(run)
      return Result(comparison: result, run: run, folder: folder.url, report: page, failure: run.failure)
    }
  }
}

extension ComparisonRunner {
  /// Runs the comparison as a stage of a job.
  func run(telling progress: @escaping JobProgress) throws -> (ExplainedComparison, [TrialRecord]) {
    let stage = JobStage("compare \(prepared.dataset.manifest.name)", progress)
    return try stage.run {
      let result = try run { progress in
        stage.update(progress.thousandths, of: 1000, note: "\(progress.finished)/\(progress.trials) \(progress.note)")
      }
      stage.finish(1000, of: 1000)
      return result
    }
  }
}

extension ExplainedComparison {
  /// The mean of the main metric by method.
  var mainScores: [String: Double] {
    comparison.methods.reduce(into: [:]) { scores, method in
      scores[method.name] = method.metrics[comparison.dataset.metric.rawValue]?.mean
    }
  }
}

extension Report {
  /// Writes the report of a comparison on this machine, dated today.
  static func write(
    _ result: ExplainedComparison, _ records: [TrialRecord], plans: [ComparisonPlan], to url: URL
  ) throws {
    try write(
      result, records: records, environment: .current(libtorch: Engine.version, chiasm: chiasmVersion),
      architectures: result.comparison.architectures, provenance: plans.map(\.provenance), date: Date(), to: url)
  }
}
