public import Analyses
public import Experiments
public import Modalities
public import Models
public import Quantification

/// One trained model, and the samples that it is measured on.
public struct ModelSubject: Sendable {
  /// Id or folder; of a comparison, its best fusion.
  public var run: String
  /// Folder of the data set; nil for the one that the run was made on.
  public var dataset: String?
  public var split: Split
  public var workspace: Workspace

  public init(_ run: String, dataset: String? = nil, split: Split = .test, in workspace: Workspace) {
    (self.run, self.dataset, self.split, self.workspace) = (run, dataset, split, workspace)
  }

  func analysis(_ progress: @escaping JobProgress) throws -> ModelAnalysis {
    try QuantifiedRun(run, data: dataset, in: workspace, progress: progress).model(run, split: split, progress)
  }
}

/// What of a model's score is owed to interactions between its modalities.
public struct ProjectionJob: Sendable {
  public var subject: ModelSubject
  /// Most evaluations for which every recombination is formed, and recombinations of each sample where all would be too
  /// many; nil for the usual.
  public var exact, draws: Int?
  public var resamples = 2000
  public var seed: UInt64 = 0

  public init(_ subject: ModelSubject) { self.subject = subject }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> ModelAnalysis.Additive {
    let analysis = try subject.analysis(progress)
    var projection = analysis.samples.usualProjection
    if let exact { projection.exactEvaluations = exact }
    if let draws { projection.draws = draws }
    warn("the projection", seconds: analysis.samples.secondsToProject(projection), progress)
    return try analysis.additive(projection, resamples: resamples, seed: seed)
  }
}

/// How much each modality contributes to a model's answers.
public struct ImportanceJob: Sendable {
  public var subject: ModelSubject
  public var method = ImportanceFinding.Method.shapley
  /// The modality held against all others; nil for the first.
  public var leading: String?

  public init(_ subject: ModelSubject) { self.subject = subject }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> ImportanceFinding {
    try subject.analysis(progress).importance(method, leading: leading)
  }
}

/// How a model does with every subset of its modalities.
public struct MissingJob: Sendable {
  public var subject: ModelSubject
  public var imputation = MissingModalityTable.Imputation.absent
  public var resamples = 500

  public init(_ subject: ModelSubject) { self.subject = subject }

  /// Scores by subset; as JSON, the finding alone.
  public struct Result: Encodable {
    public let finding: MissingFinding
    public let metric: Metric
    public let samples: Int

    public func encode(to encoder: any Encoder) throws { try finding.encode(to: encoder) }
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let analysis = try subject.analysis(progress)
    return Result(
      finding: try analysis.missing(imputation, resamples: resamples), metric: analysis.trained.configuration.metric,
      samples: analysis.samples.count)
  }
}

/// How modalities interact in a model's answers.
public struct InteractionsJob: Sendable {
  public var subject: ModelSubject
  /// Most samples for indices, whose cost grows with the square.
  public var samples = 200
  /// The modality held against all others in labels; nil for the first.
  public var leading: String?

  public init(_ subject: ModelSubject) { self.subject = subject }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> ModelAnalysis.Interactions {
    let analysis = try subject.analysis(progress)
    warn("measuring interactions", seconds: analysis.secondsForInteractions(samples: samples), progress)
    return try analysis.interactions(samples: samples, leading: leading)
  }
}

/// Says that work is going to take more than a minute.
private func warn(_ what: String, seconds: Double, _ progress: JobProgress) {
  if let text = CostWarning.text(what, seconds: seconds) { progress(.note(text)) }
}
