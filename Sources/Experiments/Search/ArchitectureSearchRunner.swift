import Evaluation
public import Foundation
public import Fusion
import Modalities
import Synchronization
import Tensors
public import Training

/// Searches a fusion architecture for a data set on its train and validation splits.
///
/// The test split is taken out of the data before anything else: no trial could see it. The search is written down after
/// each trial; one that was stopped at any moment goes on where it was and ends with the same trials.
///
/// ```swift
/// let runner = try ArchitectureSearchRunner(plan, in: folder, on: PreparedDataset(dataset))
/// let search = try runner.run()
/// print(search.best!.candidate.architecture)
/// ```
public struct ArchitectureSearchRunner: Sendable {
  public let plan: ArchitectureSearchPlan
  public let folder: RunFolder
  /// Without the test split.
  private let prepared: PreparedDataset
  private let jobs: Int
  private let cancellation: Cancellation

  /// - Parameters:
  ///   - plan: what to do.
  ///   - folder: where it is kept.
  ///   - prepared: the data set; its test split is taken out.
  ///   - jobs: trainings at the same time; nil: one per core. Results do not depend on it.
  ///   - cancellation: asked between steps whether to stop.
  /// - Throws: `InputError` where the folder holds a search on other data, `UsageError` for fewer than two modalities.
  public init(
    _ plan: ArchitectureSearchPlan, in folder: RunFolder, on prepared: PreparedDataset, jobs: Int? = nil,
    cancellation: Cancellation = Cancellation()
  ) throws {
    guard plan.fingerprint == prepared.fingerprint else {
      throw InputError(
        file: plan.dataset, "the data are not those that the search in \(folder.url.path) began with; start a new one")
    }
    guard prepared.dataset.names.count > 1 else {
      throw UsageError("a search for a fusion needs at least two modalities, found \(prepared.dataset.names.count)")
    }
    self.plan = plan
    self.folder = folder
    self.prepared = try PreparedDataset(prepared.dataset.without(.test))
    self.jobs = jobs ?? Machine.current.cores
    self.cancellation = cancellation
  }

  /// Where the plan is kept.
  public static func planFile(_ folder: RunFolder) -> URL { folder.url.appending(path: "search-plan.json") }
  /// Where the trials are kept.
  public static func stateFile(_ folder: RunFolder) -> URL { folder.url.appending(path: "search.json") }

  /// How far a search is.
  public struct Progress: Sendable {
    public let trials: Int
    /// Work done in thousandths, of the trials or of the time.
    public let thousandths: Int
    /// The best score so far.
    public let note: String
  }

  /// Runs the trials that are not done yet, until trials or time are used up.
  ///
  /// - Returns: the search with all its trials.
  /// - Throws: `ComparisonStopped` when stopped; `InputError` where the folder cannot be written.
  public func run(progress: @escaping @Sendable (Progress) -> Void = { _ in }) throws -> FusionArchitectureSearch {
    try folder.make()
    try folder.write(plan, to: Self.planFile(folder))
    let state = State(search: try begun(), began: .now)
    let shared = Mutex(state)
    report(state, progress)
    while true {
      let proposals = shared.withLock { $0.search.proposals() }.filter { $0.number < plan.trials ?? .max }
      let waiting = Mutex(proposals[...])
      let next: @Sendable () -> FusionArchitectureSearch.Proposal? = {
        guard !cancellation.isCancelled, !isTimeUp(since: state.began) else { return nil }
        return waiting.withLock { $0.popFirst() }
      }
      TrialQueue.run(jobs: min(jobs, max(1, proposals.count)), next: next) { proposal in
        do {
          let validation = try validate(proposal.candidate)
          try shared.withLock { state in
            state.search.record(proposal, score: validation?.score, loss: validation?.loss)
            try folder.write(state.search, to: Self.stateFile(folder))
            report(state, progress)
          }
        } catch {
          shared.withLock { $0.failure = $0.failure ?? error }
          cancellation.cancel()
        }
      }
      if let failure = shared.withLock({ $0.failure }) {
        throw failure is TrainingCancelled ? ComparisonStopped() : failure
      }
      if cancellation.isCancelled { throw ComparisonStopped() }
      if proposals.isEmpty || waiting.withLock({ !$0.isEmpty }) { break }
    }
    return shared.withLock { $0.search }
  }

