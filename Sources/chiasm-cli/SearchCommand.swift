import ArgumentParser
import Chiasm
import Foundation

struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search a fusion architecture on validation, then compare the best one with other methods.",
    discussion: """
      Blocks over each modality, blocks of the fusion and the width of the
      encoders evolve together (MUFASA). The test split takes no part in it;
      it is looked at once, when the best architecture is trained anew with
      several seeds. That architecture is an option of the method mufasa:
      chiasm train DIR --method mufasa --set architecture=…

      Example: chiasm search mosi --trials 60 --epochs 15
      """)

  @Argument(help: "Folder of the data set; left out with --resume.")
  var dataset: String?
  @Option(help: "Most architectures to try; 40 by default, no limit with --budget alone.")
  var trials: Int?
  @Option(help: ArgumentHelp("Do not try architectures after this many minutes.", valueName: "minutes"))
  var budget: Double?
  @Option(help: "Methods that the best architecture is compared with; unimodal,early,late,nonlinear by default.")
  var methods: String?
  @Option(help: "Seeds of that comparison; 5 by default.")
  var seeds: Int?
  @Option(help: "Seed of the search, and the first one of the comparison.")
  var seed: Int = 0
  @Option(help: "Trainings at the same time; one per core by default. Results do not depend on it.")
  var jobs: Int?
  @Option(help: ArgumentHelp("Where the report goes; report.html in the run folder by default.", valueName: "file"))
  var report: String?
  @Option(help: ArgumentHelp("Go on with a run that was stopped, or try more.", valueName: "run"))
  var resume: String?
  @OptionGroup var training: TrainingFlags
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  mutating func run() throws {
    if let run = resume { (resume, store) = store.naming(run) }
    try output.checkWritable()
    if let report { try checkParent(of: report) }
    if let jobs { _ = try TrainingFlags.check(jobs, "--jobs", 1...1024) }
    if let trials { _ = try TrainingFlags.check(trials, "--trials", 1...1_000_000) }
    if let budget { _ = try TrainingFlags.check(budget, "--budget", 0.001...1e6) }
    guard let resume else { return try start() }
    try TrainingFlags.checkResumable(others: methods != nil || seeds != nil || seed != 0 || !training.isEmpty)
    let runs = try RunStore(folder: store.folder)
    let run = try runs.run(resume, resumedAs: .search)
    let folder = RunFolder(runs.url(of: run))
    var plan = try folder.read(ArchitectureSearchPlan.self, from: ArchitectureSearchRunner.planFile(folder))
    if let dataset { plan.dataset = dataset }
    if trials != nil || budget != nil { (plan.trials, plan.budgetMinutes) = (trials, budget) }
    try search(plan, run, runs, on: store.prepared(plan.dataset))
  }

  private func start() throws {
    guard let dataset else { throw UsageError("search needs the folder of a data set, or --resume RUN") }
    let prepared = try store.prepared(dataset)
    let names = prepared.dataset.names
    let rivals = try MethodSelection.parse(methods ?? "unimodal,early,late,nonlinear", modalities: names)
    let options = try training.resolved()
    for rival in rivals {
      try TrialConfiguration(rival, training: options, seed: seed, on: prepared).check(on: prepared)
    }
    let plan = ArchitectureSearchPlan(
      dataset: dataset, fingerprint: prepared.fingerprint, training: options,
      seed: try TrainingFlags.check(seed, "--seed", TrainingFlags.seeds),
      trials: trials ?? (budget == nil ? 40 : nil), budgetMinutes: budget, rivals: rivals,
      seeds: try TrainingFlags.check(seeds ?? 5, "--seeds", 1...10_000))
    let run = StoredRun(kind: .search, dataset: prepared.dataset.manifest.name)
    try search(plan, run, RunStore(folder: store.folder), on: prepared)
  }

  private func search(
    _ plan: ArchitectureSearchPlan, _ run: StoredRun, _ runs: RunStore, on prepared: PreparedDataset
  ) throws {
    let folder = RunFolder(runs.url(of: run))
    let interruption = Interruption()
    let name = prepared.dataset.manifest.name
    let runner = try ArchitectureSearchRunner(
      plan, in: folder, on: prepared, jobs: jobs, cancellation: interruption.cancellation)
    let line = ProgressLine("search \(name)", style: output.style)
    try runs.working(on: run, of: store, line: line) { run in
      let found = try runner.run { line.update($0.thousandths, of: 1000, unit: nil, note: $0.note) }
      line.finish(1000, of: 1000, unit: nil, note: "\(found.trials.count) trials")
      guard let best = found.best else { throw Failed("none of \(found.trials.count) architectures could be trained") }
      let comparer = try ComparisonRunner(
        plan.comparison(of: best.candidate, modalities: prepared.dataset.names), in: folder, on: prepared, jobs: jobs,
        cancellation: interruption.cancellation)
      let second = ProgressLine("compare \(name)", style: output.style)
      let (compared, records) = try comparer.run { progress in
        second.update(
          progress.thousandths, of: 1000, unit: nil, note: "\(progress.finished)/\(progress.trials) \(progress.note)")
      }
      second.finish(1000, of: 1000, unit: nil)
      let result = ArchitectureSearchResult(found, best: best, names: prepared.dataset.names, comparison: compared)
      try finish(result, of: comparer.plan, records, run, runs, folder)
    }
  }

  private func finish(
    _ result: ArchitectureSearchResult, of plan: ComparisonPlan, _ records: [TrialRecord], _ run: StoredRun,
    _ runs: RunStore, _ folder: RunFolder
  ) throws {
    let page = report.map { URL(fileURLWithPath: $0) } ?? folder.report
    try Report.write(result.comparison, records, plans: [plan], to: page)
    var run = run
    run.status = .finished
    let comparison = result.comparison.comparison
    for method in comparison.methods {
      run.metrics[method.name] = method.metrics[comparison.dataset.metric.rawValue]?.mean
    }
    try runs.save(run)
    try output.write(SearchDocument(result))
    let settings = result.options.sorted { $0.key < $1.key }.map { "--set \($0.key)=\($0.value)" }
    output.show("Best of \(result.trials.count) architectures on validation:\n")
    output.show(result.equations.map { "  " + $0 }.joined(separator: "\n"))
    output.show("\nchiasm train \(plan.dataset) --method mufasa \(settings.joined(separator: " "))\n")
    output.show(ComparisonText(result.comparison).text)
    output.show("\nrun \(run.id) in \(folder.url.relativePath)\nreport: \(page.relativePath)")
  }
}

/// What `search --json` writes: the result, with the comparison's verdict and cautions in words.
private struct SearchDocument: Encodable {
  let result: ArchitectureSearchResult

  private enum CodingKeys: CodingKey {
    case comparison
  }

  init(_ result: ArchitectureSearchResult) { self.result = result }

  func encode(to encoder: any Swift.Encoder) throws {
    try result.encode(to: encoder)
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(ComparisonDocument(result.comparison), forKey: .comparison)
  }
}
