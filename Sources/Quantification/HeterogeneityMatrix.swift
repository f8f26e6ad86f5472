import InformationTheory
import Layers
public import Modalities
import Models
public import Tensors
public import Training

/// How far modalities are from each other, by how much worse a network for one serves another (HighMMT: Liang et al., 2022,
/// section 3.1).
///
/// A trunk is trained on one view, frozen, and gets a new linear head on another; T(a → b) is by how much its held-out loss
/// exceeds that of a trunk trained on b itself, with a new head as well. Transfer has a direction, the distance
/// (T(a → b) + T(b → a)) / 2 has none. A view is a modality, or several side by side for the distance between pairs.
///
/// The paper's networks read every modality by an embedding of its own that is trained along. That embedding could make
/// up for any trunk; here each modality is instead seen by its leading principal components, scaled to unit variance.
public struct HeterogeneityMatrix: Codable, Sendable, Equatable {
  /// How trunks are made and trained.
  public struct Settings: Sendable {
    /// Principal components of each modality.
    public var components = 16
    public var hiddenSize = 32
    /// Trunks and heads for each pair; their mean is the entry.
    public var repetitions = 3
    public var training: TrainingOptions
    public var seed: UInt64 = 0

    public init() {
      training = TrainingOptions()
      training.epochs = 60
      training.patience = 8
    }
  }

  /// Of the views.
  public let names: [String]
  /// Held-out loss of a trunk trained on the view of a row, with a head on the view of a column.
  public let losses: [[Double]]
  /// T(row → column); 0 on the diagonal.
  public let transfers: [[Double]]
  /// Symmetric, 0 on the diagonal; slightly negative where a foreign trunk serves as well as the own one.
  public let distances: [[Double]]
  /// Standard deviation of each distance over repetitions.
  public let deviations: [[Double]]
  /// "nats" or "variances".
  public let unit: String
  /// Samples that the losses are from.
  public let samples: Int

  /// - Parameters:
  ///   - views: by name, the features `[N, …]` of one or more modalities; as many in each view.
  ///   - target: what is to be predicted: classes, whose loss is the cross-entropy in nats, or values, whose loss is the squared
  ///     error in variances.
  ///   - classes: how many there are.
  ///   - settings: of the networks and their training.
  /// - Throws: `SampleError` for fewer than 100 samples, numbers that are not finite, or a target that does not vary;
  ///   `TrainingFailure`.
  public init(
    _ views: [(name: String, parts: [Tensor])], target: Targets, classes: Int = 1, settings: Settings = Settings()
  ) throws {
    precondition(
      views.count > 1 && views.allSatisfy { $0.parts.count == views[0].parts.count },
      "\(views.count) views of \(views.map(\.parts.count)) modalities cannot be compared")
    let count = views[0].parts[0].shape[0]
    let problem = try TransferProblem(target, classes: classes, count: count, settings: settings)
    let inputs = try views.map { view in
      Tensor.concatenated(
        try view.parts.map {
          try $0.features().principalComponents(settings.components, over: problem.split.train)
        }, axis: 1)
    }
    let runs = try (0..<max(1, settings.repetitions)).map { try problem.losses(inputs, repetition: $0) }
    func combined(_ value: (_ losses: [[Double]], Int, Int) -> Double, _ join: ([Double]) -> Double) -> [[Double]] {
      views.indices.map { row in views.indices.map { column in join(runs.map { value($0, row, column) }) } }
    }
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
    func deviation(_ values: [Double]) -> Double {
      let squares = values.reduce(0) { $0 + ($1 - mean(values)) * ($1 - mean(values)) }
      return values.count > 1 ? (squares / Double(values.count - 1)).squareRoot() : 0
    }
    func distance(_ losses: [[Double]], _ a: Int, _ b: Int) -> Double {
      ((losses[a][b] - losses[b][b]) + (losses[b][a] - losses[a][a])) / 2
    }
    names = views.map(\.name)
    losses = combined({ $0[$1][$2] }, mean)
    transfers = combined({ $0[$1][$2] - $0[$2][$2] }, mean)
    distances = combined(distance, mean)
    deviations = combined(distance, deviation)
    unit = target.numericValues == nil ? "nats" : "variances"
    samples = problem.split.test.count
  }
}

