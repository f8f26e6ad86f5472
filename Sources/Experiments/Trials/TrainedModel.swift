import Foundation
public import Modalities
public import Models
public import Tensors
public import Training

/// A model with what it takes to use it on new samples: the configuration, the manifest and the normalisation.
///
/// Predictions are class probabilities, label probabilities or values in the target's own unit.
public struct TrainedModel {
  public let model: any MultimodalModel
  public let configuration: TrialConfiguration
  public let manifest: Manifest
  public let normalisation: Normalisation
  /// Multilabel: from which probability on each label is given, chosen on validation; nil before, and for other tasks.
  public var thresholds: [Double]?

  /// The untrained model of a configuration whose method learns by gradients, its weights drawn from the seed.
  ///
  /// - Parameters:
  ///   - criterion: what is lost, where it is not what the task says.
  ///   - methods: those that there are.
  /// - Throws: `UsageError` for an option value that the method does not take.
  public init(
    initialising configuration: TrialConfiguration, manifest: Manifest, normalisation: Normalisation,
    criterion: Criterion? = nil, methods: [Method] = Method.all
  ) throws {
    let method = try methods.named(configuration.selection.method)
    guard case .gradients(_, let make) = method.learning else {
      preconditionFailure("\(method.name) is fitted by a solver; it has no first weights")
    }
    let model = try make(
      configuration.request(manifest, criterion: criterion), method.values(configuration.options),
      Generator(seed: Generator.seed(UInt64(bitPattern: Int64(configuration.seed)), 1)))
    self.init(model, configuration: configuration, manifest: manifest, normalisation: normalisation)
  }

  init(
    _ model: any MultimodalModel, configuration: TrialConfiguration, manifest: Manifest, normalisation: Normalisation
  ) {
    self.model = model
    self.configuration = configuration
    self.manifest = manifest
    self.normalisation = normalisation
  }

  /// The model of a method that learns by gradients.
  var network: any LearningModel {
    guard let network = model as? any LearningModel else {
      preconditionFailure("\(configuration.selection.name) is fitted by a solver; it has no network to train")
    }
    return network
  }

  /// The model as one that works on each modality alone first; see `checkStages`.
  public var staged: any Staged {
    guard let staged = model as? any Staged else {
      preconditionFailure("\(configuration.selection.name) does not predict in stages")
    }
    return staged
  }

  /// - Throws: `UsageError` where modalities cannot be recombined or left out: for what does not predict in stages.
  func checkStages() throws { _ = try model.capability((any Staged).self, "predicts from what modalities contribute") }

  /// Names of the modalities it reads, sorted.
  public var modalities: [String] { configuration.selection.modalities }

  // MARK: Predicting

  /// Predictions `[B, K]` for a normalised batch, of a model that predicts.
  public func predictions(_ batch: Batch) -> Tensor {
    guard let model = model as? any Predicting else {
      preconditionFailure("\(configuration.selection.name) does not predict")
    }
    return finish(model(batch))
  }

  /// Turns logits or standardised values into probabilities or values.
  public func finish(_ output: Tensor) -> Tensor { configuration.finish(output) }

  /// What `body` makes of batches of the samples at `indices`, stacked, without recording gradients.
  public func mapped(_ dataset: Dataset, _ indices: [Int], _ body: (Batch) -> Tensor) -> Tensor {
    withoutGradients { .concatenated(batches(dataset, indices).map(body)) }
  }

  /// The same of several tensors by name.
  func mapped(_ dataset: Dataset, _ indices: [Int], _ body: (Batch) -> [String: Tensor]) -> [String: Tensor] {
    let parts = withoutGradients { batches(dataset, indices).map(body) }
    return (parts.first ?? [:]).reduce(into: [:]) { all, entry in
      all[entry.key] = .concatenated(parts.map { $0[entry.key]! })
    }
  }

  /// Samples in batches, with the modalities that the model reads.
  func batches(_ dataset: Dataset, _ indices: [Int]) -> some Sequence<Batch> {
    indices.chunks(of: 256).lazy.map { dataset.batch($0).keeping(modalities) }
  }

