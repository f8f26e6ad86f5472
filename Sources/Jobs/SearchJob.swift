public import Experiments
public import Foundation
import Modalities
import Reports
import Tensors
public import Training

/// A search of a fusion architecture on validation, and a comparison of the best one with other methods.
public struct SearchJob: Sendable {
  public var start: JobStart
  public var workspace: Workspace
  /// Most architectures to try; nil for 40, or for no limit with a budget alone.
  public var trials: Int?
  /// Minutes after which no architecture is tried.
  public var budget: Double?
  /// Methods that the best architecture is compared with, comma-separated.
  public var methods = "unimodal,early,late,nonlinear"
  /// Seeds of that comparison.
  public var seeds = 5
  public var seed = 0
  public var training = TrainingOptions()
  /// Trainings at the same time; nil for one per core.
  public var jobs: Int?
  /// Where the report goes; nil for the run folder.
  public var report: URL?

  public init(_ start: JobStart, in workspace: Workspace) { (self.start, self.workspace) = (start, workspace) }

  /// What a search left; as JSON, what was found with the comparison's verdict and cautions in words.
  public struct Result: Encodable {
    public let found: ArchitectureSearchResult
    public let dataset: String
    public let run: StoredRun
    public let folder, report: URL

    private enum CodingKeys: CodingKey {
      case comparison
    }

    public func encode(to encoder: any Encoder) throws {
      try found.encode(to: encoder)
      var values = encoder.container(keyedBy: CodingKeys.self)
      try values.encode(ComparisonDocument(found.comparison), forKey: .comparison)
    }
  }

  /// - Throws: `UsageError` or `InputError` for what cannot be searched; `JobFailure` where no architecture could be trained;
  ///   `JobInterruption` where it was stopped.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    switch start {
    case .new(let dataset):
      let prepared = try workspace.prepared(dataset, progress)
      let rivals = try MethodSelection.parse(methods, modalities: prepared.dataset.names)
      for rival in rivals {
        try TrialConfiguration(rival, training: training, seed: seed, on: prepared).check(on: prepared)
      }
      let plan = ArchitectureSearchPlan(
        dataset: dataset, fingerprint: prepared.fingerprint, training: training, seed: seed,
        trials: trials ?? (budget == nil ? 40 : nil), budgetMinutes: budget, rivals: rivals, seeds: seeds)
      let run = StoredRun(kind: .search, dataset: prepared.dataset.manifest.name)
      return try search(plan, run, RunStore(folder: workspace.folder), workspace, on: prepared, progress)
    case .resumed(let name, let dataset):
      let (id, workspace) = workspace.naming(name)
      let store = try RunStore(folder: workspace.folder)
      let run = try store.run(id, resumedAs: .search)
      let folder = RunFolder(store.url(of: run))
      var plan = try folder.read(ArchitectureSearchPlan.self, from: ArchitectureSearchRunner.planFile(folder))
      if let dataset { plan.dataset = dataset }
      if trials != nil || budget != nil { (plan.trials, plan.budgetMinutes) = (trials, budget) }
      return try search(plan, run, store, workspace, on: workspace.prepared(plan.dataset, progress), progress)
    }
  }

  private func search(
    _ plan: ArchitectureSearchPlan, _ run: StoredRun, _ store: RunStore, _ workspace: Workspace,
    on prepared: PreparedDataset, _ progress: @escaping JobProgress
  ) throws -> Result {
    let (folder, names) = (RunFolder(store.url(of: run)), prepared.dataset.names)
    progress(.cancellable)
    let runner = try ArchitectureSearchRunner(
      plan, in: folder, on: prepared, jobs: jobs, cancellation: workspace.cancellation)
    let stage = JobStage("search \(prepared.dataset.manifest.name)", progress)
    return try store.working(on: run, named: workspace.runs, progress) { run in
      let found = try stage.run { try runner.run { stage.update($0.thousandths, of: 1000, note: $0.note) } }
      stage.finish(1000, of: 1000, note: "\(found.trials.count) trials")
      guard let best = found.best else {
        throw JobFailure("none of \(found.trials.count) architectures could be trained")
      }
      let comparer = try ComparisonRunner(
        plan.comparison(of: best.candidate, modalities: names), in: folder, on: prepared, jobs: jobs,
        cancellation: workspace.cancellation)
      let (compared, records) = try comparer.run(telling: progress)
      let result = ArchitectureSearchResult(found, best: best, names: names, comparison: compared)
      let page = report ?? folder.report
      try Report.write(compared, records, plans: [comparer.plan], to: page)
      var run = run
      run.status = .finished
      run.metrics = compared.mainScores
      try store.save(run)
      return Result(found: result, dataset: comparer.plan.dataset, run: run, folder: folder.url, report: page)
    }
  }
}
