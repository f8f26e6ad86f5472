public import Analyses
public import Evaluation
public import Modalities
public import Models
public import Quantification
import Tensors

/// What one trained model does with its modalities on a split of a data set.
///
/// ```swift
/// let analysis = try ModelAnalysis(folder, on: dataset, split: .test)
/// print(try analysis.additive().gap, try analysis.missing(.absent).rows)
/// ```
public struct ModelAnalysis {
  public let trained: TrainedModel
  public let split: Split
  public let samples: EncodedSamples
  private let dataset: Dataset
  private let indices: [Int]

  /// - Parameters:
  ///   - folder: of a training.
  ///   - dataset: as it was loaded.
  ///   - split: whose samples are looked at.
  /// - Throws: `InputError` where the data set does not fit the model, the split has fewer than two samples, or the model
  ///   answers with numbers that are not finite; `UsageError` where the model reads one modality alone.
  public init(_ folder: RunFolder, on dataset: Dataset, split: Split) throws {
    trained = try TrainedModel.load(folder)
    try trained.checkStages()
    guard trained.modalities.count > 1 else {
      throw UsageError(
        "the model reads \(trained.modalities.joined()) alone; there is nothing to recombine or to leave out")
    }
    try ModelUse.checkTargets(trained, on: dataset)
    self.split = split
    self.dataset = dataset.keeping(trained.modalities).normalised(with: trained.normalisation)
    indices = dataset[split]
    guard indices.count > 1 else {
      throw InputError(
        file: "samples.csv", at: "split",
        "\(indices.count) samples of \(split.rawValue); expected at least 2 to tell modalities apart")
    }
    samples = EncodedSamples(trained, of: self.dataset, indices)
    guard samples.outputs(samples.encoded, present: samples.present).isFinite().all().item() == 1 else {
      throw InputError(file: folder.model.path, "the model predicts numbers that are not finite")
    }
  }

  private var task: TaskKind { trained.configuration.task }
  private var metric: Metric { trained.configuration.metric }
  private var names: [String] { trained.modalities }
  private var targets: [Double] { dataset.targets(of: split) }

  // MARK: EMAP

  /// A model beside the additive function that is nearest to it.
  public struct Additive: Codable, Sendable, Equatable {
    public var split: Split
    public var samples: Int
    public var metric: Metric
    /// Every metric of the task by name, of the model and of its projection.
    public var model, projection: [String: Double]
    /// Improvement of the model over its projection by the main metric; nil where that is undefined.
    public var gap: Estimate?
    /// False where random recombinations stood for all of them.
    public var isExact: Bool
    /// Rows on which the model was evaluated for the projection.
    public var evaluations: Int
  }

  /// - Parameters:
  ///   - projection: nil for one that is exact where that takes seconds.
  ///   - resamples: of the bootstrap.
  ///   - seed: of the draws and of the bootstrap.
  public func additive(_ projection: EMAP? = nil, resamples: Int = 2000, seed: UInt64 = 0) throws -> Additive {
    let result = samples.additiveProjection(projection, generator: Generator(seed: seed))
    let (model, additive) = (
      try trained.scored(trained.finish(result.original).rows, targets: targets),
      try trained.scored(trained.finish(result.projection).rows, targets: targets)
    )
    func gap(_ indices: [Int]) -> Double? {
      guard let one = model.scores([metric], at: indices)[0], let two = additive.scores([metric], at: indices)[0]
      else { return nil }
      return metric.improvement(of: one, over: two)
    }
    let bootstrap = Bootstrap(samples: model.count, resamples: resamples, seed: seed)
    let reported = Metric.reported(for: task, main: metric)
    return Additive(
      split: split, samples: model.count, metric: metric, model: model.scores(reported),
      projection: additive.scores(reported),
      gap: gap(Array(0..<model.count)).flatMap { mean in
        Bootstrap.interval(bootstrap.distribution(of: gap)).map { Estimate(mean: mean, ci95: $0) }
      }, isExact: result.isExact, evaluations: result.evaluations)
  }

  // MARK: Missing modalities, importance

  /// The score with every subset of the modalities.
  /// - Throws: `UsageError` where there are too many modalities for that.
  public func missing(_ imputation: MissingModalityTable.Imputation, resamples: Int = 500) throws -> MissingFinding {
    try checkSubsets()
    return try MissingFinding(
      names, imputation,
      predictions: [
        MissingModalityTable.subsets(of: names.count).map {
          trained.finish(samples.outputs(keeping: $0, imputation)).rows
        }
      ], thresholds: [trained.thresholds], targets: targets, task: task, metric: metric, resamples: resamples)
  }

