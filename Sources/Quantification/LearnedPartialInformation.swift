public import InformationTheory
import Layers
public import Tensors
public import Training

/// Redundant, unique and synergistic information of two high-dimensional modalities about a class, from classifiers.
///
/// As BATCH (Liang et al., 2023, section 3.3): classifiers p(y | x₁), p(y | x₂) and p(y | x₁, x₂) are trained on features,
/// then I_q(Y; X₁, X₂) is minimised over the tables q of held-out samples that keep the first two. Deviations from the
/// paper: the minimum is exact and certified (``InformationTheory/PartialInformation``), not what a network reaches by
/// descent, because what a modality says about Y is in its p(y | x) alone, and held-out samples with like p(y | x) are
/// merged (k-means) until the table is small; classifiers are calibrated (temperature; Guo et al., 2017) on the
/// validation samples, since overconfidence would be counted as information, and none is taken to be surer than 1 − 1/10N.
/// What comes out on average where targets are in random order is taken off, and parts below 0 are 0, scaled to the
/// corrected total (``InformationTheory/PosteriorSplit``).
///
/// ```swift
/// let estimate = try LearnedPartialInformation().estimate(text, sound, labels: moods, classes: 3, unit: .bits)
/// print(estimate.redundancy.value, estimate.synergy.value, estimate.quality)
/// ```
public struct LearnedPartialInformation: Sendable {
  /// Width of the two hidden layers of each classifier.
  public var hiddenSize = 64
  /// Most groups of like samples per modality; fewer where there are many classes.
  public var groups = 24
  /// For intervals, from 500 samples to measure on.
  public var resamples = 100
  public var training: TrainingOptions
  public var seed: UInt64

  public init(seed: UInt64 = 0) {
    self.seed = seed
    training = TrainingOptions()
    training.epochs = 200
    training.patience = 10
    training.batchSize = 128
    training.learningRate = 2e-3
  }

  /// A part of the information.
  public struct Part: Sendable, Codable, Equatable {
    /// At least 0.
    public let value: Double
    /// A 95 % interval for the part that the same classifiers show on any number of samples, from resamples of those to
    /// calibrate and to measure; nil for fewer than 500 to measure, where none was found to hold.
    public let ci95: [Double]?
  }

  /// What the estimate rests on; information in the unit of the estimate.
  public struct Quality: Sendable, Codable, Equatable {
    /// H(Y) of the held-out labels less the held-out cross-entropy of each classifier: what it demonstrably knows, a lower
    /// bound in expectation. Far below `information`, a classifier is too sure of itself.
    public let demonstrated: [Double]
    /// I(Y; X₁), I(Y; X₂) and I(Y; X₁, X₂) of the classifiers' own probabilities, on which the parts rest, uncorrected.
    public let information: [Double]
    /// Held-out accuracy of each classifier.
    public let accuracy: [Double]
    /// By which the logits were divided.
    public let temperatures: [Double]
    /// What merging like samples took from I(Y; X₁) and I(Y; X₂).
    public let mergingLoss: [Double]
    /// Groups of like classes that the parts are about, and what merging classes took from I(Y; X₁, X₂); nil where all
    /// classes were kept apart.
    public let classGroups: Int?
    public let classMergingLoss: Double?
    /// Whether the classifier of both knows less than those of the sides need together, so that the parts of the sides are
    /// scaled down and synergy could not be seen.
    public let jointKnowsLess: Bool
    /// Of the minimum over tables.
    public let gap: Double
    /// Held-out samples.
    public let samples: Int
  }

  public struct Estimate: Sendable, Codable, Equatable {
    public let redundancy, unique1, unique2, synergy: Part
    public let unit: String
    /// Of no information, from targets in random order; nil where groups allow none.
    public let pValue: Double?
    /// How many random orders.
    public let permutations: Int
    /// Whether the classifier of both demonstrates half of the total or more: parts of less are parts of overconfidence.
    public let isDemonstrated: Bool
    /// The kind of information that prevails; nothing unless demonstrated and beyond chance.
    public let regime: InformationRegime
    /// The share of the resamples that name the same regime; nil without resamples.
    public let regimeSupport: Double?
    /// H(Y), entropy of the held-out labels.
    public let entropy: Double
    public let quality: Quality

    /// What both sides say together.
    public var total: Double { redundancy.value + unique1.value + unique2.value + synergy.value }
    /// What the classifier of both demonstrates, at least 0: the parts are parts of what it takes itself to know.
    public var demonstrated: Double { max(0, quality.demonstrated[2]) }
  }

