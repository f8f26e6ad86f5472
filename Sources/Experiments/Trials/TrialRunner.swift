public import Evaluation
import Foundation
import Modalities
public import Models
import Tensors
public import Training

/// Trains one method with one seed, keeps the weights that are best on validation, then looks at the test split once.
///
/// ```swift
/// let runner = TrialRunner(prepared)
/// let record = try runner.run(configuration, in: RunFolder(url), resuming: false)
/// ```
public struct TrialRunner: Sendable {
  public let prepared: PreparedDataset
  /// Asked between steps whether to stop; the checkpoint is then saved.
  public var cancellation: Cancellation?
  /// Batches prepared ahead on another thread; 0 where the cores are busy with other trials.
  public var prefetch = 0

  /// The methods that there are.
  let methods: [Method]

  public init(_ prepared: PreparedDataset, methods: [Method] = Method.all, cancellation: Cancellation? = nil) {
    self.prepared = prepared
    self.methods = methods
    self.cancellation = cancellation
  }

  /// Runs the trial and leaves configuration, epochs, metrics, predictions, model and environment in `folder`.
  ///
  /// - Throws: `TrainingCancelled` after saving a checkpoint; `TrainingFailure`, `UntrainableModel`, `UsageError` or
  ///   `InputError` where the trial cannot be done.
  public func run(
    _ configuration: TrialConfiguration, in folder: RunFolder, resuming: Bool = false,
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> TrialRecord {
    try folder.make()
    let log = RunLog(file: folder.log)
    do {
      return try attempt(configuration, in: folder, resuming: resuming, log: log, progress: progress)
    } catch {
      log.add(error is TrainingCancelled ? "\(error)" : "failed: \(error)")
      throw error
    }
  }

  private func attempt(
    _ configuration: TrialConfiguration, in folder: RunFolder, resuming: Bool, log: RunLog,
    progress: ((TrainingProgress) -> Void)?
  ) throws -> TrialRecord {
    var ((record, trained), peakBytes) = try Engine.measuringMemory { () throws -> (TrialRecord, TrainedModel) in
      let method = try methods.named(configuration.selection.method)
      if case .solver(_, let make) = method.learning {
        log.add("fit: \(configuration.selection.name), data set \(configuration.dataset)")
        let (trained, history, options) = try solve(
          method, make(method.values(configuration.options)), configuration)
        var record = try measure(trained, history)
        record.options = options
        return (record, trained)
      }
      let trained = try untrained(configuration)
      log.add(
        "start: \(configuration.selection.name), seed \(configuration.seed), \(trained.model.parameterCount) parameters, "
          + "data set \(configuration.dataset), \(Engine.threads) \(Engine.threads == 1 ? "thread" : "threads")")
      let checkpoint = folder.url.appending(path: "checkpoint.safetensors")
      try pretrain(trained, checkpoint: checkpoint, resuming: resuming)
      let history = try fit([trained], checkpoint: checkpoint, resuming: resuming, progress: progress)[0].get()
      return try (measure(trained, concluded(history, trained)), trained)
    }
    record.peakBytes = peakBytes
    try leave(record, trained, in: folder)
    return record
  }

  /// Writes everything that a finished trial leaves behind.
  func leave(_ record: TrialRecord, _ trained: TrainedModel, in folder: RunFolder) throws {
    var trained = trained
    trained.thresholds = record.thresholds
    try trained.save(to: folder)
    try folder.write(epochs: record.epochs)
    try folder.write(testMetrics: record.metrics, validationMetrics: record.validationMetrics)
    try folder.write(predictionsOf: record, task: prepared.learningTask, classes: prepared.dataset.classes)
    try folder.write(RunEnvironment.current(libtorch: Engine.version, chiasm: chiasmVersion), to: folder.environment)
    try? FileManager.default.removeItem(at: folder.url.appending(path: "checkpoint.safetensors"))
    let metric = prepared.metric
    let score = record.metrics[metric.rawValue].map { Format.score($0, metric) } ?? "undefined"
    RunLog(file: folder.log).add(
      "finished: \(record.method), seed \(record.seed), best epoch \(record.bestEpoch) of \(record.epochs.count), "
        + "test \(metric.label) \(score)")
    // Last: a folder with this file is a finished trial.
    try folder.write(record, to: folder.trial)
  }

  /// What a trial that failed is remembered as.
  public func failed(_ configuration: TrialConfiguration, _ error: any Error) -> TrialRecord {
    TrialRecord(
      method: configuration.selection.name, area: (try? methods.named(configuration.selection.method))?.area ?? "",
      modalities: configuration.selection.modalities, seed: configuration.seed, options: configuration.options,
      failure: "\(error)".replacingOccurrences(of: "\n", with: " "))
  }

  /// The network of a configuration as its seed initialises it.
  func untrained(_ configuration: TrialConfiguration) throws -> TrainedModel {
    let names = configuration.selection.modalities
    return try TrainedModel(
      initialising: configuration, manifest: prepared.dataset.keeping(names).manifest,
      normalisation: normalisation(names),
      criterion: prepared.prediction == nil ? nil : criterion(configuration.training), methods: methods)
  }

  /// The normalisation of some modalities.
  func normalisation(_ names: [String]) throws -> Normalisation {
    try Normalisation(
      tensors: prepared.normalisation.tensors.filter { key, _ in names.contains { key.hasPrefix($0 + ".") } })
  }

  // MARK: Training

  /// Lets a fusion that does learn from the inputs of the train split before the task; a checkpoint is of later.
  func pretrain(_ trained: TrainedModel, checkpoint: URL, resuming: Bool) throws {
    if resuming, FileManager.default.fileExists(atPath: checkpoint.path) { return }
    let dataset = prepared.dataset.keeping(trained.modalities)
    let order = BatchOrder(dataset[.train], batchSize: 256)
    try trained.network.pretrain(
      on: order.batches().lazy.map { dataset.batch($0) },
      generator: Generator(seed: stream(4, trained.configuration)), cancellation: cancellation)
  }

  /// Trains and answers the best score on the validation split, with its loss; the test split is not looked at and nothing is kept.
  ///
  /// - Returns: nil where the score is undefined, such as the correlation of a constant.
  func validation(of configuration: TrialConfiguration) throws -> (score: Double, loss: Double)? {
    let method = try methods.named(configuration.selection.method)
    let history =
      switch method.learning {
      case .solver(_, let make):
        try solve(method, make(method.values(configuration.options)), configuration).history
      case .gradients: try fit([untrained(configuration)], checkpoint: nil, resuming: false, progress: nil)[0].get()
      }
    let best = history.epochs.first { $0.epoch == history.bestEpoch }
    return best.flatMap {
      abs($0.validationScore) < Self.undefined ? ($0.validationScore, $0.validationLoss) : nil
    }
  }

  /// Stands for a score that is undefined: the worst there is.
  private static let undefined = 1e30

  /// What a trial draws its batches from: the order of the train split, epoch by epoch.
  func order(_ configuration: TrialConfiguration) -> BatchOrder {
    BatchOrder(
      prepared.dataset[.train], batchSize: configuration.training.batchSize, seed: stream(3, configuration),
      remainder: .keepPairs)
  }

  func dropoutSeed(_ configuration: TrialConfiguration) -> UInt64 { stream(2, configuration) }

  /// Seeds of independent streams of one trial; the first makes the weights.
  private func stream(_ number: UInt64, _ configuration: TrialConfiguration) -> UInt64 {
    Generator.seed(UInt64(bitPattern: Int64(configuration.seed)), number)
  }

  func validate(_ trained: TrainedModel, _ dataset: Dataset, _ targets: [Double]) throws -> Validation {
    let indices = dataset[.validation]
    guard prepared.prediction != nil, let model = trained.model as? any Predicting else {
      return try validationWithoutTarget(of: trained, dataset)
    }
    let (criterion, target) = (criterion(trained.configuration.training), prepared.target(indices)!)
    guard trained.measuresUtilization else {
      let outputs = trained.mapped(dataset, indices) { model($0) }
      return try validation(of: outputs, trained.configuration, criterion, target, targets)
    }
    return try validation(
      of: WithheldOutputs(trained.staged, dataset, indices), trained, criterion, target, targets)
  }

  /// The objective on batches of the validation split as large as in training, and the score of the answers.
  private func validationWithoutTarget(of trained: TrainedModel, _ dataset: Dataset) throws -> Validation {
    let (indices, network) = (dataset[.validation], trained.network)
    let order = BatchOrder(indices, batchSize: trained.configuration.training.batchSize, remainder: .keepPairs)
    let loss = withoutGradients {
      order.batches().reduce(0) { $0 + network.objective(dataset.batch($1), at: .end).item() * Double($1.count) }
    }
    let metric = prepared.metric
    let rows = try trained.predictions(dataset, indices)
    guard loss.isFinite, rows.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      return Validation(loss: loss.isFinite ? .nan : loss, score: .nan, higherIsBetter: metric.higherIsBetter)
    }
    return Validation(
      loss: loss / Double(indices.count), score: Self.score(try trained.scored(rows, targets: []), metric),
      higherIsBetter: metric.higherIsBetter)
  }

