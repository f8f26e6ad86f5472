import Foundation
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
    public let value: Double
    /// The central 95 % over resamples of the held-out samples, classifiers fixed.
    public let ci95: [Double]
  }

  /// What the estimate rests on; information in the unit of the estimate.
  public struct Quality: Sendable, Codable, Equatable {
    /// H(Y) of the held-out labels less the held-out cross-entropy of each classifier: what it demonstrably knows, a lower
    /// bound in expectation. Far below `information`, a classifier is too sure of itself.
    public let demonstrated: [Double]
    /// I(Y; X₁), I(Y; X₂) and I(Y; X₁, X₂) of the classifiers' own probabilities, on which the parts rest.
    public let information: [Double]
    /// Held-out accuracy of each classifier.
    public let accuracy: [Double]
    /// By which the logits were divided.
    public let temperatures: [Double]
    /// What merging like samples took from I(Y; X₁) and I(Y; X₂).
    public let mergingLoss: [Double]
    /// Of the minimum over tables.
    public let gap: Double
    /// Held-out samples.
    public let samples: Int
  }

  public struct Estimate: Sendable, Codable, Equatable {
    public let redundancy, unique1, unique2: Part
    /// May be negative by the error of the joint classifier: the parts sum to what that knows.
    public let synergy: Part
    public let unit: String
    public let quality: Quality
  }

  /// Trains the classifiers and splits what they know.
  ///
  /// - Parameters:
  ///   - first: features of the first modality, `[N, …]`.
  ///   - second: of the second.
  ///   - labels: `[N]`, from 0.
  /// - Throws: `SampleError` for fewer than 100 samples, numbers that are not finite, a label that is no class, or one class
  ///   alone; `TrainingFailure`; `DistributionError` where no minimum was certified.
  public func estimate(
    _ first: Tensor, _ second: Tensor, labels: [Int], classes: Int, unit: InformationUnit
  ) throws -> Estimate {
    guard first.shape[0] == labels.count, second.shape[0] == labels.count else {
      throw SampleError(
        "modalities have \(first.shape[0]) and \(second.shape[0]) samples for \(labels.count) labels; expected equally "
          + "many")
    }
    if let row = labels.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw SampleError("sample \(row) has label \(labels[row]); expected 0 to \(classes - 1)")
    }
    guard Set(labels).count > 1 else { throw SampleError("all samples have one label; there is nothing to tell apart") }
    let split = try EstimatorSplit(count: labels.count, seed: seed, least: 20)
    let views = try [first, second].map { try $0.features().standardised(over: split.train) }
    let inputs = views + [.concatenated(views, axis: 1)]
    var models: [FittedClassifier] = []
    for (number, input) in inputs.enumerated() {
      models.append(
        try FittedClassifier(
          input, labels: labels, classes: classes, split: split, hiddenSize: hiddenSize, options: training,
          seed: Generator.seed(seed, 10, UInt64(number))))
    }
    let test = split.test.map { labels[$0] }
    // No classifier is taken to be surer than so many held-out samples could ever show.
    let doubt = 0.1 / Double(test.count)
    let posteriors = models.map { model in
      model.posteriors.map { row in row.map { (1 - doubt) * $0 + doubt / Double(classes) } }
    }
    let size = Swift.max(4, Swift.min(groups, 640 / classes))
    var generator = StreamGenerator(seed: Generator.seed(seed, 20))
    let merged = try posteriors.prefix(2).map { rows in
      let points = try Points(rows.flatMap { $0 }, width: classes)
      return try Discretizer(.kMeans(clusters: size), fittedOn: points, using: &generator).labels(points)
    }
    func parts(_ rows: [Int]) throws -> (values: [Double], information: [Double], kept: [Double], gap: Double) {
      try LearnedPartialInformation.split(posteriors, merged: merged, rows: rows)
    }
    let all = try parts(Array(test.indices))
    var drawn: [[Double]] = []
    for _ in 0..<resamples {
      drawn.append(
        try parts(test.indices.map { _ in Int.random(in: test.indices, using: &generator) }).values)
    }
    func part(_ index: Int) -> Part {
      let sorted = drawn.map { $0[index] }.sorted()
      let (low, high) =
        sorted.isEmpty
        ? (all.values[index], all.values[index])
        : (sorted[Int(0.025 * Double(sorted.count - 1))], sorted[Int((0.975 * Double(sorted.count - 1)).rounded(.up))])
      return Part(value: unit.value(ofNats: all.values[index]), ci95: [low, high].map { unit.value(ofNats: $0) })
    }
    let prior = JointCounts(observing: [test], estimator: .plugIn).entropy([0], unit: .nats)
    return Estimate(
      redundancy: part(0), unique1: part(1), unique2: part(2), synergy: part(3), unit: unit.rawValue,
      quality: Quality(
        demonstrated: posteriors.map { rows in
          let loss = zip(rows, test).reduce(0) { $0 - log(Swift.max($1.0[$1.1], 1e-12)) } / Double(test.count)
          return unit.value(ofNats: prior - loss)
        },
        information: all.information.map { unit.value(ofNats: $0) },
        accuracy: posteriors.map { rows in
          Double(zip(rows, test).count { $0.firstIndex(of: $0.max()!)! == $1 }) / Double(test.count)
        },
        temperatures: models.map(\.temperature),
        mergingLoss: (0..<2).map { unit.value(ofNats: all.information[$0] - all.kept[$0]) },
        gap: unit.value(ofNats: all.gap), samples: test.count))
  }

  /// R, U₁, U₂, S in nats from the classifiers' probabilities on some rows.
  private static func split(
    _ posteriors: [[[Double]]], merged: [[Int]], rows: [Int]
  ) throws -> (values: [Double], information: [Double], kept: [Double], gap: Double) {
    let classes = posteriors[0][0].count
    let share = 1 / Double(rows.count)
    let means = posteriors.map { model in
      rows.reduce(into: [Double](repeating: 0, count: classes)) { sum, row in
        for y in 0..<classes { sum[y] += model[row][y] * share }
      }
    }
    // The three classifiers differ a little on how frequent a class is; a table needs one answer.
    let prior = (0..<classes).map { y in means.reduce(0) { $0 + $1[y] } / 3 }
    func information(_ table: [[Double]]) -> Double {
      table.reduce(0) { sum, cell in
        let total = cell.reduce(0, +)
        return zip(cell, prior).reduce(sum) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / total / $1.1) : $0 }
      }
    }
    func table(_ model: Int, groups: [Int]?) -> [[Double]] {
      let count = (groups?.max() ?? posteriors[model].count - 1) + 1
      var table = [[Double]](repeating: [Double](repeating: 0, count: classes), count: count)
      for row in rows {
        for y in 0..<classes where means[model][y] > 0 {
          table[groups?[row] ?? row][y] += posteriors[model][row][y] * share * prior[y] / means[model][y]
        }
      }
      return table.filter { $0.contains { $0 > 0 } }
    }
    let alone = (0..<3).map { information(table($0, groups: nil)) }
    let (one, two) = (table(0, groups: merged[0]), table(1, groups: merged[1]))
    // Any table with these marginals will do to state the problem: independent given the class.
    var joint: [Double] = []
    for left in one {
      for right in two {
        for y in 0..<classes { joint.append(prior[y] > 0 ? left[y] * right[y] / prior[y] : 0) }
      }
    }
    let found = try PartialInformation(
      JointDistribution(proportionalTo: joint, shape: [one.count, two.count, classes]), unit: .nats, tolerance: 1e-5)
    let kept = [information(one), information(two)]
    let least = kept[0] + found.unique2
    return (
      [found.redundancy, found.unique1, found.unique2, alone[2] - least], alone, kept, found.gap
    )
  }
}