  /// Trains the classifiers and splits what they know.
  ///
  /// - Parameters:
  ///   - first: features of the first modality, `[N, …]`.
  ///   - second: of the second.
  ///   - labels: `[N]`, from 0.
  ///   - classes: how many there are.
  ///   - unit: of the results.
  ///   - isCancelled: asked all along, from several threads.
  /// - Throws: `SampleError` for fewer than 100 samples, numbers that are not finite, a label that is no class, or one class
  ///   alone; `TrainingFailure`; `DistributionError` where no minimum was certified; `CancellationError`.
  public func estimate(
    _ first: Tensor, _ second: Tensor, labels: [Int], classes: Int, unit: InformationUnit,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Estimate {
    try check(first, second, labels, classes)
    return try estimate(
      first, second, labels: labels, classes: classes, unit: unit,
      split: EstimatorSplit(count: labels.count, seed: seed, least: 20), sampleGroups: nil, isCancelled)
  }

  /// Trains the classifiers on some samples, calibrates them on others, and splits what they know of the rest.
  ///
  /// - Parameters:
  ///   - first: features of the first modality, `[N, …]`.
  ///   - second: of the second.
  ///   - labels: `[N]`, from 0.
  ///   - classes: how many there are.
  ///   - unit: of the results.
  ///   - train: rows to learn from.
  ///   - validation: rows to calibrate on.
  ///   - test: rows to measure; the splits of a data set keep apart what belongs together.
  ///   - groups: the group of each row, where rows are not independent.
  ///   - isCancelled: asked all along, from several threads.
  /// - Throws: as with a split at random; `SampleError` where a part has fewer than 20 rows.
  public func estimate(
    _ first: Tensor, _ second: Tensor, labels: [Int], classes: Int, unit: InformationUnit, train: [Int],
    validation: [Int], test: [Int], groups: [Int]? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Estimate {
    try check(first, second, labels, classes)
    for (name, rows) in [("train on", train), ("calibrate on", validation), ("measure", test)] where rows.count < 20 {
      throw SampleError("there are \(rows.count) samples to \(name); expected at least 20")
    }
    return try estimate(
      first, second, labels: labels, classes: classes, unit: unit,
      split: EstimatorSplit(train: train, validation: validation, test: test),
      sampleGroups: groups.map { groups in (validation.map { groups[$0] }, test.map { groups[$0] }) }, isCancelled)
  }

  private func check(_ first: Tensor, _ second: Tensor, _ labels: [Int], _ classes: Int) throws {
    guard first.shape[0] == labels.count, second.shape[0] == labels.count else {
      throw SampleError(
        "modalities have \(first.shape[0]) and \(second.shape[0]) samples for \(labels.count) labels; expected equally "
          + "many")
    }
    if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw SampleError("sample \(row) has label \(labels[row]); expected 0 to \(classes - 1)")
    }
    guard Set(labels).count > 1 else { throw SampleError("all samples have one label; there is nothing to tell apart") }
  }

  private func estimate(
    _ first: Tensor, _ second: Tensor, labels: [Int], classes: Int, unit: InformationUnit, split: EstimatorSplit,
    sampleGroups: (held: [Int], measured: [Int])?, _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> Estimate {
    let views = try [first, second].map { try $0.features().standardised(over: split.train) }
    var classifiers: [CalibratedPosteriors] = []
    for (number, input) in (views + [.concatenated(views, axis: 1)]).enumerated() {
      classifiers.append(
        try posteriors(
          input, labels: labels, classes: classes, split: split, seed: Generator.seed(seed, 10, UInt64(number)),
          isCancelled))
    }
    var information = PosteriorInformation(seed: seed)
    (information.groups, information.resamples) = (groups, resamples)
    return try information.estimate(
      classifiers, labels: split.test.map { labels[$0] }, sampleGroups: sampleGroups, unit: unit,
      isCancelled: isCancelled)
  }

  /// Trains a classifier and calibrates its probabilities of the samples to measure.
  private func posteriors(
    _ input: Tensor, labels: [Int], classes: Int, split: EstimatorSplit, seed: UInt64,
    _ isCancelled: @escaping @Sendable () -> Bool
  ) throws -> CalibratedPosteriors {
    let target = Tensor(labels)
    let model = MLP(
      sizes: [input.shape[1], hiddenSize, hiddenSize, classes], dropout: 0.2, generator: Generator(seed: seed))
    let criterion = Criterion.crossEntropy()
    func pick(_ tensor: Tensor, _ rows: [Int]) -> Tensor { tensor.indexSelect(axis: 0, Tensor(rows)) }
    _ = try fitEstimator(
      model, rows: split.train, batchSize: training.batchSize, options: training, seed: seed,
      isCancelled: isCancelled,
      objective: { rows in criterion(model(input.indexSelect(axis: 0, rows)), target.indexSelect(axis: 0, rows)) },
      validationLoss: { criterion(model(pick(input, split.validation)), pick(target, split.validation)).item() })
    let (held, wanted) = withoutGradients { (model(pick(input, split.validation)), model(pick(input, split.test))) }
    return try CalibratedPosteriors(
      logits: wanted, calibration: held, labels: split.validation.map { labels[$0] })
  }
}
