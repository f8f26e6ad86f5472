import Foundation
import Modalities
import Models
import Synchronization
import Tensors
import Training

/// Trains the references of a comparison's winner: the second phase of a comparison.
///
/// Each is a run folder under `references/`; one that is finished is never done again.
struct ReferenceRunner: Sendable {
  let prepared: PreparedDataset
  /// Of the comparison.
  let plan: ComparisonPlan
  let folder: RunFolder
  let parallelism: Parallelism
  let cancellation: Cancellation
  let deadline: ContinuousClock.Instant?

  /// - Parameters:
  ///   - references: what to train.
  ///   - board: told of the trainings.
  ///   - warn: told how many there are before they start.
  /// - Returns: the plan with what was refused, and every record.
  /// - Throws: `InputError` where a file cannot be written; `ComparisonStopped`.
  func run(
    _ references: ReferencePlan, board: ProgressBoard, warn: @Sendable (String) -> Void
  ) throws -> ReferenceTrials {
    var references = references
    for (number, candidate) in references.candidates.enumerated() {
      references.candidates[number].refusal = refusal(of: candidate)
    }
    try folder.write(references, to: ReferenceTrials.file(folder))
    let items = try references.candidates.filter { $0.refusal == nil }.flatMap { try work($0) }
    let pending = items.filter { !$0.group.isFinished }
    let trainings = pending.reduce(0) { $0 + $1.group.trials.count { !$0.isFinished } }
    if trainings > 0 {
      warn(
        "\(references.winner) is held against what single modalities can do with as much: "
          + "\(trainings) more trainings; --quick leaves placebos out")
    }
    let queue = Mutex(Array(pending.reversed()))
    TrialQueue.run(
      jobs: max(1, min(parallelism.jobs, pending.count)), threads: parallelism.threads,
      next: { () -> Item? in
        if cancellation.isCancelled { return nil }
        if let deadline, ContinuousClock.now >= deadline { return nil }
        return queue.withLock { $0.popLast() }
      },
      work: { (item: Item) in
        item.group.run(
          with: TrialRunner(item.data(), methods: plan.methods, cancellation: cancellation), cancellation: cancellation,
          board: board)
      })
    if let error = board.fatal { throw error }
    if cancellation.isCancelled { throw ComparisonStopped() }
    return try ReferenceTrials.read(folder, of: prepared.summary) ?? ReferenceTrials(plan: references, records: [])
  }

  /// Trainings that go on one data set, which is made when their turn comes.
  private struct Item: Sendable {
    let group: TrialGroup
    let data: @Sendable () -> PreparedDataset
  }

  private func work(_ candidate: ReferencePlan.Candidate) throws -> [Item] {
    guard candidate.kind == .permuted else {
      let data = prepared.placebo(candidate, seed: 0)
      // As the comparison's own trials are dealt out: groups that train as one.
      return try plan.dealt(candidate.selection).map { seeds in
        Item(group: try group(candidate, seeds, on: data), data: { data })
      }
    }
    // Every seed has an order of its own.
    return try candidate.seeds.map { seed in
      let prepared = prepared
      return Item(group: try group(candidate, [seed], on: prepared)) { prepared.placebo(candidate, seed: seed) }
    }
  }

  private func group(
    _ candidate: ReferencePlan.Candidate, _ seeds: [Int], on data: PreparedDataset
  ) throws -> TrialGroup {
    let folders = seeds.map { ReferenceTrials.folder(of: candidate, seed: $0, in: folder) }
    // Nobody asks how much a placebo uses its modalities.
    var training = plan.training
    training.measuresUtilization = false
    return TrialGroup(
      trials: try zip(seeds, folders).map { seed, folder in
        TrialWork(
          configuration: try TrialConfiguration(
            candidate.selection, training: training, seed: seed, on: data, methods: plan.methods),
          folder: folder)
      },
      checkpoint: folders[0].url.deletingLastPathComponent()
        .appending(path: folders[0].url.lastPathComponent + "-and-on.safetensors"))
  }

  /// Why a reference cannot be trained, such as a winner that does not take the shapes of one modality twice.
  private func refusal(of candidate: ReferencePlan.Candidate) -> String? {
    let data = prepared.placebo(candidate, seed: 0, isDry: true)
    do {
      try TrialConfiguration(
        candidate.selection, training: plan.training, seed: candidate.seeds[0], on: data, methods: plan.methods
      )
      .check(on: data, methods: plan.methods)
      return nil
    } catch {
      return "\(error)"
    }
  }
}

extension PreparedDataset {
  /// The data set that a reference learns from.
  ///
  /// - Parameters:
  ///   - candidate: the reference.
  ///   - seed: whose order the other modalities of a permuted placebo have.
  ///   - isDry: whether shapes alone matter, so that nothing needs to be permuted.
  func placebo(_ candidate: ReferencePlan.Candidate, seed: Int, isDry: Bool = false) -> PreparedDataset {
    guard let modality = candidate.modality else { return self }
    let others = candidate.selection.modalities.filter { $0 != modality }
    switch candidate.kind {
    case .depth, .own, .additive: return self
    case .copy:
      let changed = others.reduce(dataset) { $0.replacing($1, by: modality) }
      return PreparedDataset(
        like: self, changed,
        normalisation: others.reduce(normalisation) {
          $0.replacing($1, by: modality)
        })
    case .permuted:
      guard !isDry else { return self }
      let order = dataset.placeboOrder(seed: Generator.seed(UInt64(bitPattern: Int64(seed)), 30))
      return PreparedDataset(like: self, dataset.permuting(others, rows: order), normalisation: normalisation)
    }
  }
}

extension Normalisation {
  /// With that of another modality in the place of one.
  fileprivate func replacing(_ name: String, by other: String) -> Normalisation {
    var changed = tensors.filter { !$0.key.hasPrefix("\(name).") }
    for (key, tensor) in tensors where key.hasPrefix("\(other).") {
      changed["\(name)." + key.dropFirst(other.count + 1)] = tensor
    }
    // What was read from a normalisation is one.
    return try! Normalisation(tensors: changed)
  }
}