  /// Predictions beside their targets, ready to be scored.
  /// - Throws: `InputError` where they cannot be.
  func scored(_ rows: [[Double]], targets: [Double]) throws -> Predictions {
    try Predictions(rows, targets: targets, task: configuration.task, thresholds: thresholds)
  }

  /// What the task asks for of each sample, as rows, for a normalised data set: of a task with a target, predictions.
  /// - Throws: `UsageError` where the model cannot do what the task asks for.
  public func predictions(_ dataset: Dataset, _ indices: [Int]) throws -> [[Double]] {
    try configuration.learningTask.answers(of: model, to: batches(dataset, indices)).rows
  }

  // MARK: Files

  private static let thresholdKey = "decision.thresholds"

  /// Keys of the model file: `model.…` for parameters, `normalisation.…` for means and scales, `decision.thresholds`.
  private var tensors: [String: Tensor] {
    var tensors: [String: Tensor] = [:]
    for (name, tensor) in model.state() { tensors["model." + name] = tensor }
    for (name, tensor) in normalisation.tensors { tensors["normalisation." + name] = tensor }
    tensors[Self.thresholdKey] = thresholds.map { Tensor($0) }
    return tensors
  }

  /// Writes configuration, manifest and weights into a run folder.
  public func save(to folder: RunFolder) throws {
    try folder.write(configuration: configuration)
    try manifest.write(to: folder.dataset)
    try Safetensors.write(
      tensors,
      metadata: model.notes.merging(["format": "chiasm-model-1", "method": configuration.selection.name]) { $1 },
      to: folder.model)
  }

  /// Reads what `save` wrote.
  /// - Throws: `InputError` naming the file that is missing, unreadable or does not fit the others.
  public static func load(_ folder: RunFolder, methods: [Method] = Method.all) throws -> TrainedModel {
    let configuration = try folder.readConfiguration()
    let names = Set(configuration.selection.modalities)
    var manifest = try RunFolder.naming(folder.dataset) {
      let manifest = try Manifest.read(folder.dataset)
      try configuration.check(manifest)
      return manifest
    }
    manifest.modalities = manifest.modalities.filter { names.contains($0.key) }
    let file = folder.model.relativePath
    let (tensors, notes) = try Safetensors.read(folder.model)
    func part(_ prefix: String) -> [String: Tensor] {
      tensors.reduce(into: [:]) {
        if $1.key.hasPrefix(prefix) { $0[String($1.key.dropFirst(prefix.count))] = $1.value }
      }
    }
    let normalisation = try Normalisation(tensors: part("normalisation."), file: file)
    try RunFolder.naming(folder.model) { try configuration.check(normalisation) }
    var trained: TrainedModel
    let method = try RunFolder.naming(folder.configuration) { try methods.named(configuration.selection.method) }
    switch method.learning {
    case .solver(_, let make):
      trained = try RunFolder.naming(folder.model) {
        let views = try Views(configuration.selection.modalities, configuration.request(manifest))
        let model = try views.model(
          make(method.values(configuration.options)),
          restoring: NamedTensors(part("model."), notes: notes, file: file), task: configuration.prediction)
        return TrainedModel(model, configuration: configuration, manifest: manifest, normalisation: normalisation)
      }
    case .gradients:
      trained = try RunFolder.naming(folder.configuration) {
        try TrainedModel(
          initialising: configuration, manifest: manifest, normalisation: normalisation, methods: methods)
      }
      try trained.network.load(part("model."), file: file)
    }
    trained.thresholds = try tensors[thresholdKey].map { try thresholds($0, configuration, file: file) }
    return trained
  }

  private static func thresholds(
    _ tensor: Tensor, _ configuration: TrialConfiguration, file: String
  ) throws -> [Double] {
    guard configuration.learningTask.usesThresholds, tensor.dtype == .float64, tensor.shape == [configuration.outputs],
      tensor.doubles.allSatisfy((0...1).contains)
    else {
      throw InputError(
        file: file, at: thresholdKey,
        "is \(tensor.dtype) \(tensor.shape); expected one float64 in 0 … 1 for each of \(configuration.outputs) labels")
    }
    return tensor.doubles
  }
}

extension Tensor {
  /// The rows of a matrix.
  var rows: [[Double]] {
    let width = shape[1]
    let values = doubles
    return (0..<shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
  }
}