  /// With the use of the modalities.
  func validation(
    of outputs: WithheldOutputs, _ trained: TrainedModel, _ criterion: Criterion, _ target: Tensor, _ targets: [Double]
  ) throws -> Validation {
    let validation = try validation(of: outputs.all, trained.configuration, criterion, target, targets)
    guard validation.loss.isFinite, validation.score.isFinite else { return validation }
    var trained = trained
    if prepared.learningTask.usesThresholds {
      let rows = withoutGradients { trained.finish(outputs.all).rows }
      trained.thresholds = try trained.scored(rows, targets: targets).bestThresholds
    }
    let rate = trained.utilization(outputs, targets: targets, metric: prepared.metric)
    return Validation(
      loss: validation.loss, score: validation.score, higherIsBetter: validation.higherIsBetter,
      measurements: rate?.rates)
  }

  /// The loss of a model's outputs on the validation split, and their score by the main metric.
  func validation(
    of outputs: Tensor, _ configuration: TrialConfiguration, _ criterion: Criterion, _ target: Tensor,
    _ targets: [Double]
  ) throws -> Validation {
    let loss = withoutGradients { criterion(outputs, target).item() }
    let rows = withoutGradients { configuration.finish(outputs).rows }
    // What is not finite cannot be scored; the trainer stops on it with epoch and step.
    guard outputs.isFinite().all().item() == 1 else {
      return Validation(loss: loss.isFinite ? .nan : loss, score: .nan, higherIsBetter: true)
    }
    let metric = prepared.metric
    // A score that is undefined, such as the correlation of a constant, is the worst there is.
    // Whether labels are given depends on thresholds, which are chosen on this split.
    var scored = try Predictions(rows, targets: targets, task: prepared.task)
    if let thresholds = scored.bestThresholds {
      scored = try Predictions(rows, targets: targets, task: prepared.task, thresholds: thresholds)
    }
    return Validation(loss: loss, score: Self.score(scored, metric), higherIsBetter: metric.higherIsBetter)
  }

