public import Evaluation
public import Modalities
public import Models
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
    guard prediction != nil else { return }
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

  public var task: TaskKind { dataset.manifest.task }

  /// What is asked of a model of all modalities.
  public var learningTask: any LearningTask {
    task.task(
      outputs: task.outputs(classes: dataset.classes.count, modalities: dataset.names.count), scaling: scaling)
  }

  /// The same, where something is predicted.
  public var prediction: (any PredictionTask)? { learningTask as? any PredictionTask }

  /// Targets of a split as records hold them: class index, value, or zeros and ones per label; none where none are predicted.
  func targets(of split: Split) -> [Double] { prediction == nil ? [] : dataset.targets(of: split) }

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
      }, units: TestUnits(dataset), targetDeviation: dataset.targets.numericValues == nil ? nil : scaling.scale,
      majorityClass: majorityClass)
  }

  private var majorityClass: DatasetSummary.ClassShare? {
    let rows = dataset[.test]
    guard learningTask.hasExclusiveClasses, let classes = dataset.targets.classIndices, !rows.isEmpty else {
      return nil
    }
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
