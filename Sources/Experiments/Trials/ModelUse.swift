import Foundation
public import Modalities
public import Models
public import Tensors

/// A trained run in use: metrics on other data, predictions for new samples, representations.
public struct ModelUse {
  private let trained: TrainedModel

  /// - Throws: `InputError` where the folder does not hold a finished run.
  public init(_ folder: RunFolder, methods: [Method] = Method.all) throws {
    self.init(try TrainedModel.load(folder, methods: methods))
  }

  init(_ trained: TrainedModel) { self.trained = trained }

  /// Every metric of the task on a split.
  /// - Throws: `InputError` where the data set does not fit the model.
  public func evaluate(_ dataset: Dataset, split: Split) throws -> [String: Double] {
    try Self.checkTargets(trained, on: dataset)
    let normalised = try fitted(dataset)
    let task = trained.configuration.task
    let indices = dataset[split]
    let targets = trained.configuration.learningTask.targetWidth > 0 ? normalised.targets(of: split) : []
    return try trained.scored(trained.predictions(normalised, indices), targets: targets)
      .scores(Metric.reported(for: task, main: trained.configuration.metric))
  }

  /// Predictions for every sample of a data set, in its order.
  /// - Throws: `InputError` where the data set does not fit the model, or a prediction is not finite.
  public func predict(_ dataset: Dataset) throws -> [Prediction] {
    let normalised = try fitted(dataset)
    let model = try trained.model.capability((any Predicting).self, "predicts")
    let predictions = try outputs(normalised, "prediction") { trained.finish(model($0)) }
    return zip(dataset.ids, predictions.rows).map(prediction)
  }

  /// The prediction for a new sample; a modality without a file is absent.
  public func predict(_ sample: NewSample) throws -> Prediction {
    let featureShapes = trained.configuration.shapes.reduce(into: [String: [Int]]()) { shapes, entry in
      let isSequence = trained.manifest.modalities[entry.key]?.isSequence ?? false
      shapes[entry.key] = isSequence ? Array(entry.value.dropFirst()) : entry.value
    }
    let batch = try SampleDecoder(manifest: trained.manifest, featureShapes: featureShapes).batch([sample])
    let model = try trained.model.capability((any Predicting).self, "predicts")
    let rows = withoutGradients { trained.finish(model(trained.normalisation.apply(to: batch))).rows }
    guard rows[0].allSatisfy(\.isFinite) else {
      throw InputError(at: sample.id, "the prediction is not finite: \(rows[0])")
    }
    return prediction(sample.id, rows[0])
  }

  /// Of a model that predicts, `representation` `[N, D]` and `prediction` `[N, K]` in the order of `samples.csv`; of one that
  /// links modalities in one space, `linked.<modality>`.
  /// - Throws: `InputError` where the data set does not fit the model, or a number is not finite; `UsageError` for a model that
  ///   does neither.
  public func embed(_ dataset: Dataset) throws -> [String: Tensor] {
    let normalised = try fitted(dataset)
    var tensors: [String: Tensor] = [:]
    if let model = trained.model as? any Predicting {
      tensors["representation"] = try outputs(normalised, "representation") { model.representation($0) }
      tensors["prediction"] = try outputs(normalised, "prediction") { trained.finish(model($0)) }
    }
    if let model = trained.model as? any EmbeddingModel {
      for (name, vectors) in trained.mapped(normalised, Array(0..<normalised.count), model.embed) {
        tensors["linked.\(name)"] = try finite(vectors, normalised, "representation of \(name)")
      }
    }
    guard !tensors.isEmpty else { _ = try trained.model.capability((any EmbeddingModel).self, "embeds"); return [:] }
    return tensors
  }

  /// Samples of some modalities in the data's own unit, one for each sample of a data set, given its modalities.
  ///
  /// - Parameters:
  ///   - names: what to make.
  ///   - dataset: some of the model's modalities, as loaded.
  ///   - seed: of everything random.
  /// - Throws: `UsageError` for a model that makes no samples, or a modality that it does not know; `InputError` for samples that
  ///   are not finite.
  public func sample(_ names: [String], given dataset: Dataset, seed: UInt64) throws -> [String: Tensor] {
    let model = try trained.model.capability((any Generating).self, "makes samples")
    if let name = names.first(where: { !trained.modalities.contains($0) }) {
      throw UsageError("the model knows no modality \(name); it has \(Self.list(trained.modalities))")
    }
    let given = dataset.keeping(dataset.names.filter(trained.modalities.contains))
      .normalised(with: trained.normalisation)
    let generator = Generator(seed: seed)
    let made = trained.mapped(given, Array(0..<given.count)) { batch in
      model.sample(names, given: batch, using: generator).inputs.mapValues(\.values)
    }
    return try made.reduce(into: [:]) { all, entry in
      all[entry.key] = trained.normalisation.restored(
        try finite(entry.value.flattened(from: 1, to: -1), given, "sample of \(entry.key)").reshaped(entry.value.shape),
        of: entry.key)
    }
  }

  /// What `body` makes of every sample, refused by id where it is not finite.
  private func outputs(_ dataset: Dataset, _ what: String, _ body: (Batch) -> Tensor) throws -> Tensor {
    try finite(trained.mapped(dataset, Array(0..<dataset.count), body), dataset, what)
  }

  private func finite(_ outputs: Tensor, _ dataset: Dataset, _ what: String) throws -> Tensor {
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
      id: id, row: row, task: trained.configuration.learningTask, classes: trained.configuration.classes,
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

  init(id: String, row: [Double], task: any LearningTask, classes: [String], thresholds: [Double]? = nil) {
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
