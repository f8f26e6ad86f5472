import Foundation
public import Modalities
import Models
public import Tensors

/// A trained run in use: metrics on other data, predictions for new samples, representations.
public struct ModelUse {
  private let trained: TrainedModel

  /// - Throws: `InputError` where the folder does not hold a finished run.
  public init(_ folder: RunFolder) throws { self.init(try TrainedModel.load(folder)) }

  init(_ trained: TrainedModel) { self.trained = trained }

  /// Every metric of the task on a split.
  /// - Throws: `InputError` where the data set does not fit the model.
  public func evaluate(_ dataset: Dataset, split: Split) throws -> [String: Double] {
    try Self.checkTargets(trained, on: dataset)
    let normalised = try fitted(dataset)
    let task = trained.configuration.task
    let indices = dataset[split]
    return try trained.scored(trained.predictions(normalised, indices), targets: normalised.targets(of: split))
      .scores(Metric.reported(for: task, main: trained.configuration.metric))
  }

  /// Predictions for every sample of a data set, in its order.
  /// - Throws: `InputError` where the data set does not fit the model, or a prediction is not finite.
  public func predict(_ dataset: Dataset) throws -> [Prediction] {
    let normalised = try fitted(dataset)
    let predictions = try outputs(normalised, "prediction") { trained.predictions($0) }
    return zip(dataset.ids, predictions.rows).map(prediction)
  }

  /// The prediction for a new sample; a modality without a file is absent.
  public func predict(_ sample: NewSample) throws -> Prediction {
    let featureShapes = trained.configuration.shapes.reduce(into: [String: [Int]]()) { shapes, entry in
      let isSequence = trained.manifest.modalities[entry.key]?.isSequence ?? false
      shapes[entry.key] = isSequence ? Array(entry.value.dropFirst()) : entry.value
    }
    let batch = try SampleDecoder(manifest: trained.manifest, featureShapes: featureShapes).batch([sample])
    let rows = withoutGradients { trained.predictions(trained.normalisation.apply(to: batch)).rows }
    guard rows[0].allSatisfy(\.isFinite) else {
      throw InputError(at: sample.id, "the prediction is not finite: \(rows[0])")
    }
    return prediction(sample.id, rows[0])
  }

  /// `representation` `[N, D]` and `prediction` `[N, K]` in the order of `samples.csv`; for methods that link modalities
  /// in one space, also `linked.<modality>`.
  /// - Throws: `InputError` where the data set does not fit the model, or a number is not finite.
  public func embed(_ dataset: Dataset) throws -> [String: Tensor] {
    let normalised = try fitted(dataset)
    var tensors = [
      "representation": try outputs(normalised, "representation") { trained.model.representation($0) },
      "prediction": try outputs(normalised, "prediction") { trained.predictions($0) },
    ]
    for (number, name) in (trained.model.linkedNames ?? []).enumerated() {
      tensors["linked.\(name)"] = try outputs(normalised, "representation of \(name)") {
        trained.model.linked($0)![number]
      }
    }
    return tensors
  }

  /// What `body` makes of every sample, refused by id where it is not finite.
  private func outputs(_ dataset: Dataset, _ what: String, _ body: (Batch) -> Tensor) throws -> Tensor {
    let outputs = trained.mapped(dataset, Array(0..<dataset.count), body)
    let isFinite = outputs.isFinite().all(axis: 1)
    guard isFinite.all().item() == 1 else {
      throw InputError(at: dataset.ids[(.!isFinite).nonzero().integers[0]], "the \(what) is not finite")
    }
    return outputs
  }

  /// The data set normalised as the model's training data were, with the model's modalities only.
  func fitted(_ dataset: Dataset) throws -> Dataset {
    try Self.check(trained, on: dataset)
    let normalised = dataset.keeping(trained.modalities).normalised(with: trained.normalisation)
    try normalised.checkNormalised()
    return normalised
  }

  /// - Throws: `InputError` where a data set lacks what a model reads.
  static func check(_ trained: TrainedModel, on dataset: Dataset) throws {
    for name in trained.modalities {
      guard let data = dataset.modalities[name] else {
        throw InputError(
          file: Manifest.fileName, at: "modalities",
          "the model reads \"\(name)\", the data set has \(list(dataset.names))")
      }
      let expected = trained.configuration.shapes[name] ?? []
      let feature = data.lengths == nil ? expected : Array(expected.dropFirst())
      guard data.featureShape == feature else {
        throw InputError(
          file: Manifest.fileName, at: "modalities.\(name)",
          "samples of shape \(data.featureShape); the model expects \(feature)")
      }
    }
  }

  /// - Throws: `InputError` where a data set lacks what a model reads, or has other targets than it predicts.
  static func checkTargets(_ trained: TrainedModel, on dataset: Dataset) throws {
    try check(trained, on: dataset)
    guard dataset.manifest.task == trained.configuration.task, dataset.classes == trained.configuration.classes else {
      throw InputError(
        file: Manifest.fileName, at: "classes",
        "the model predicts \(list(trained.configuration.classes)), the data set has \(list(dataset.classes))")
    }
  }

  private func prediction(_ id: String, _ row: [Double]) -> Prediction {
    Prediction(
      id: id, row: row, task: trained.configuration.prediction, classes: trained.configuration.classes,
      thresholds: trained.thresholds)
  }

  private static func list(_ names: [String]) -> String { names.isEmpty ? "none" : names.joined(separator: ", ") }
}

/// What a model says about one sample.
public struct Prediction: Codable, Sendable, Equatable {
  public let id: String
  /// The class, the labels joined by `|`, or the value.
  public let prediction: String
  /// Probability of every class or label; nil for regression.
  public let probabilities: [String: Double]?

  init(id: String, row: [Double], task: any PredictionTask, classes: [String], thresholds: [Double]? = nil) {
    self.id = id
    prediction = task.text(row, classes: classes, thresholds: thresholds)
    probabilities = task.outputsAreClasses ? Dictionary(uniqueKeysWithValues: zip(classes, row)) : nil
  }

  /// Probability of the predicted class; nil where there is no single one.
  public var confidence: Double? { probabilities?[prediction] }

  /// `id,prediction` and a column `p(class)` per class.
  public static func csv(_ predictions: [Prediction]) -> String {
    let classes = predictions.first?.probabilities?.keys.sorted() ?? []
    var table = CSVText(["id", "prediction"] + classes.map { "p(\($0))" })
    for prediction in predictions {
      table.append([prediction.id, prediction.prediction] + classes.map { "\(prediction.probabilities?[$0] ?? 0)" })
    }
    return table.text
  }
}
