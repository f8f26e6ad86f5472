import Analyses
import Evaluation
import Foundation
import InformationTheory
import Modalities
import Models
import Quantification
import Synchronization
import Tensors
import Training

/// What a side of the fusion knows is what models of it answer: the comparison's own, or trained as the fusion was.
extension FindingsJob {
  func answers(of fusion: MethodSelection, _ seeds: [Int], _ sides: Sides) throws -> SideAnswers {
    let dataset = prepared.dataset.keeping(fusion.modalities)
    let (validation, test) = (complete(fusion, .validation), complete(fusion, .test))
    guard validation.count >= 20, test.count >= 20 else {
      throw SampleError(
        "\(validation.count) validation and \(test.count) test samples have all modalities; expected at least 20 of each"
      )
    }
    let folders =
      try [sides.first, sides.second].map { try models(of: $0, as: fusion, seeds) }
      + [seeds.map { folder(of: fusion.name, seed: $0)! }]
    let answered = try TrialQueue.map(3 * seeds.count, jobs: jobs) { number in
      let trained = try TrainedModel.load(
        folders[number / seeds.count][number % seeds.count], methods: plan.methods)
      let logits = try [validation, test].map { rows in
        let outputs = trained.mapped(dataset, rows) { trained.staged($0) }
        guard outputs.isFinite().all().item() == 1 else {
          throw InputError(
            at: "\(trained.configuration.selection.name), seed \(trained.configuration.seed)",
            "predicts a number that is not finite")
        }
        return outputs.rows
      }
      return (name: trained.configuration.selection.name, logits: logits)
    }
    let labels = prepared.dataset.targets.numbers(Array(0..<prepared.dataset.count)).map { Int($0) }
    return try SideAnswers(
      logits: (0..<3).map { side in answered[side * seeds.count..<(side + 1) * seeds.count].map(\.logits) },
      validation: validation.map { labels[$0] }, test: test.map { labels[$0] }, rows: test,
      names: (0..<3).map { answered[$0 * seeds.count].name })
  }

  /// Trained models of one side: the comparison's own, or trained now.
  private func models(of side: [String], as fusion: MethodSelection, _ seeds: [Int]) throws -> [RunFolder] {
    let own = try Leaderboard(records, task: prepared.task, metric: prepared.metric, resamples: 1)
      .bestOnValidation { method in
        method.modalities == side && seeds.allSatisfy { seed in finished(method.name).contains { $0.seed == seed } }
      }
    if let own { return seeds.map { folder(of: own.name, seed: $0)! } }
    let extra = ComparisonPlan(
      dataset: plan.dataset, fingerprint: plan.fingerprint, selections: [try selection(of: side, as: fusion)],
      seeds: seeds, training: plan.training, replicas: plan.replicas, threads: plan.threads,
      methods: plan.methods)
    let place = folder.url.appending(path: "sides", directoryHint: .isDirectory)
    let groups = try extra.groups.map { trials in
      TrialGroup(
        trials: try trials.map { trial in
          TrialWork(
            configuration: try TrialConfiguration(
              trial.selection, training: plan.training, seed: trial.seed, on: prepared, methods: plan.methods),
            folder: RunFolder(place.appending(path: trial.folder, directoryHint: .isDirectory)))
        }, checkpoint: place.appending(path: trials[0].folder + "-and-on.safetensors"))
    }
    let pending = groups.filter { !$0.isFinished }
    if !pending.isEmpty {
      if plan.budgetMinutes != nil, records.count < plan.trials.count {
        throw SampleError("the time given ended before a model of \(side.joined(separator: " and ")) was trained")
      }
      let seconds =
        finished(fusion.name).reduce(0) { $0 + $1.trainSeconds } / Double(finished(fusion.name).count)
        * Double(seeds.count) / Double(min(pending.count, jobs ?? Machine.current.cores))
      let what = "training \(extra.selections[0].name) with \(seeds.count) seeds, to tell what "
      if let text = CostWarning.text(what + "\(side.joined(separator: " and ")) know,", seconds: seconds) {
        warn(text + "; --quick leaves it out")
      }
    }
    let runner = TrialRunner(prepared, methods: plan.methods, cancellation: cancellation)
    let board = ProgressBoard(trials: seeds.count) { _ in }
    let left = Mutex(pending)
    TrialQueue.run(
      jobs: max(1, min(pending.count, jobs ?? Machine.current.cores)), threads: plan.threads ?? 1,
      next: { left.withLock { $0.popLast() } },
      work: { $0.run(with: runner, cancellation: cancellation, board: board) })
    if let error = board.fatal { throw error }
    if cancellation.isCancelled { throw ComparisonStopped() }
    return try groups.flatMap(\.trials).map { trial in
      let record = try trial.record(on: prepared.summary)
      if let failure = record.failure { throw SampleError("\(record.method) could not be trained: \(failure)") }
      return trial.folder
    }
  }

  /// The fusion on one side, or where it does not go there, the plainest.
  private func selection(of side: [String], as fusion: MethodSelection) throws -> MethodSelection {
    let names = prepared.dataset.names
    if side.count == 1 { return MethodSelection(method: Method.unimodal.name, modalities: side, among: names) }
    let same = MethodSelection(method: fusion.method, modalities: side, options: fusion.options, among: names)
    let configuration = try? TrialConfiguration(
      same, training: plan.training, seed: plan.seeds[0], on: prepared, methods: plan.methods)
    if let configuration, (try? configuration.check(on: prepared, methods: plan.methods)) != nil { return same }
    return MethodSelection(method: "early", modalities: side, among: names)
  }
}