  /// How much each modality contributes, and how the first two sides relate.
  ///
  /// - Parameters:
  ///   - method: how contributions are found.
  ///   - leading: the modality that is held against all others together; the first by default.
  public func importance(_ method: ImportanceFinding.Method, leading: String? = nil) throws -> ImportanceFinding {
    try checkSubsets()
    let sides = try sides(leading)
    return ImportanceFinding(
      [try samples.importance(samples.contributions(method), names: names, sides: sides)], names: names, sides: sides,
      method: method)
  }

  private func checkSubsets() throws {
    guard names.count <= MissingFinding.mostModalities else {
      throw UsageError(
        "\(names.count) modalities have too many subsets; they are formed for at most \(MissingFinding.mostModalities)")
    }
  }

  private func sides(_ leading: String?) throws -> Sides {
    if let leading, !names.contains(leading) {
      throw UsageError("the model does not read \"\(leading)\"; it reads \(names.joined(separator: ", "))")
    }
    return Sides(names, best: leading)
  }

  // MARK: Interactions

  /// How modalities interact in a model.
  public struct Interactions: Codable, Sendable, Equatable {
    /// Two modalities in the outputs.
    public struct Pair: Codable, Sendable, Equatable {
      public var first, second: String
      /// Friedman's H² by output, a class or the target.
      public var friedmanH2: [String: Double]
      /// Mean size of the mixed second difference by output, over the output's standard deviation; 0 where that is 0.
      public var mixedDifference: [String: Double]
    }

    public var split: Split
    /// Samples that the pairs were measured on.
    public var samples: Int
    public var pairs: [Pair]
    /// Of classes only.
    public var labels: LabelFinding?
  }

  /// Seconds that the indices of so many samples are going to take.
  public func secondsForInteractions(samples limit: Int, secondsPerEvaluation: Double? = nil) -> Double {
    let (rows, pairs) = (Double(min(limit, samples.count)), Double(names.count * (names.count - 1) / 2))
    // Three partial dependences of every pair for H², three for mixed differences, each over all pairs of samples.
    return (secondsPerEvaluation ?? samples.secondsPerEvaluation) * rows * rows * 6 * pairs
  }

  /// - Parameters:
  ///   - limit: at most so many samples, the first of the split, for the indices, whose cost grows with the square.
  ///   - leading: the modality that is held against all others together in labels; the first by default.
  public func interactions(samples limit: Int = 200, leading: String? = nil) throws -> Interactions {
    let sides = try sides(leading)
    // Samples that lack a modality have nothing to exchange.
    let isWhole = samples.present?.all(axis: 1).to(.int64).integers
    let complete = (0..<samples.count).filter { isWhole?[$0] ?? 1 == 1 }
    let rows = Array(complete.prefix(limit))
    guard rows.count > 1 else {
      throw InputError(
        file: "samples.csv", "\(rows.count) samples of \(split.rawValue) have all modalities; expected at least 2")
    }
    let encoded = samples.encoded.map { $0.indexSelect(axis: 0, Tensor(rows)) }
    let prediction = trained.configuration.prediction
    let outputs = prediction.outputsAreClasses ? trained.configuration.classes : ["target"]
    // A number added to all logits changes nothing.
    func value(_ inputs: [Tensor]) -> Tensor {
      let values = samples.outputs(inputs)
      return values.shape[1] > 1 ? values - values.mean(axes: [1], keepingDimensions: true) : values
    }
    let spread = value(encoded).to(.float64).standardDeviation(axes: [0], unbiased: false).doubles
    let index = InteractionIndex(blockSize: 4096)
    var pairs: [Interactions.Pair] = []
    for first in names.indices {
      for second in names.indices where second > first {
        let h2 = index.friedmanH2(encoded, between: first, and: second, value)
        let mixed = index.mixedDifferences(encoded, between: first, and: second, value).abs().mean(axes: [0]).doubles
        pairs.append(
          Interactions.Pair(
            first: names[first], second: names[second],
            friedmanH2: Dictionary(uniqueKeysWithValues: zip(outputs, h2)),
            mixedDifference: Dictionary(
              uniqueKeysWithValues: zip(outputs, zip(mixed, spread).map { $1 > 0 ? $0 / $1 : 0 }))))
      }
    }
    return Interactions(
      split: split, samples: rows.count, pairs: pairs, labels: prediction.hasExclusiveClasses ? labels(sides) : nil)
  }

  private func labels(_ sides: Sides) -> LabelFinding {
    let kept = [sides.first, sides.second, names].map { side in names.map { side.contains($0) } }
    let posteriors = kept.map { trained.finish(samples.outputs(keeping: $0, .absent)).rows }
    return LabelFinding(
      posteriors, targets: targets.map { Int($0) }, classes: trained.configuration.classes, sides: sides,
      answers: "this model itself, what is missing marked absent, as it predicts (not calibrated)"
    ) { (dataset.ids[indices[$0]], nil) }
  }
}
