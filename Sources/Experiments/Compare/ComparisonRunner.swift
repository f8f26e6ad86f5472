public import Analyses
public import Evaluation
public import Foundation
import Modalities
import Models
import Synchronization
import Tensors
public import Training

/// How far a comparison is.
public struct ComparisonProgress: Sendable {
  /// Trials that ended, in this or an earlier session.
  public let finished: Int
  public let trials: Int
  /// Work done in thousandths, with the epochs of running trials counted in.
  public let thousandths: Int
  /// The trial that ended last, with its validation score; before any ended, how many are at work.
  public let note: String
}

/// Trains every method with every seed, in parallel, and draws the verdict.
///
/// Each trial is a run folder under `trials/`; one that is finished is never done again, so a comparison that was
/// stopped at any moment goes on where it was and ends with the same table.
public struct ComparisonRunner: Sendable {
  public let plan: ComparisonPlan
  public let folder: RunFolder
  public let prepared: PreparedDataset
  /// Trainings at the same time that were asked for; nil: as many as cores and memory allow.
  public let jobs: Int?
  public let cancellation: Cancellation
  /// Told before work after the training that is going to take more than a minute.
  public var warn: @Sendable (String) -> Void = { _ in }
  private let groups: [[ComparisonPlan.Trial]]

  /// - Parameters:
  ///   - plan: what to do.
  ///   - folder: where it is kept.
  ///   - prepared: the data set.
  ///   - jobs: trainings at the same time; nil: one per core, fewer where they would not fit into the memory.
  ///   - cancellation: asked between steps whether to stop.
  /// - Throws: `InputError` where the folder holds a comparison of other data.
  public init(
    _ plan: ComparisonPlan, in folder: RunFolder, on prepared: PreparedDataset, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    guard plan.fingerprint == prepared.fingerprint else {
      throw InputError(
        file: plan.dataset,
        "the data are not those that the comparison in \(folder.url.path) began with; start a new one")
    }
    self.plan = plan
    self.folder = folder
    self.prepared = prepared
    self.cancellation = cancellation
    groups = plan.groups
    self.jobs = jobs
  }

  /// Where the plan is kept.
  public static func planFile(_ folder: RunFolder) -> URL { folder.url.appending(path: "plan.json") }

  /// Runs what is not done yet.
  ///
  /// - Returns: the comparison with its findings, and the records behind it.
  /// - Throws: `ComparisonStopped` when stopped; what is finished is kept.
  public func run(
    progress: @escaping @Sendable (ComparisonProgress) -> Void = { _ in }
  ) throws -> (result: ExplainedComparison, records: [TrialRecord]) {
    try folder.make()
    try folder.write(plan, to: Self.planFile(folder))
    // A wrong option is the caller's mistake and must not cost a night of trials.
    let work = try plan.trials.map { try self.work($0) }
    let isQuick = plan.quick == true
    let board = ProgressBoard(
      trials: work.count + ReferencePlan.expected(plan, on: prepared, isQuick: isQuick),
      measurements: isQuick ? 0 : FindingsJob.measurements, report: progress)
    let deadline = plan.budgetMinutes.map { ContinuousClock.now + .seconds($0 * 60) }
    var runner = TrialRunner(prepared, methods: plan.methods, cancellation: cancellation)
    let schedule = TrialSchedule(
      try groups.map { try self.work($0) }.filter { !$0.isFinished }, with: runner, jobs: jobs, threads: plan.threads,
      keepsOrder: plan.budgetMinutes != nil)
    let parallelism = schedule.parallelism
    if !schedule.groups.isEmpty { try note(parallelism) }
    if !Machine.startsThreads { warn("the system refuses more threads; there is one training at a time") }
    let pending = PendingWork(schedule.groups, until: deadline, cancellation: cancellation)
    board.begin(finished: work.count(where: \.isFinished), note: "\(parallelism)")
    runner.prefetch = parallelism.jobs == 1 ? 2 : 0
    let trials = runner
    TrialQueue.run(jobs: parallelism.jobs, threads: parallelism.threads, next: pending.next) { item in
      item.run(with: trials, cancellation: cancellation, board: board)
    }
    if let error = board.fatal { throw error }
    if cancellation.isCancelled { throw ComparisonStopped() }
    var records: [TrialRecord] = []
    for item in work where item.isFinished { records.append(try item.record(on: prepared.summary)) }
    var leaderboard = try Leaderboard(records, of: prepared.summary)
    let references = try references(leaderboard, parallelism, deadline, board: board)
    try project(&records, &leaderboard)
    var result = ExplainedComparison(
      try Comparison(prepared.summary, leaderboard, references: references?.references, margin: plan.margin))
    if records.count < work.count {
      result.comparison.unstarted = .init(trainings: work.count - records.count, planned: work.count)
    }
    if !isQuick, let verdict = result.comparison.verdict,
      let best = records.first(where: { $0.method == verdict.bestFusion && $0.failure == nil }),
      try trained(best).model is any Staged
    {
      result.findings = try FindingsJob(
        prepared: prepared, plan: plan, folder: folder, records: records, leaderboard: leaderboard, verdict: verdict,
        jobs: jobs, cancellation: cancellation, warn: warn, begin: { board.measure($0) }
      ).run()
    }
    try folder.write(result, to: folder.comparison)
    return (result, records)
  }

