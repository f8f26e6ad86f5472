import Foundation
import InformationTheory
import Modalities
import Quantification
import Synchronization
import Tensors
import Training

/// Measures, after the training, why the best fusion does as it does.
///
/// Nothing here chooses anything: the fusion and the side that leads were chosen on validation, and the test split is only
/// measured. What a side of the fusion knows is what the comparison's own models of it answer; where there is none, it is
/// trained as the fusion was, with the same seeds.
struct FindingsJob: Sendable {
  let prepared: PreparedDataset
  let plan: ComparisonPlan
  /// Of the comparison.
  let folder: RunFolder
  let records: [TrialRecord]
  let verdict: Verdict
  let jobs: Int?
  let cancellation: Cancellation
  /// Told before work that is going to take more than a minute.
  let warn: @Sendable (String) -> Void

  /// Most seeds whose models answer together: a group that trains as one.
  static let mostSeeds = 4

  /// - Throws: `ComparisonStopped`; `InputError` where a file cannot be written. What cannot be measured says why in the
  ///   findings.
  func run() throws -> Findings {
    var findings = Findings()
    guard let fusion = plan.selections.first(where: { $0.name == verdict.bestFusion }) else { return findings }
    let seeds = Array(
      plan.seeds.filter { seed in finished(fusion.name).contains { $0.seed == seed } }.prefix(Self.mostSeeds))
    let sides = Sides(fusion.modalities, best: sideThatLeads(fusion))
    func measure(_ name: String, _ body: () throws -> Void) throws {
      do {
        try body()
      } catch let error as InputError where error.file != nil {
        throw error
      } catch is ComparisonStopped {
        throw ComparisonStopped()
      } catch {
        findings.notMeasured[name] = "\(error)".replacingOccurrences(of: "\n", with: " ")
      }
      if cancellation.isCancelled { throw ComparisonStopped() }
    }
    try measure("missing") { (findings.missing, findings.importance) = try above(fusion, seeds, sides) }
    if findings.missing == nil { findings.notMeasured["importance"] = findings.notMeasured["missing"] }
    try measure("information") { findings.information = try Self.unfiled { try exactInformation(sides) } }
    if prepared.task == .classification {
      try measure("interactions") {
        let answers = try answers(of: fusion, seeds, sides)
        findings.interactions = interactions(answers, sides)
        guard findings.information == nil else { return }
        try measure("information") { findings.information = try answers.information(sides) }
      }
      if findings.information == nil {
        findings.notMeasured["information"] =
          findings.notMeasured["information"] ?? findings.notMeasured["interactions"]
      }
    } else {
      findings.notMeasured["interactions"] = "labels relate classes, and the target is none"
      try measure("information") { findings.information = try Self.unfiled { try learnedInformation(sides) } }
    }
    // What a manifest states is of all modalities, one by one.
    if fusion.modalities == prepared.dataset.names, fusion.modalities.count == 2 {
      findings.information?.stated = prepared.dataset.manifest.information
    }
    return findings
  }

  /// Objections to the samples as what they are here: a reason why something is not measured.
  private static func unfiled<Value>(_ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as InputError { throw SampleError(error.description) }
  }

  private func finished(_ method: String) -> [TrialRecord] {
    records.filter { $0.method == method && $0.failure == nil }
  }

  /// The modality that is best alone on validation among those that the fusion sees.
  private func sideThatLeads(_ fusion: MethodSelection) -> String? {
    let leaderboard = try? Leaderboard(records, task: prepared.task, metric: prepared.metric, resamples: 1)
    return leaderboard?.bestOnValidation {
      $0.isUnimodal && fusion.modalities.contains($0.modalities[0])
    }?.modalities[0]
  }

  private func folder(of method: String, seed: Int) -> RunFolder? {
    plan.trials.first { $0.selection.name == method && $0.seed == seed }
      .map { plan.folder(of: $0, in: folder) }
  }

  // MARK: Above the encoders

  private func above(
    _ fusion: MethodSelection, _ seeds: [Int], _ sides: Sides
  ) throws -> (MissingFinding, ImportanceFinding) {
    let names = fusion.modalities
    guard names.count <= MissingFinding.mostModalities else {
      throw UsageError(
        "\(names.count) modalities have too many subsets; they are formed for at most \(MissingFinding.mostModalities)")
    }
    let test = prepared.dataset[.test]
    let perSeed = try TrialQueue.map(seeds.count, jobs: jobs) { number in
      let trained = try TrainedModel.load(folder(of: fusion.name, seed: seeds[number])!)
      let samples = EncodedSamples(trained, of: prepared.dataset, test)
      let predictions = MissingModalityTable.subsets(of: names.count).map { subset in
        trained.finish(samples.outputs(keeping: subset, .absent)).rows
      }
      return (
        predictions, try samples.importance(samples.contributions(.shapley), names: names, sides: sides)
      )
    }
    return (
      try MissingFinding(
        names, .absent, predictions: perSeed.map(\.0), targets: prepared.dataset.targets(of: .test),
        task: prepared.task, metric: prepared.metric),
      ImportanceFinding(perSeed.map(\.1), names: names, sides: sides, method: .shapley)
    )
  }

