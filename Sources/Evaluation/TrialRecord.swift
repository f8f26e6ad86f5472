import Modalities
public import Models
public import Training

/// Everything one training of one method with one seed left behind; the leaderboard, the verdict and the report are
/// functions of these records alone.
public struct TrialRecord: Codable, Sendable, Equatable {
  /// Registered name, `low-rank`; a unimodal baseline carries its modality in the name.
  public var method: String
  /// Area of the field that the method belongs to, `fusion`; `unimodal` for baselines.
  public var area: String
  /// Modalities the method saw, sorted; exactly one makes it a unimodal baseline.
  public var modalities: [String]
  public var seed: Int
  /// Resolved options as the command line would take them (`--set key=value`).
  public var options: [String: String]
  /// Why the trial ended without a result, in one line; `nil` for a trial that finished.
  public var failure: String?
  public var epochs: [EpochRecord]
  /// The epoch whose weights were kept (best on validation), counted from 1; 0 for a failed trial.
  public var bestEpoch: Int
  /// Test metrics by `Metric` name.
  public var metrics: [String: Double]
  /// Validation metrics of the kept weights by `Metric` name; methods are chosen on these, never on `metrics`.
  public var validationMetrics: [String: Double]
  /// Test predictions in dataset order, `[N][K]`: class probabilities, label probabilities (multilabel) or values (K = 1).
  public var predictions: [[Double]]
  /// Multilabel: from which probability on each label is given, chosen on validation; nil for other tasks.
  public var thresholds: [Double]?
  /// Test targets in the same order: class index or value, one per sample; multilabel: K zeros and ones per sample, row-major.
  public var targets: [Double]
  /// Test sample ids in the same order.
  public var ids: [String]
  /// Trainable scalars.
  public var parameters: Int
  public var trainSeconds: Double
  /// Time to predict one sample.
  public var latencyMicroseconds: Latency
  /// Most bytes that the tensors of the trial held at once: parameters, optimiser, batches and activations, without the
  /// data set and the program. Of seeds that trained as one, each has an equal share of what they held together.
  public var peakBytes: Int
  /// Empirical multimodally-additive projection of `predictions`, same shape; `nil` where it was not computed.
  public var emap: [[Double]]?
  /// Whether `emap` is exact; false where random recombinations of the samples stood for all of them.
  public var emapIsExact: Bool?
  /// What a method that chooses for each sample relied on, class by class of the test split; `nil` where it does not choose.
  public var choices: ChoiceShares?
  /// Whether every seed gives the same model; `nil` where not.
  public var isDeterministic: Bool?
  /// The scale in which the method adds its modalities up, holding no interaction; `nil` where it does not.
  public var adds: AdditiveScale?

  public init(
    method: String, area: String, modalities: [String], seed: Int, options: [String: String] = [:],
    failure: String? = nil, epochs: [EpochRecord] = [], bestEpoch: Int = 0, metrics: [String: Double] = [:],
    validationMetrics: [String: Double] = [:], predictions: [[Double]] = [], targets: [Double] = [],
    ids: [String] = [], parameters: Int = 0, trainSeconds: Double = 0,
    latencyMicroseconds: Latency = Latency(p50: 0, p95: 0), peakBytes: Int = 0, emap: [[Double]]? = nil,
    emapIsExact: Bool? = nil, choices: ChoiceShares? = nil, isDeterministic: Bool? = nil, adds: AdditiveScale? = nil,
    thresholds: [Double]? = nil
  ) {
    self.method = method
    self.area = area
    self.modalities = modalities
    self.seed = seed
    self.options = options
    self.failure = failure
    self.epochs = epochs
    self.bestEpoch = bestEpoch
    self.metrics = metrics
    self.validationMetrics = validationMetrics
    self.predictions = predictions
    self.targets = targets
    self.ids = ids
    self.parameters = parameters
    self.trainSeconds = trainSeconds
    self.latencyMicroseconds = latencyMicroseconds
    self.peakBytes = peakBytes
    self.emap = emap
    self.emapIsExact = emapIsExact
    self.choices = choices
    self.isDeterministic = isDeterministic
    self.adds = adds
    self.thresholds = thresholds
  }

  /// Predictions of the test samples, such as its own or their additive projection, beside their targets.
  /// - Throws: `InputError` where they cannot be scored.
  func scored(_ rows: [[Double]], task: TaskKind) throws -> Predictions {
    try Predictions(rows, targets: targets, task: task, thresholds: thresholds)
  }

  /// Whether the method saw a single modality.
  public var isUnimodal: Bool { modalities.count == 1 }
}

/// Time to predict one sample, in microseconds: median and 95th percentile.
public struct Latency: Codable, Sendable, Equatable {
  public var p50: Double
  public var p95: Double

  public init(p50: Double, p95: Double) {
    self.p50 = p50
    self.p95 = p95
  }
}
