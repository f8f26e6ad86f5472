public import Analyses
public import Experiments
public import Modalities
public import Quantification
import Tensors

/// A training or a whole comparison, and the data set that it is measured on.
public struct RunSubject: Sendable {
  /// Id or folder.
  public var run: String
  /// Folder of the data set; nil for the one that the run was made on.
  public var dataset: String?
  public var workspace: Workspace

  public init(_ run: String, dataset: String? = nil, in workspace: Workspace) {
    (self.run, self.dataset, self.workspace) = (run, dataset, workspace)
  }

  func open(_ progress: @escaping JobProgress) throws -> QuantifiedRun {
    try QuantifiedRun(run, data: dataset, in: workspace, progress: progress)
  }
}

/// How scores fall while test inputs get worse. Of a comparison, the result also goes to its folder.
public struct RobustnessJob: Sendable {
  public var subject: RunSubject
  /// Nil for all that apply.
  public var perturbations: [Perturbation]? = [.noise]
  /// Modalities to perturb alone; nil for each, and all at once.
  public var modalities: [String]?
  /// In the perturbation's unit; nil for the usual.
  public var levels: [Double]?
  public var draws = 3
  public var split = Split.test
  public var resamples = 200
  public var seed: UInt64 = 0
  /// Methods evaluated at the same time.
  public var jobs = Machine.current.idleCores

  public init(_ subject: RunSubject) { self.subject = subject }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> RobustnessResult {
    let run = try subject.open(progress)
    let read = Set(run.trials.flatMap(\.modalities))
    if let unread = modalities?.first(where: { !read.contains($0) }) {
      throw UsageError("no model of the run reads \"\(unread)\"; they read \(read.sorted().joined(separator: ", "))")
    }
    let data = run.dataset.keeping(read)
    var analysis = RobustnessAnalysis(
      try RobustnessAnalysis.conditions(
        for: data.manifest, perturbations: perturbations, modalities: modalities, levels: levels))
    (analysis.draws, analysis.resamples, analysis.seed, analysis.split) = (draws, resamples, seed, split)
    analysis.jobs = jobs
    let stage = JobStage("robustness", unit: "methods", progress)
    analysis.progress = { stage.update($0, of: $1) }
    let result = try stage.run { try analysis.run(run.trials, on: data) }
    stage.finish(run.trials.count, of: run.trials.count)
    if run.isComparison { try run.folder.write(result, to: run.folder.robustness) }
    return result
  }
}

/// How much of what a model reaches is owed to each modality, given the others.
public struct UtilizationJob: Sendable {
  public var subject: RunSubject
  public var analysis: UtilizationAnalysis

  public init(_ subject: RunSubject, _ analysis: UtilizationAnalysis = UtilizationAnalysis()) {
    (self.subject, self.analysis) = (subject, analysis)
  }

  /// Rates by method and modality; as JSON, as they were measured.
  public struct Result: Encodable {
    public let utilization: UtilizationAnalysis.Result
    /// Why models were left out; of a comparison, baselines need no reason.
    public let leftOut: [String]

    public func encode(to encoder: any Encoder) throws { try utilization.encode(to: encoder) }
  }

  /// - Throws: `InputError` where no model of the run could be measured.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let run = try subject.open(progress)
    let result = try analysis.run(run.trials, on: run.dataset)
    guard !result.methods.isEmpty else { throw InputError(file: subject.run, result.leftOut.joined(separator: "; ")) }
    return Result(
      utilization: result,
      leftOut: result.leftOut.filter { !run.isComparison || !$0.hasPrefix("unimodal") })
  }
}

/// Scores by group, bias amplification, and what swapping a modality between groups does.
public struct BiasJob: Sendable {
  public var subject: RunSubject
  public var analysis: BiasAnalysis

  public init(_ subject: RunSubject, _ analysis: BiasAnalysis) { (self.subject, self.analysis) = (subject, analysis) }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> BiasResult {
    let run = try subject.open(progress)
    return try analysis.run(run.trials, on: run.dataset)
  }
}