  // MARK: Answers of classifiers

  private func answers(of fusion: MethodSelection, _ seeds: [Int], _ sides: Sides) throws -> SideAnswers {
    let dataset = prepared.dataset.keeping(fusion.modalities)
    func complete(_ split: Split) -> [Int] {
      dataset[split].filter { row in dataset.modalities.values.allSatisfy { $0.present?[row] ?? true } }
    }
    let (validation, test) = (complete(.validation), complete(.test))
    guard validation.count >= 20, test.count >= 20 else {
      throw SampleError(
        "\(validation.count) validation and \(test.count) test samples have all modalities; expected at least 20 of each"
      )
    }
    let folders =
      try [sides.first, sides.second].map { try models(of: $0, as: fusion, seeds) }
      + [seeds.map { folder(of: fusion.name, seed: $0)! }]
    let logits = try TrialQueue.map(3 * seeds.count, jobs: jobs) { number in
      let trained = try TrainedModel.load(folders[number / seeds.count][number % seeds.count])
      return try [validation, test].map { rows in
        let outputs = trained.mapped(dataset, rows) { trained.model($0) }
        guard outputs.isFinite().all().item() == 1 else {
          throw InputError(
            at: "\(trained.configuration.selection.name), seed \(trained.configuration.seed)",
            "answers with a number that is not finite")
        }
        return outputs.rows
      }
    }
    let labels = prepared.dataset.targets.numbers(Array(0..<prepared.dataset.count)).map { Int($0) }
    return try SideAnswers(
      logits: (0..<3).map { side in Array(logits[side * seeds.count..<(side + 1) * seeds.count]) },
      validation: validation.map { labels[$0] }, test: test.map { labels[$0] }, rows: test,
      names: folders.map { $0[0].url.lastPathComponent.split(separator: "-seed").first.map(String.init) ?? "" })
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
      seeds: seeds, training: plan.training, replicas: plan.replicas, threads: plan.threads)
    let place = folder.url.appending(path: "sides", directoryHint: .isDirectory)
    let groups = try extra.groups.map { trials in
      TrialGroup(
        trials: try trials.map { trial in
          TrialWork(
            configuration: try TrialConfiguration(
              trial.selection, training: plan.training, seed: trial.seed, on: prepared),
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
      if seconds > 60 {
        warn(
          "\(extra.selections[0].name) is trained with \(seeds.count) seeds to tell what \(side.joined(separator: " and ")) "
            + "know: about \(Format.seconds(seconds)); --quick leaves it out")
      }
    }
    let runner = TrialRunner(prepared, cancellation: cancellation)
    let board = ProgressBoard(trials: seeds.count) { _ in }
    let left = Mutex(pending)
    TrialQueue.run(
      jobs: max(1, min(pending.count, jobs ?? Machine.current.cores)), threads: plan.threads ?? 1,
      next: { left.withLock { $0.popLast() } },
      work: { $0.run(with: runner, cancellation: cancellation, board: board) })
    if let error = board.fatal { throw error }
    if cancellation.isCancelled { throw ComparisonStopped() }
    return try groups.flatMap(\.trials).map { trial in
      let record = try trial.record()
      if let failure = record.failure { throw SampleError("\(record.method) could not be trained: \(failure)") }
      return trial.folder
    }
  }

  /// The fusion on one side, or where it does not go there, the plainest.
  private func selection(of side: [String], as fusion: MethodSelection) throws -> MethodSelection {
    let names = prepared.dataset.names
    if side.count == 1 { return MethodSelection(method: Method.unimodal.name, modalities: side, among: names) }
    let same = MethodSelection(method: fusion.method, modalities: side, options: fusion.options, among: names)
    let configuration = try? TrialConfiguration(same, training: plan.training, seed: plan.seeds[0], on: prepared)
    if let configuration, (try? configuration.check(on: prepared)) != nil { return same }
    return MethodSelection(method: "early", modalities: side, among: names)
  }

  // MARK: Findings

  /// The split of a table of all samples, where each side takes few values and samples are many; else nil.
  ///
  /// Ten samples a cell keep the bias of the plug-in estimate below (cells − 1) / 2N, a twentieth of a nat.
  private func exactInformation(_ sides: Sides) throws -> InformationFinding? {
    guard prepared.task == .classification else { return nil }
    let names = sides.first + sides.second
    let view = try FeatureView(
      prepared.dataset, splits: Set(Split.allCases), names: names.sorted(), file: plan.dataset)
    guard case .classes(let labels, _) = try view.target() else { return nil }
    var levels: [[Int]] = []
    for side in [sides.first, sides.second] {
      let width = side.reduce(0) { $0 + view.features[$1]!.shape[1] }
      // Reading every number of a wide modality to see that no row comes twice is a waste.
      guard width <= 64 else { return nil }
      var known: [[Float]: Int] = [:]
      var found: [Int] = []
      for row in Tensor.concatenated(side.map { view.features[$0]! }, axis: 1).rows {
        found.append(known[row] ?? known.count)
        if known[row] == nil { known[row] = known.count }
        guard known.count <= 64 else { return nil }
      }
      levels.append(found)
    }
    let cells = levels.reduce(Set(labels).count) { $0 * ($1.max()! + 1) }
    guard cells * 10 <= labels.count else { return nil }
    var generator = SplitMix64(seed: 0, stream: 1)
    let estimate = try PartialInformationEstimate(
      observing: (levels[0], levels[1]), target: labels, unit: .bits, resamples: 200, using: &generator)
    return InformationFinding(
      estimate, sides, entropy: JointCounts(observing: [labels], estimator: .plugIn).entropy([0], unit: .bits),
      samples: labels.count)
  }

  /// Classes made of a number at its quantiles, and classifiers of the features, trained here.
  private func learnedInformation(_ sides: Sides) throws -> InformationFinding {
    let names = (sides.first + sides.second).sorted()
    let view = try FeatureView(prepared.dataset, splits: Set(Split.allCases), names: names, file: plan.dataset)
    guard case .values(let values) = try view.target() else {
      throw SampleError("there is no one target to have information about")
    }
    let bins = 5
    var generator = SplitMix64(seed: 0, stream: 2)
    let labels = try InformationAnalysis.labels(Points(values), .quantile(bins: bins), &generator)
    func rows(_ split: Split) -> [Int] {
      view.rows.indices.filter { prepared.dataset.splits[view.rows[$0]] == split }
    }
    func features(_ side: [String]) -> Tensor { .concatenated(side.map { view.features[$0]! }, axis: 1) }
    let estimate = try LearnedPartialInformation().estimate(
      features(sides.first), features(sides.second), labels: labels, classes: labels.max()! + 1, unit: .bits,
      train: rows(.train), validation: rows(.validation), test: rows(.test))
    return InformationFinding(
      estimate, sides,
      estimator: "BATCH: calibrated classifiers of the features, the target cut at its quantiles into \(bins) classes",
      split: Split.test.rawValue)
  }

  private func interactions(_ answers: SideAnswers, _ sides: Sides) -> LabelFinding {
    let pictures = SamplePicture(dataset: prepared.dataset)
    return LabelFinding(
      answers.posteriors.map(\.rows), targets: answers.labels, classes: prepared.dataset.classes, sides: sides,
      answers: "\(answers.names.joined(separator: ", ")), each calibrated, "
        + "\(answers.seeds) \(answers.seeds == 1 ? "seed" : "seeds")"
    ) { row in
      let sample = answers.rows[row]
      return (prepared.dataset.ids[sample], pictures.pictures(of: sample))
    }
  }
}

/// What models of the first side, of the second and of both answer to the same samples, seeds together.
struct SideAnswers: Sendable {
  /// Of the test samples, by the first side, the second and both.
  let posteriors: [CalibratedPosteriors]
  let labels: [Int]
  /// The test samples, as positions in the data set.
  let rows: [Int]
  /// Names of the three methods.
  let names: [String]
  let seeds: Int

  /// - Parameter logits: `[3][seeds]`, of the validation samples and the test samples.
  init(logits: [[[[[Float]]]]], validation: [Int], test: [Int], rows: [Int], names: [String]) throws {
    (labels, self.rows, self.names, seeds) = (test, rows, names, logits[0].count)
    posteriors = try logits.map { perSeed in
      /// Logarithms of the mean probabilities.
      func pooled(_ part: Int) -> Tensor {
        let sums = perSeed.map { seed in
          Tensor(seed[part].flatMap { $0.map(Double.init) }, shape: [seed[part].count, seed[part][0].count])
            .softmax(axis: 1)
        }
        return (sums.dropFirst().reduce(sums[0], +) / Double(sums.count)).clamped(min: 1e-30).log()
      }
      return try CalibratedPosteriors(logits: pooled(1), calibration: pooled(0), labels: validation)
    }
  }

  func information(_ sides: Sides) throws -> InformationFinding {
    InformationFinding(
      try PosteriorInformation().estimate(posteriors, labels: labels, unit: .bits), sides,
      estimator: "BATCH: calibrated answers of \(names.joined(separator: ", ")), "
        + "\(seeds) \(seeds == 1 ? "seed" : "seeds")",
      split: Split.test.rawValue)
  }
}