/// A classifier trained, calibrated, and its probabilities of held-out samples.
private struct FittedClassifier {
  let temperature: Double
  /// `[test, classes]`.
  let posteriors: [[Double]]

  init(
    _ input: Tensor, labels: [Int], classes: Int, split: EstimatorSplit, hiddenSize: Int, options: TrainingOptions,
    seed: UInt64
  ) throws {
    let target = Tensor(labels)
    let model = MLP(
      sizes: [input.shape[1], hiddenSize, hiddenSize, classes], dropout: 0.2, generator: Generator(seed: seed))
    let criterion = Criterion.crossEntropy()
    func pick(_ tensor: Tensor, _ rows: [Int]) -> Tensor { tensor.indexSelect(axis: 0, Tensor(rows)) }
    _ = try fitEstimator(
      model, rows: split.train, batchSize: options.batchSize, options: options, seed: seed,
      objective: { rows in criterion(model(input.indexSelect(axis: 0, rows)), target.indexSelect(axis: 0, rows)) },
      validationLoss: { criterion(model(pick(input, split.validation)), pick(target, split.validation)).item() })
    let (logits, truth) = withoutGradients { (model(pick(input, split.validation)), pick(target, split.validation)) }
    // The loss has one minimum over 1/T: golden-section search over ln T.
    func loss(_ logTemperature: Double) -> Double { criterion(logits / exp(logTemperature), truth).item() }
    var (low, high) = (log(0.2), log(20.0))
    let ratio = (5.0.squareRoot() - 1) / 2
    for _ in 0..<40 {
      let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
      if loss(left) < loss(right) { high = right } else { low = left }
    }
    let temperature = exp((low + high) / 2)
    self.temperature = temperature
    let values = withoutGradients {
      (model(pick(input, split.test)).to(.float64) / temperature).softmax(axis: 1).doubles
    }
    posteriors = stride(from: 0, to: values.count, by: classes).map { Array(values[$0..<$0 + classes]) }
  }
}

/// Numbers of the engine's seed derivation as a generator of Swift's kind.
private struct StreamGenerator: RandomNumberGenerator {
  private let seed: UInt64
  private var drawn: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  mutating func next() -> UInt64 {
    drawn += 1
    return Generator.seed(seed, drawn)
  }
}