  private static func score(_ scored: Predictions, _ metric: Metric) -> Double {
    scored.score(metric) ?? (metric.higherIsBetter ? -undefined : undefined)
  }

  /// What is lost where something is predicted.
  func criterion(_ training: TrainingOptions) -> Criterion {
    guard let prediction = prepared.prediction else {
      preconditionFailure("a data set of task \(prepared.task.rawValue)")
    }
    let targets = training.balancedClasses ? prepared.dataset.targets.selecting(prepared.dataset[.train]) : nil
    return prediction.criterion(balancing: targets)
  }

  // MARK: Measuring

  /// Validation once more with the kept weights, then the test split, once.
  func measure(_ trained: TrainedModel, _ history: TrainingHistory) throws -> TrialRecord {
    let configuration = trained.configuration
    var measurement = TrialMeasurement(trained: trained, prepared: prepared)
    let validation = try measurement.predictions(.validation)
    try measurement.chooseThresholds(validation)
    let predictions = try measurement.predictions(.test)
    let targets = measurement.targets(.test)
    let method = try methods.named(configuration.selection.method)
    return TrialRecord(
      method: configuration.selection.name, area: method.area,
      modalities: configuration.selection.modalities, seed: configuration.seed, options: configuration.options,
      epochs: history.epochs, bestEpoch: history.bestEpoch, metrics: try measurement.metrics(predictions, targets),
      validationMetrics: try measurement.metrics(validation, measurement.targets(.validation)),
      predictions: predictions, targets: targets, ids: prepared.dataset[.test].map { prepared.dataset.ids[$0] },
      parameters: trained.model.parameterCount, trainSeconds: history.epochs.reduce(0) { $0 + $1.seconds },
      latencyMicroseconds: try measurement.latency(),
      choices: ChoiceShares(trained, normalised: prepared.dataset, split: .test),
      isDeterministic: method.isDeterministic ? true : nil,
      adds: try method.additiveScale(options: configuration.selection.options, task: prepared.task),
      thresholds: measurement.trained.thresholds)
  }
}

extension Batch {
  /// The batch with a standardised regression target.
  func scaled(_ scaling: TargetScaling) -> Batch {
    Batch(inputs: inputs, target: target.map { scaling.standardised($0) }, ids: ids)
  }
}
