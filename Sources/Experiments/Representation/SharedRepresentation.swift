import Coordination
import Fusion
import Layers
public import Modalities
import Models
import Tensors
public import Training

/// What linear classifiers achieve on codes of a bimodal autoencoder that never saw a class (Ngiam et al., 2011, table 1):
/// made of all modalities, of one, or of one while learning and of another while testing ("hear to see").
public struct SharedRepresentation: Codable, Sendable {
  /// How a classifier got its codes.
  public enum Setting: String, Codable, Sendable {
    /// From all modalities throughout.
    case fusion
    /// From one modality throughout; the autoencoder alone saw the others.
    case crossModality = "cross-modality"
    /// From one modality while learning, from another while testing.
    case sharedRepresentation = "shared-representation"
  }

  /// One classifier.
  public struct Row: Codable, Sendable {
    public let setting: Setting
    /// Modalities that codes are made of while learning and while testing.
    public let learned: [String]
    public let tested: [String]
    /// On the test split.
    public let accuracy: Double
    /// C of the classifier, chosen by the accuracy on validation with codes as in learning.
    public let cost: Double
  }

  public let dataset: String
  public let modalities: [String]
  /// Samples with all modalities: `pairs` of train for the autoencoder, `classified` of train for classifiers, and those of
  /// validation and test.
  public let samples: [String: Int]
  /// Share of the test samples that are of the class most frequent in train.
  public let chance: Double
  /// Squared error of the reconstruction on validation, averaged over codes of all modalities and of each alone, and the
  /// same where every number is its mean in train.
  public let reconstruction: Double
  public let reconstructionByMeans: Double
  public let rows: [Row]
}

/// Trains the autoencoder on one half of train without classes, then a linear classifier on codes of the other half for each
/// setting.
///
/// An autoencoder remembers a little of which values came as pairs, also where nothing links them. In codes of its own samples
/// classifiers would find that, and recognise in the other modality what they could not know.
public struct SharedRepresentationAnalysis {
  /// Width and number of each modality's layers; width of the code.
  public var (hidden, depth, code) = (64, 1, 64)
  public var training = TrainingOptions()
  public var seed: UInt64

  public init(seed: UInt64 = 0) { self.seed = seed }

  /// - Parameters:
  ///   - dataset: as loaded.
  ///   - names: modalities to take, at least two; nil for all.
  /// - Throws: `UsageError` for modalities that are not there; `InputError` where the task has no exclusive classes or too
  ///   few samples have all modalities.
  public func run(
    _ dataset: Dataset, names: [String]? = nil
  ) throws -> SharedRepresentation {
    let paired = try PairedViews(dataset, names: names)
    let rows = Split.allCases.reduce(into: [Split: [Int]]()) { $0[$1] = paired.rows([$1]) }
    let order = Tensor.permutation(rows[.train]!.count, generator: Generator(seed: Generator.seed(seed, 4))).integers
    let halves = [order.prefix(order.count / 2), order.suffix(order.count - order.count / 2)].map { half in
      half.map { rows[.train]![$0] }
    }
    guard let classes = paired.classes(halves[1]) else {
      throw InputError("the target of \(dataset.manifest.name) is not one of several classes, which codes would tell")
    }
    for split in Split.allCases where rows[split]!.count < 4 {
      throw InputError(
        "\(rows[split]!.count) samples of \(split.rawValue) have all of \(paired.names.joined(separator: ", ")); 4 expected"
      )
    }
    let pairs = paired.views(halves[0])
    let parts = rows.merging([.train: halves[1]]) { $1 }
    let views = parts.mapValues { paired.views($0) }
    let autoencoder = BimodalAutoencoder(
      widths: pairs.map { $0.shape[1] }, hidden: hidden, depth: depth, output: code,
      generator: Generator(seed: Generator.seed(seed, 1)))
    try fit(autoencoder, pairs, views[.validation]!)
    let evaluation = Evaluation(
      autoencoder: autoencoder, views: views, targets: parts.mapValues { paired.classes($0)! },
      classes: paired.classNames.count)
    let means = pairs.map { $0.mean(axes: [0], keepingDimensions: true) }
    let majority = Dictionary(grouping: classes) { $0 }.max { ($0.value.count, -$0.key) < ($1.value.count, -$1.key) }!
    let tests = evaluation.targets[.test]!
    return SharedRepresentation(
      dataset: dataset.manifest.name, modalities: paired.names,
      samples: [
        "pairs": halves[0].count, "classified": halves[1].count, "validation": rows[.validation]!.count,
        "test": tests.count,
      ],
      chance: Double(tests.count { $0 == majority.key }) / Double(tests.count),
      reconstruction: Self.error(autoencoder, views[.validation]!),
      reconstructionByMeans: zip(views[.validation]!, means).reduce(0) { $0 + ($1.0 - $1.1).square().mean().item() },
      rows: try self.rows(evaluation, paired.names))
  }