  private struct State {
    var search: FusionArchitectureSearch
    let began: ContinuousClock.Instant
    var failure: (any Error)?
  }

  /// The search as it was left, or a new one.
  private func begun() throws -> FusionArchitectureSearch {
    let file = Self.stateFile(folder)
    let new = FusionArchitectureSearch(
      ArchitectureSpace(modalities: prepared.dataset.names.count), seed: UInt64(bitPattern: Int64(plan.seed)),
      higherIsBetter: prepared.metric.higherIsBetter)
    guard FileManager.default.fileExists(atPath: file.path) else { return new }
    let search = try folder.read(FusionArchitectureSearch.self, from: file)
    try RunFolder.naming(file) { try Self.check(search, goesOnWith: new) }
    return search
  }

  /// Refuses a search that the plan cannot have led to.
  private static func check(_ search: FusionArchitectureSearch, goesOnWith new: FusionArchitectureSearch) throws {
    let isSame =
      search.space == new.space && search.seed == new.seed && search.population == new.population
      && search.tournament == new.tournament && search.generation == new.generation
      && search.higherIsBetter == new.higherIsBetter
    try expect(isSame, at: "space", "or another setting is not that of the plan")
    let numbers = search.trials.map(\.number)
    try expect(
      Set(numbers).count == numbers.count && numbers.allSatisfy { (0..<numbers.count + new.generation).contains($0) },
      at: "trials", "numbers \(numbers.prefix(8)); each once from 0 expected")
    for trial in search.trials {
      try expect(
        search.space.contains(trial.candidate.architecture)
          && FusionArchitectureSearch.encoderWidths.contains(trial.candidate.encoderWidth)
          && (trial.parent.map { (0..<trial.number).contains($0) } ?? true), at: "trials.\(trial.number)",
        "is no candidate of the search")
    }
  }

  private func isTimeUp(since began: ContinuousClock.Instant) -> Bool {
    plan.budgetMinutes.map { ContinuousClock.now >= began + .seconds($0 * 60) } ?? false
  }

  /// The best validation score of a candidate and the loss with it; nil where it cannot be trained.
  private func validate(_ candidate: FusionArchitectureSearch.Candidate) throws -> (score: Double, loss: Double)? {
    let names = prepared.dataset.names
    let selection = MethodSelection(method: "mufasa", modalities: names, options: candidate.options, among: names)
    let configuration = try TrialConfiguration(selection, training: plan.training, seed: plan.seed, on: prepared)
    do {
      return try TrialRunner(prepared, cancellation: cancellation).validation(of: configuration)
    } catch let error where error is TrainingFailure || error is UntrainableModel || error is UsageError {
      // It is worth nothing: numbers ran away, or it is wider than there is room for.
      return nil
    }
  }

  private func report(_ state: State, _ progress: (Progress) -> Void) {
    let done = plan.trials.map { Double(state.search.trials.count) / Double(max($0, 1)) } ?? 0
    let elapsed = plan.budgetMinutes.map { (ContinuousClock.now - state.began) / .seconds(max($0 * 60, 1e-3)) } ?? 0
    let best = state.search.best?.score.map { Format.score($0, prepared.metric) } ?? "none yet"
    progress(
      Progress(
        trials: state.search.trials.count, thousandths: Int(1000 * min(1, max(done, elapsed))),
        note: "\(state.search.trials.count)\(plan.trials.map { "/\($0)" } ?? "") trials, best validation "
          + "\(prepared.metric.label) \(best)"))
  }
}

extension Dataset {
  /// The data set without the samples of a split.
  func without(_ split: Split) -> Dataset {
    let kept = splits.indices.filter { splits[$0] != split }
    func some<Element>(_ elements: [Element]) -> [Element] { kept.map { elements[$0] } }
    return Dataset(
      manifest: manifest, ids: some(ids), splits: some(splits), targets: targets.selecting(kept), classes: classes,
      attributes: attributes.mapValues(some),
      modalities: modalities.mapValues { data in
        ModalityData(
          values: data.values.indexSelect(Tensor(kept)), lengths: data.lengths.map(some),
          present: data.present.map(some))
      })
  }
}
