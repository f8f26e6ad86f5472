public import Modalities
import Tensors

/// A data set ready for training: normalised on its train split, with the metric that ranks and, for regression, the
/// scale of the target.
///
/// ```swift
/// let prepared = try PreparedDataset(Dataset.load(folder))
/// ```
public struct PreparedDataset: Sendable {
  /// The data set with normalised modalities.
  public let dataset: Dataset
  public let normalisation: Normalisation
  public let metric: Metric
  /// What a model's output is multiplied by and added to; `.identity` unless the task is regression.
  public let scaling: TargetScaling
  /// Of the data set before normalisation, so that a resumed run notices other data under the same path.
  public let fingerprint: String

  /// - Throws: `InputError` where the task has nothing to learn from, or a main metric it does not have.
  public init(_ dataset: Dataset) throws {
    metric = try Metric.main(of: dataset.manifest)
    normalisation = Normalisation(fitting: dataset)
    scaling = try TargetScaling(dataset)
    fingerprint = dataset.fingerprint
    self.dataset = dataset.normalised(with: normalisation)
    try self.dataset.checkNormalised()
    try checkMetric()
  }

  /// Refuses a metric that is undefined whatever is predicted: an area under a curve where a split has one class, a
  /// correlation where its targets are all equal.
  private func checkMetric() throws {
    let columns = max(1, dataset.classes.count)
    for split in [Split.validation, .test] where dataset[split].count > 1 {
      let all = dataset.targets.tensor(dataset[split])!.doubles
      let width = all.count / dataset[split].count
      // Where some differ nothing is undefined, and where none do two samples show it as well as all.
      guard all.indices.dropFirst(width).allSatisfy({ all[$0] == all[$0 - width] }) else { continue }
      let different = (0..<2).map { row in
        (0..<columns).map { Double(row * columns + $0 + 1) / Double(2 * columns + 1) }
      }
      guard try Predictions(different, targets: Array(all.prefix(2 * width)), task: task).score(metric) == nil else {
        continue
      }
      throw InputError(
        file: Manifest.fileName, at: "metric",
        "\(metric.label) is undefined: all \(dataset[split].count) targets of the \(split.rawValue) split are the same; "
          + "choose another metric")
    }
  }

  /// Other modalities of the same samples and targets.
  init(like other: PreparedDataset, _ dataset: Dataset, normalisation: Normalisation) {
    (metric, scaling, fingerprint) = (other.metric, other.scaling, other.fingerprint)
    self.normalisation = normalisation
    self.dataset = dataset
  }

  /// Targets of some samples as a model learns them.
  func target(_ indices: [Int]) -> Tensor? { dataset.targets.tensor(indices).map { scaling.standardised($0) } }

  public var task: Task { dataset.manifest.task }

  /// Shape of one sample of each modality as encoders receive it: `[D]`, `[T, D]` or `[C, H, W]`.
  public var shapes: [String: [Int]] {
    dataset.modalities.mapValues { Array($0.values.shape.dropFirst()) }
  }

  /// What the data set is, for the head of a comparison.
  public var summary: DatasetSummary {
    let absent = Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0, dataset.modalitiesAbsent(in: $0)) })
    func absentFrom(_ name: String) -> [String]? {
      let splits = Split.allCases.filter { absent[$0]!.contains(name) }.map(\.rawValue)
      return splits.isEmpty ? nil : splits
    }
    return DatasetSummary(
      name: dataset.manifest.name, task: task, metric: metric, classes: dataset.classes,
      samples: Dictionary(uniqueKeysWithValues: Split.allCases.map { ($0.rawValue, dataset[$0].count) }),
      modalities: dataset.manifest.modalities.reduce(into: [:]) { result, entry in
        result[entry.key] = ModalitySummary(
          kind: entry.value.kind, shape: shapes[entry.key] ?? [],
          missing: dataset.modalities[entry.key]?.present?.count { !$0 } ?? 0,
          absentFrom: absentFrom(entry.key))
      }, units: TestUnits(dataset), targetDeviation: task == .regression ? scaling.scale : nil,
      majorityClass: majorityClass)
  }

  private var majorityClass: DatasetSummary.ClassShare? {
    let rows = dataset[.test]
    guard case .classes(let classes) = dataset.targets, !rows.isEmpty else { return nil }
    var counts = [Int](repeating: 0, count: dataset.classes.count)
    for row in rows { counts[classes[row]] += 1 }
    guard let largest = counts.indices.max(by: { counts[$0] < counts[$1] }) else { return nil }
    return .init(name: dataset.classes[largest], share: Double(counts[largest]) / Double(rows.count))
  }
}

extension Dataset {
  /// Refuses numbers that are in range and no longer are as multiples of the train split's deviation.
  func checkNormalised() throws {
    for (name, data) in modalities.sorted(by: { $0.key < $1.key }) {
      let isFinite = data.values.flattened(from: 1, to: -1).isFinite()
      guard isFinite.all().item() != 1 else { continue }
      let row = (.!isFinite).any(axis: 1).nonzero().integers[0]
      throw InputError(
        file: "samples.csv", at: "row \(row + 2) (id \"\(ids[row])\")",
        "\(name) holds a number that is too far from those of the train split to be normalised")
    }
  }
}

/// The mean and deviation of a regression target in the train split: a model learns the standardised target.
public struct TargetScaling: Codable, Sendable, Equatable {
  public var mean: Double
  public var scale: Double

  /// Targets as they are.
  public static let identity = TargetScaling(mean: 0, scale: 1)

  public init(mean: Double, scale: Double) {
    self.mean = mean
    self.scale = scale
  }

  /// Values of float64 as float32 that a model learns; class indices and labels as they are.
  func standardised(_ target: Tensor) -> Tensor {
    // Narrowed last: single precision holds neither the seconds of a Unix time nor 1e39.
    target.dtype == .float64 ? ((target - mean) / scale).to(.float32) : target
  }

  /// What a model's float32 output says in the unit of the target, in float64.
  func restored(_ output: Tensor) -> Tensor { output.to(.float64) * scale + mean }

  /// Of the train split.
  /// - Throws: `InputError` for values whose squares no number can hold.
  init(_ dataset: Dataset) throws {
    guard dataset.manifest.task == .regression else {
      self = .identity
      return
    }
    let values = dataset.targets.numbers(dataset[.train])
    // From the first on, so that the mean of equal values is that value.
    let mean = values[0] + values.reduce(0) { $0 + ($1 - values[0]) / Double(values.count) }
    // As multiples of the largest, so that neither large nor small ones leave the range when squared.
    let largest = values.reduce(0) { max($0, abs($1 - mean)) }
    let squares = values.reduce(0) { $0 + ($1 - mean) / largest * (($1 - mean) / largest) }
    let deviation = largest > 0 ? largest * (squares / Double(values.count)).squareRoot() : 0
    let all = dataset.targets.numbers(Array(0..<dataset.count))
    if let row = all.firstIndex(where: { abs($0) > 1e150 }) ?? (deviation > 0 && deviation < 1e-150 ? 0 : nil) {
      throw InputError(
        file: "samples.csv", at: "row \(row + 2) (id \"\(dataset.ids[row])\")",
        "the target \(all[row]), with a spread of \(deviation) in the train split, is out of range once it is squared; "
          + "expected sizes and spreads between 1e-150 and 1e150, so give it in another unit")
    }
    self.init(mean: mean, scale: deviation > 0 ? deviation : 1)
  }
}
