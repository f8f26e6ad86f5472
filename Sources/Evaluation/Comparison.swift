public import Modalities
public import Models

/// Methods compared on one data set: the leaderboard and the verdict. What was measured of the best fusion afterwards stands
/// beside it, and sentences are made of both.
public struct Comparison: Sendable, Equatable {
  public var dataset: DatasetSummary
  /// Best first by the data set's main metric; methods without a single finished trial last.
  public var methods: [MethodResult]
  /// `nil` where no unimodal or no fusion method finished.
  public var verdict: Verdict?
  /// Trainings that the time given did not reach; nil where all were started.
  public var unstarted: Unstarted?

  /// How many trainings of how many were not started.
  public struct Unstarted: Codable, Sendable, Equatable {
    public var trainings: Int
    public var planned: Int

    public init(trainings: Int, planned: Int) { (self.trainings, self.planned) = (trainings, planned) }
  }

  /// - Parameters:
  ///   - dataset: what was compared on.
  ///   - methods: best first.
  ///   - verdict: drawn of them.
  ///   - unstarted: trainings that were not reached.
  public init(dataset: DatasetSummary, methods: [MethodResult], verdict: Verdict?, unstarted: Unstarted? = nil) {
    self.dataset = dataset
    self.methods = methods
    self.verdict = verdict
    self.unstarted = unstarted
  }

  /// Draws the verdict of ranked trials.
  ///
  /// - Parameters:
  ///   - dataset: what was compared on.
  ///   - leaderboard: of its trials.
  ///   - references: what the best fusion was held against beside them.
  ///   - margin: smallest improvement that counts as a gain, see `Verdict`.
  /// - Throws: `InputError` when a reference was tested on other samples.
  public init(
    _ dataset: DatasetSummary, _ leaderboard: Leaderboard, references: References? = nil, margin: Double? = nil
  ) throws {
    self.init(
      dataset: dataset, methods: leaderboard.methods,
      verdict: try Verdict(
        leaderboard, references: references, units: dataset.units, deviation: dataset.targetDeviation ?? 1,
        margin: margin))
  }

  /// Ranks the trials and draws the verdict.
  ///
  /// - Parameters:
  ///   - dataset: what was compared on.
  ///   - records: the trials of all methods.
  ///   - references: what the best fusion was held against beside them.
  ///   - resamples: bootstrap resamples behind every interval.
  ///   - seed: of the bootstrap.
  ///   - margin: smallest improvement that counts as a gain, see `Verdict`.
  /// - Throws: `InputError` when two trials were not tested on the same samples.
  public init(
    _ dataset: DatasetSummary, records: [TrialRecord], references: References? = nil, resamples: Int = 2000,
    seed: UInt64 = 0, margin: Double? = nil
  ) throws {
    try self.init(
      dataset, Leaderboard(records, of: dataset, resamples: resamples, seed: seed), references: references,
      margin: margin)
  }
}

extension Leaderboard {
  /// The trials of a comparison, ranked.
  ///
  /// - Throws: `InputError` when two trials were not tested on the same samples.
  public init(_ records: [TrialRecord], of dataset: DatasetSummary, resamples: Int = 2000, seed: UInt64 = 0) throws {
    try self.init(
      records, task: dataset.task, metric: dataset.metric, resamples: resamples, seed: seed,
      groups: dataset.units?.groups)
  }
}

/// The data set as the comparison saw it.
public struct DatasetSummary: Codable, Sendable, Equatable {
  public var name: String
  public var task: TaskKind
  /// The metric that ranks the methods.
  public var metric: Metric
  /// Class names in index order; empty for regression.
  public var classes: [String]
  /// Samples per split: `train`, `validation`, `test`.
  public var samples: [String: Int]
  public var modalities: [String: ModalitySummary]
  /// What intervals have to know of the test samples; nil where each is its own and has every modality.
  public var units: TestUnits?
  /// Standard deviation of a target of numbers in the train split.
  public var targetDeviation: Double?
  /// The majority class of the test split; nil where targets are no classes.
  public var majorityClass: ClassShare?

  /// A class and the share of samples that it has.
  public struct ClassShare: Codable, Sendable, Equatable {
    public var name: String
    public var share: Double

    public init(name: String, share: Double) {
      self.name = name
      self.share = share
    }
  }

  public init(
    name: String, task: TaskKind, metric: Metric, classes: [String] = [], samples: [String: Int],
    modalities: [String: ModalitySummary], units: TestUnits? = nil, targetDeviation: Double? = nil,
    majorityClass: ClassShare? = nil
  ) {
    self.name = name
    self.task = task
    self.metric = metric
    self.classes = classes
    self.samples = samples
    self.modalities = modalities
    self.units = units
    self.targetDeviation = targetDeviation
    self.majorityClass = majorityClass
  }
}

/// One modality of the data set.
public struct ModalitySummary: Codable, Sendable, Equatable {
  public var kind: ModalityKind
  /// Shape of one sample as the encoders receive it: `[D]`, `[T, D]` or `[C, H, W]`.
  public var shape: [Int]
  /// Samples that lack the modality, over all splits.
  public var missing: Int
  /// Splits in which no sample has it; nil where there are none.
  public var absentFrom: [String]?

  public init(kind: ModalityKind, shape: [Int], missing: Int = 0, absentFrom: [String]? = nil) {
    self.kind = kind
    self.shape = shape
    self.missing = missing
    self.absentFrom = absentFrom
  }
}

/// One method over its seeds.
public struct MethodResult: Codable, Sendable, Equatable {
  public var name: String
  public var area: String
  public var modalities: [String]
  public var options: [String: String]
  /// Test metrics by `Metric` name, over the seeds that finished; empty when none did.
  public var metrics: [String: MetricSummary]
  /// Mean over seeds of the main metric on the validation split: what methods are chosen by.
  public var validationScore: Double?
  public var parameters: Int
  /// Mean over seeds.
  public var trainSeconds: Double
  /// Mean number of epochs trained over seeds, rounded.
  public var epochs: Int
  /// Median over seeds.
  public var latencyMicroseconds: Latency
  /// Largest over seeds, see `TrialRecord.peakBytes`.
  public var peakBytes: Int
  /// Mean over seeds of the conditional utilisation rate of each modality on the validation split, of the weights that
  /// were kept (Wu et al., 2022); nil where it was not measured.
  public var utilization: [String: Double]?
  /// Trials that ended without a result.
  public var failures: [TrialFailure]

  public init(
    name: String, area: String, modalities: [String], options: [String: String] = [:],
    metrics: [String: MetricSummary] = [:], validationScore: Double? = nil, parameters: Int = 0,
    trainSeconds: Double = 0, epochs: Int = 0, latencyMicroseconds: Latency = Latency(p50: 0, p95: 0),
    peakBytes: Int = 0, utilization: [String: Double]? = nil, failures: [TrialFailure] = []
  ) {
    self.name = name
    self.area = area
    self.modalities = modalities
    self.options = options
    self.metrics = metrics
    self.validationScore = validationScore
    self.parameters = parameters
    self.trainSeconds = trainSeconds
    self.epochs = epochs
    self.latencyMicroseconds = latencyMicroseconds
    self.peakBytes = peakBytes
    self.utilization = utilization
    self.failures = failures
  }

  /// Whether the method saw a single modality.
  public var isUnimodal: Bool { modalities.count == 1 }
}

/// A trial that ended without a result, with its error in one line.
public struct TrialFailure: Codable, Sendable, Equatable {
  public var seed: Int
  public var error: String

  public init(seed: Int, error: String) {
    self.seed = seed
    self.error = error
  }
}