  /// Keeps what was chosen: results depend on the threads, so that a resumed comparison has to go on with as many.
  private func note(_ parallelism: Parallelism) throws {
    RunLog(file: folder.log).add("\(parallelism)")
    guard plan.threads == nil else { return }
    var plan = plan
    plan.threads = parallelism.threads
    try folder.write(plan, to: Self.planFile(folder))
  }

  private func folder(of trial: ComparisonPlan.Trial) -> RunFolder {
    plan.folder(of: trial, in: folder)
  }

  private func work(_ trial: ComparisonPlan.Trial) throws -> TrialWork {
    TrialWork(
      configuration: try TrialConfiguration(
        trial.selection, training: plan.training, seed: trial.seed, on: prepared, methods: plan.methods),
      folder: folder(of: trial))
  }

  private func work(_ group: [ComparisonPlan.Trial]) throws -> TrialGroup {
    TrialGroup(
      trials: try group.map { try work($0) },
      checkpoint: folder.url.appending(path: "trials").appending(path: group[0].folder + "-and-on.safetensors"))
  }

  /// The second phase: what single modalities can do with as much as the fusion that is best on validation had.
  private func references(
    _ leaderboard: Leaderboard, _ parallelism: Parallelism, _ deadline: ContinuousClock.Instant?, board: ProgressBoard
  ) throws -> ReferenceTrials? {
    guard let best = leaderboard.bestOnValidation(where: { !$0.isUnimodal }),
      let winner = plan.selections.first(where: { $0.name == best.name }),
      leaderboard.bestOnValidation(where: \.isUnimodal) != nil
    else { return nil }
    let references = ReferencePlan(
      winner, singles: leaderboard.singles, plan: plan, on: prepared, isQuick: plan.quick == true)
    return try ReferenceRunner(
      prepared: prepared, plan: plan, folder: folder, parallelism: parallelism, cancellation: cancellation,
      deadline: deadline
    ).run(references, board: board, warn: warn)
  }

  /// Adds the additive projection of the fusion that is best on validation.
  private func project(_ records: inout [TrialRecord], _ leaderboard: inout Leaderboard) throws {
    guard let best = leaderboard.bestOnValidation(where: { !$0.isUnimodal }),
      // What adds up by construction is its own projection.
      leaderboard.adds(best.name) == nil
    else { return }
    let indices = records.indices.filter {
      records[$0].method == best.name && records[$0].failure == nil && records[$0].emap == nil
    }
    guard let first = indices.first, try trained(records[first]).model is any Staged else { return }
    let seconds =
      EncodedSamples(try trained(records[first]), of: prepared.dataset, prepared.dataset[.test])
      .secondsToProject() * Double(indices.count) / Double(min(indices.count, jobs ?? Machine.current.cores))
    if let text = CostWarning.text("the additive projection of \(best.name)", seconds: seconds) { warn(text) }
    let projected = try TrialQueue.map(indices.count, jobs: jobs) { [records] number in
      var record = records[indices[number]]
      let trial = folder(of: record)
      let trained = try TrainedModel.load(trial, methods: plan.methods)
      let result = EncodedSamples(trained, of: prepared.dataset, prepared.dataset[.test]).additiveProjection()
      (record.emap, record.emapIsExact) = (trained.finish(result.projection).rows, result.isExact)
      try trial.write(record, to: trial.trial)
      return record
    }
    for (index, record) in zip(indices, projected) { records[index] = record }
    try leaderboard.add(projectionsOf: records.filter { $0.method == best.name })
  }

  private func trained(_ record: TrialRecord) throws -> TrainedModel {
    try TrainedModel.load(folder(of: record), methods: plan.methods)
  }

  private func folder(of record: TrialRecord) -> RunFolder {
    folder(of: plan.trials.first { $0.selection.name == record.method && $0.seed == record.seed }!)
  }
}

/// The user stopped a comparison or a search; its finished trials and checkpoints are kept.
public struct ComparisonStopped: Error, Sendable {
  init() {}
}