  private func fit(
    _ autoencoder: BimodalAutoencoder, _ train: [Tensor], _ validation: [Tensor]
  ) throws {
    let order = BatchOrder(
      Array(0..<train[0].shape[0]), batchSize: training.batchSize, seed: Generator.seed(seed, 3), remainder: .keepPairs)
    var trainer = Trainer<BimodalAutoencoder, [Tensor]>(
      model: autoencoder, options: training, seed: Generator.seed(seed, 2), stepsPerEpoch: order.count,
      batches: { epoch in
        order.batches(epoch: epoch).lazy.map { rows in train.map { $0.indexSelect(Tensor(rows)) } }
      },
      objective: { model, views, _ in model.reconstructionLoss(views) },
      validate: {
        let error = Self.error(autoencoder, validation)
        return Validation(loss: error, score: error, higherIsBetter: false)
      })
    trainer.tensors = { $0 }
    _ = try trainer.fit()
  }

  /// The mean over codes of all modalities and of each alone.
  private static func error(_ autoencoder: BimodalAutoencoder, _ views: [Tensor]) -> Double {
    let parts = [nil] + views.indices.map { presence([$0], of: views) }
    return withoutGradients {
      parts.reduce(0) { $0 + autoencoder.reconstructionLoss(views, shown: $1).item() } / Double(parts.count)
    }
  }

  private static func presence(_ shown: [Int], of views: [Tensor]) -> Tensor {
    let columns = views.indices.map { shown.contains($0) }
    return Tensor(columns).unsqueezed(0).expanded(to: [views[0].shape[0], views.count]).contiguous()
  }

  private func rows(_ evaluation: Evaluation, _ names: [String]) throws -> [SharedRepresentation.Row] {
    let all = Array(names.indices)
    var rows: [SharedRepresentation.Row] = []
    func add(_ setting: SharedRepresentation.Setting, _ learned: [Int], _ tested: [[Int]]) throws {
      let classifier = try evaluation.classifier(on: learned)
      for tested in tested {
        rows.append(
          .init(
            setting: tested == learned ? setting : .sharedRepresentation, learned: learned.map { names[$0] },
            tested: tested.map { names[$0] },
            accuracy: evaluation.accuracy(classifier.model, .test, codesOf: tested), cost: classifier.cost))
      }
    }
    try add(.fusion, all, [all])
    for one in all { try add(.crossModality, [one], [[one]] + all.filter { $0 != one }.map { [$0] }) }
    return rows.sorted { Self.order($0.setting) < Self.order($1.setting) }
  }

  private static func order(_ setting: SharedRepresentation.Setting) -> Int {
    switch setting {
    case .fusion: 0
    case .crossModality: 1
    case .sharedRepresentation: 2
    }
  }

  /// Codes of a trained autoencoder, and classifiers on them.
  private struct Evaluation {
    let autoencoder: BimodalAutoencoder
    let views: [Split: [Tensor]]
    let targets: [Split: [Int]]
    let classes: Int

    func codes(_ split: Split, of shown: [Int]) -> Tensor {
      let views = views[split]!
      return withoutGradients { autoencoder.encode(views, present: presence(shown, of: views)) }
    }

    func classifier(on shown: [Int]) throws -> (model: SoftmaxRegression, cost: Double) {
      let (codes, targets) = (codes(.train, of: shown), targets[.train]!)
      let tried = try [0.001, 0.01, 0.1, 1].map { cost in
        (model: try SoftmaxRegression(fitting: codes, targets: targets, classes: classes, cost: cost), cost: cost)
      }
      let scored = tried.map { (accuracy($0.model, .validation, codesOf: shown), $0) }
      return scored.dropFirst().reduce(scored[0]) { $1.0 > $0.0 ? $1 : $0 }.1
    }

    func accuracy(_ model: SoftmaxRegression, _ split: Split, codesOf shown: [Int]) -> Double {
      let found = model.probabilities(codes(split, of: shown)).argmax(axis: 1).integers
      let targets = targets[split]!
      return Double(zip(found, targets).count { $0 == $1 }) / Double(targets.count)
    }
  }
}
