import Evaluation
import Modalities
import Models
import Tensors
import Training

// Trials of methods with a solver: one solve instead of epochs.
extension TrialRunner {
  /// Fits the model of a configuration.
  ///
  /// - Returns: the model, the solve as a history of one epoch, and the options with what was chosen on validation.
  func solve(
    _ method: Method, _ solver: any Solver, _ configuration: TrialConfiguration
  ) throws -> (trained: TrainedModel, history: TrainingHistory, options: [String: String]) {
    let start = ContinuousClock.now
    let names = configuration.selection.modalities
    let dataset = prepared.dataset.keeping(names)
    let train = dataset[.train]
    let empty = try Views(names, configuration.request(dataset.manifest))
    try Self.checkMemory(
      method, bytes: solver.bytes(samples: train.count, widths: empty.widths), widths: empty.widths)
    let views = try empty.filled(from: dataset, train)
    let samples = samples(configuration, dataset, views)
    let (solution, chosen) = try solver.fit(samples)
    let trained = TrainedModel(
      views.model(solution), configuration: configuration, manifest: dataset.manifest,
      normalisation: try normalisation(names))
    func outputs(_ views: [Tensor]) throws -> Tensor {
      solution.outputs(solution.representation(try solution.parts(views))).to(.float32)
    }
    let judged = try samples.judge(try outputs(samples.validation))
    let loss = criterion(configuration.training)(try outputs(samples.train), prepared.target(train)!).item()
    let record = EpochRecord(
      epoch: 1, trainLoss: loss, validationLoss: judged.loss, validationScore: judged.score, learningRate: 0,
      seconds: (ContinuousClock.now - start) / .seconds(1))
    return (
      trained, TrainingHistory(epochs: [record], bestEpoch: 1), configuration.options.merging(chosen) { $1 }
    )
  }

  /// Refuses what the system would end the program for.
  static func checkMemory(
    _ method: Method, bytes: Int, widths: [Int], available: Int? = Machine.current.availableBytes
  ) throws {
    guard let available, bytes > available else { return }
    throw UsageError(
      "\(method.name) on \(widths.map(String.init).joined(separator: " + ")) numbers a sample needs about "
        + "\(Format.bytes(bytes)), \(Format.bytes(available)) are free; name narrower modalities, or use a method that "
        + "learns by gradients")
  }

  private func samples(_ configuration: TrialConfiguration, _ dataset: Dataset, _ views: Views) -> SolverSamples {
    let (train, validation) = (dataset[.train], dataset[.validation])
    let criterion = criterion(configuration.training)
    func judge(_ splits: [Split]) -> (Tensor) throws -> Validation {
      let wanted = prepared.target(splits.flatMap { dataset[$0] })!
      let truth = splits.flatMap { prepared.targets(of: $0) }
      return { try self.validation(of: $0.to(.float32), configuration, criterion, wanted, truth) }
    }
    return SolverSamples(
      train: views(dataset, train),
      targets: prepared.scaling.standardised(prepared.dataset.targets.selecting(train)),
      task: configuration.prediction, weights: sampleWeights(configuration.training, train),
      balancesLabels: configuration.training.balancedClasses, validation: views(dataset, validation),
      training: configuration.training, seed: UInt64(bitPattern: Int64(configuration.seed)),
      cancellation: cancellation, judge: judge([.validation]), judgeAll: judge([.train, .validation]))
  }

  /// Weights under which every class counts alike; nil unless asked for.
  func sampleWeights(_ training: TrainingOptions, _ indices: [Int]) -> [Double]? {
    guard training.balancedClasses, let classes = prepared.dataset.targets.classIndices else { return nil }
    var counts = [Int](repeating: 0, count: prepared.dataset.outputs)
    for index in indices { counts[classes[index]] += 1 }
    let each = Double(indices.count) / Double(counts.count { $0 > 0 })
    return indices.map { each / Double(counts[classes[$0]]) }
  }
}