/// Training and transfer on one split of the samples.
private struct TransferProblem {
  let split: EstimatorSplit
  private let target: Tensor
  private let outputs: Int
  private let criterion: Criterion
  private let settings: HeterogeneityMatrix.Settings

  init(_ targets: Targets, classes: Int, count: Int, settings: HeterogeneityMatrix.Settings) throws {
    split = try EstimatorSplit(count: count, seed: settings.seed, least: 20)
    self.settings = settings
    let task: any PredictionTask
    if let values = targets.numericValues {
      guard Set(values).count > 1 else { throw SampleError("all samples have one target; there is nothing to predict") }
      task = RegressionTask()
      target = Tensor(values).unsqueezed(1).to(.float32).standardised(over: split.train).squeezed(1)
    } else if let labels = targets.classIndices {
      guard Set(labels).count > 1 else {
        throw SampleError("all samples have one label; there is nothing to tell apart")
      }
      task = ClassificationTask(outputs: classes)
      target = Tensor(labels)
    } else {
      throw SampleError("the samples have no one target; there is nothing to predict")
    }
    (outputs, criterion) = (task.outputs, task.criterion(balancing: nil))
  }

  /// `[trained on][read from]`, from the same beginnings for all, so that equal views have equal losses.
  func losses(_ inputs: [Tensor], repetition: Int) throws -> [[Double]] {
    try inputs.map { source in
      let generator = Generator(seed: Generator.seed(settings.seed, 1, UInt64(repetition)))
      let width = settings.hiddenSize
      let trunk = MLP(sizes: [source.shape[1], width, width], generator: generator)
      let model = Headed(trunk: trunk, head: Linear(width, outputs, generator: generator))
      try fit(model, repetition) {
        model.head(trunk($0).relu())
      } inputs: {
        source
      }
      return try inputs.map { input in
        let features = withoutGradients { trunk(input).relu() }
        let head = Linear(
          width, outputs, generator: Generator(seed: Generator.seed(settings.seed, 2, UInt64(repetition))))
        try fit(head, repetition) {
          head($0)
        } inputs: {
          features
        }
        return withoutGradients { loss(head(features), split.test) }
      }
    }
  }

  private func fit(
    _ model: any Module, _ repetition: Int, _ predict: @escaping (Tensor) -> Tensor, inputs: () -> Tensor
  ) throws {
    let x = inputs()
    func rows(_ rows: Tensor) -> Tensor {
      criterion(predict(x.indexSelect(axis: 0, rows)), target.indexSelect(axis: 0, rows))
    }
    _ = try fitEstimator(
      model, rows: split.train, batchSize: settings.training.batchSize, options: settings.training,
      seed: Generator.seed(settings.seed, 3, UInt64(repetition)), objective: rows,
      validationLoss: { rows(Tensor(split.validation)).item() })
  }

  private func loss(_ output: Tensor, _ rows: [Int]) -> Double {
    criterion(output.indexSelect(axis: 0, Tensor(rows)), target.indexSelect(axis: 0, Tensor(rows))).item()
  }
}

private struct Headed: Module {
  let trunk: MLP
  let head: Linear
}

extension Tensor {
  /// The leading principal components of `[N, D]` over some rows, each with unit variance there, `[N, count]`; zeros where
  /// there are fewer.
  fileprivate func principalComponents(_ count: Int, over rows: [Int]) -> Tensor {
    let scaled = standardised(over: rows)
    let fitted = scaled.indexSelect(axis: 0, Tensor(rows))
    let (_, strengths, directions) = fitted.svd()
    let spreads = strengths.doubles
    let least = 1e-4 * Swift.max(spreads.first ?? 0, 1e-12)
    let kept = spreads.prefix(count).prefix { $0 > least }.count
    guard kept > 0 else { return .zeros([shape[0], count]) }
    let chosen = directions.narrow(axis: 0, start: 0, length: kept)
    // A direction and its opposite are the same component: the one with the larger loading upwards is taken.
    let largest = chosen.gather(axis: 1, chosen.abs().argmax(axis: 1).unsqueezed(1)).sign()
    let scores = scaled.matmul((chosen * largest).transposed())
    let unit = scores * (Double(rows.count).squareRoot() / strengths.narrow(axis: 0, start: 0, length: kept))
    return unit.padded([0, count - kept])
  }
}
