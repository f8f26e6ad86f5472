import Analyses
import Evaluation
import Foundation
import InformationTheory
import Modalities
import Models
import Quantification
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
  let leaderboard: Leaderboard
  let verdict: Verdict
  let jobs: Int?
  let cancellation: Cancellation
  /// Told before work that is going to take more than a minute.
  let warn: @Sendable (String) -> Void
  /// Told what is measured when it is begun.
  let begin: @Sendable (String) -> Void

  /// About how many measurements there are, for progress.
  static let measurements = 5

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
      begin(name)
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
    try measure("robustness") { findings.robustness = try Self.unfiled { try robustness(fusion, seeds) } }
    try measure("information") { findings.information = try Self.unfiled { try exactInformation(sides) } }
    if prepared.learningTask.hasExclusiveClasses {
      try measure("interactions") {
        let answers = try answers(of: fusion, seeds, sides)
        findings.interactions = interactions(answers, sides)
        guard findings.information == nil else { return }
        let seconds = answers.secondsOfInformation(cores: Machine.current.cores)
        if let text = CostWarning.text("splitting the information", seconds: seconds) {
          warn(text + "; --quick leaves it out")
        }
        try measure("information") { [cancellation] in
          findings.information = try answers.information(
            sides, groups: groups(of: fusion), isCancelled: { cancellation.isCancelled })
        }
      }
      if findings.information == nil {
        findings.notMeasured["information"] =
          findings.notMeasured["information"] ?? findings.notMeasured["interactions"]
      }
    } else {
      findings.notMeasured["interactions"] = "labels relate classes, and the target is none"
      try measure("information") { findings.information = try Self.unfiled { try learnedInformation(sides) } }
    }
    if verdict.emapGap != nil, verdict.adds == nil {
      try measure("dependence") {
        findings.dependence = try DependenceFinding.pairs(
          of: prepared.dataset, fusion.modalities, rows: prepared.dataset[.test],
          isCancelled: { cancellation.isCancelled })
      }
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

  func finished(_ method: String) -> [TrialRecord] {
    records.filter { $0.method == method && $0.failure == nil }
  }

  /// The modality that is best alone on validation among those that the fusion sees.
  private func sideThatLeads(_ fusion: MethodSelection) -> String? {
    leaderboard.bestOnValidation {
      $0.isUnimodal && fusion.modalities.contains($0.modalities[0])
    }?.modalities[0]
  }

  func folder(of method: String, seed: Int) -> RunFolder? {
    plan.trials.first { $0.selection.name == method && $0.seed == seed }
      .map { plan.folder(of: $0, in: folder) }
  }

  /// The groups of the validation and test samples that have all of the fusion's modalities; nil where there are none.
  private func groups(of fusion: MethodSelection) -> (held: [Int], measured: [Int])? {
    prepared.dataset.groupNumbers.map { numbers in
      (complete(fusion, .validation).map { numbers[$0] }, complete(fusion, .test).map { numbers[$0] })
    }
  }

  /// The samples of a split that have all of the fusion's modalities.
  func complete(_ fusion: MethodSelection, _ split: Split) -> [Int] {
    let data = prepared.dataset.keeping(fusion.modalities)
    return data[split].filter { row in data.modalities.values.allSatisfy { $0.present?[row] ?? true } }
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
      let trained = try TrainedModel.load(folder(of: fusion.name, seed: seeds[number])!, methods: plan.methods)
      let samples = EncodedSamples(trained, of: prepared.dataset, test)
      let predictions = MissingModalityTable.subsets(of: names.count).map { subset in
        trained.finish(samples.outputs(keeping: subset, .absent)).rows
      }
      return (
        predictions, trained.thresholds,
        try samples.importance(samples.contributions(.shapley), names: names, sides: sides)
      )
    }
    return (
      try MissingFinding(
        names, .absent, predictions: perSeed.map(\.0), thresholds: perSeed.map(\.1),
        targets: prepared.dataset.targets(of: .test), task: prepared.task, metric: prepared.metric,
        groups: prepared.summary.units?.groups),
      ImportanceFinding(perSeed.map(\.2), names: names, sides: sides, method: .shapley)
    )
  }

  // MARK: Robustness

  /// White noise on each modality and on all, from barely noticed to twice as strong as the signal: more levels, draws and
  /// perturbations are `quantify robustness`'s.
  static let noiseLevels = [0.5, 1, 2]

  /// How the fusion, late fusion and the single modalities fare in noise: with them, a reference line can be fitted.
  private func robustness(_ fusion: MethodSelection, _ seeds: [Int]) throws -> RobustnessResult {
    let beside = plan.selections.filter { other in
      other.name != fusion.name && other.modalities.allSatisfy(fusion.modalities.contains)
        && (other.modalities.count == 1 || other.modalities == fusion.modalities && other.isLate)
    }
    let seeds = seeds.prefix(2)
    let trials = ([fusion] + beside).flatMap { method in
      seeds.filter { seed in finished(method.name).contains { $0.seed == seed } }.map { seed in
        TrainedTrial(method, seed: seed, folder: folder(of: method.name, seed: seed)!)
      }
    }
    let dataset = prepared.dataset.keeping(fusion.modalities)
    var analysis = RobustnessAnalysis(
      try RobustnessAnalysis.conditions(for: dataset.manifest, perturbations: [.noise], levels: Self.noiseLevels))
    (analysis.draws, analysis.resamples, analysis.isNormalised) = (1, 100, true)
    analysis.jobs = jobs ?? Machine.current.cores
    let passes = Self.noiseLevels.count * (fusion.modalities.count + 1) * seeds.count
    let seconds = try secondsOfOnePass(fusion, seeds[0]) * Double(passes)
    if let text = CostWarning.text("robustness to noise", seconds: seconds) { warn(text + "; --quick leaves it out") }
    return try analysis.run(trials, on: dataset)
  }

  private func secondsOfOnePass(_ method: MethodSelection, _ seed: Int) throws -> Double {
    let trained = try TrainedModel.load(folder(of: method.name, seed: seed)!, methods: plan.methods)
    let some = Array(prepared.dataset[.test].prefix(256))
    let pass = ContinuousClock().measure {
      let samples = EncodedSamples(trained, of: prepared.dataset, some)
      _ = samples.outputs(samples.encoded, present: samples.present)
    }
    return pass / .seconds(1) * Double(prepared.dataset[.test].count) / Double(max(some.count, 1))
  }
}
