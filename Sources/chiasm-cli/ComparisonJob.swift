import Chiasm
import Foundation

/// A comparison as the command line runs it: the run store, progress, the leaderboard, the verdict and the report.
struct ComparisonJob {
  let plan: ComparisonPlan
  let prepared: PreparedDataset
  let run: StoredRun
  let store: RunStore
  let options: StoreOptions

  static func start(
    dataset: String, methods: String?, seeds: Int, firstSeed: Int, training: TrainingOptions, budget: Double?,
    replicas: Int? = nil, threads: Int? = nil, quick: Bool = false, margin: Double? = nil,
    store options: StoreOptions
  ) throws -> ComparisonJob {
    let prepared = try options.prepared(dataset)
    let names = prepared.dataset.names
    let selections =
      try methods.map { try MethodSelection.parse($0, modalities: names) }
      ?? MethodSelection.standard(modalities: names)
    for selection in selections {
      try TrialConfiguration(selection, training: training, seed: firstSeed, on: prepared).check(on: prepared)
    }
    let plan = ComparisonPlan(
      dataset: dataset, fingerprint: prepared.fingerprint, selections: selections,
      seeds: Array(firstSeed..<firstSeed + seeds), training: training, budgetMinutes: budget,
      // Seeds that train as one end together: with a budget they train alone, so that it cuts seeds and not methods.
      replicas: replicas ?? (budget == nil ? nil : 1), threads: threads, quick: quick ? true : nil, margin: margin)
    let store = try RunStore(folder: options.folder)
    let run = StoredRun(kind: .compare, dataset: prepared.dataset.manifest.name)
    return ComparisonJob(plan: plan, prepared: prepared, run: run, store: store, options: options)
  }

  static func resume(
    _ id: String, dataset: String?, budget: Double?, work: WorkOptions
  ) throws -> ComparisonJob {
    let store = try RunStore(folder: work.store.folder)
    let run = try store.run(id, resumedAs: .compare)
    let folder = RunFolder(store.url(of: run))
    var plan = try folder.read(ComparisonPlan.self, from: ComparisonRunner.planFile(folder))
    if let dataset { plan.dataset = dataset }
    plan.budgetMinutes = budget ?? plan.budgetMinutes
    let prepared = try work.store.prepared(plan.dataset)
    return ComparisonJob(plan: plan, prepared: prepared, run: run, store: store, options: work.store)
  }

  func run(jobs: Int?, output: OutputOptions, report: URL?) throws {
    let folder = RunFolder(store.url(of: run))
    let interruption = Interruption()
    var runner = try ComparisonRunner(
      plan, in: folder, on: prepared, jobs: jobs, cancellation: interruption.cancellation)
    runner.warn = { output.note($0) }
    let line = ProgressLine("compare \(prepared.dataset.manifest.name)", style: output.style)
    try store.working(on: run, of: options, line: line) { _ in
      let (result, records) = try runner.run { progress in
        line.update(
          progress.thousandths, of: 1000, unit: nil, note: "\(progress.finished)/\(progress.trials) \(progress.note)")
      }
      line.finish(1000, of: 1000)
      try finish(result, records, output: output, report: report ?? folder.report)
    }
  }

  private func finish(
    _ result: ExplainedComparison, _ records: [TrialRecord], output: OutputOptions, report: URL
  ) throws {
    let comparison = result.comparison
    try Report.write(result, records, plans: [plan], to: report)
    var run = run
    run.status =
      records.count < plan.trials.count
      ? .interrupted : comparison.methods.allSatisfy(\.metrics.isEmpty) ? .failed : .finished
    for method in comparison.methods {
      run.metrics[method.name] = method.metrics[comparison.dataset.metric.rawValue]?.mean
    }
    try store.save(run)
    try output.write(ComparisonDocument(result))
    output.show(ComparisonText(result).text)
    output.show("\nrun \(run.id) in \(store.url(of: run).relativePath)\nreport: \(report.relativePath)")
    if run.status == .failed {
      let first = comparison.methods.first?.failures.first?.error
      throw Failed("no training succeeded; the first said: \(first ?? "nothing")")
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
