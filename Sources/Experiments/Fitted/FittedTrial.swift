import Encoders
import Evaluation
import Foundation
import Modalities
import Models
import Tensors
import Training

// Trials of fitted methods: one solve instead of epochs.
extension TrialRunner {
  /// Fits the model of a configuration.
  ///
  /// - Returns: the model, the solve as a history of one epoch, and the options with what was chosen on validation.
  func solve(
    _ method: FittedMethod, _ configuration: TrialConfiguration
  ) throws -> (trained: TrainedModel, history: TrainingHistory, options: [String: String]) {
    let start = ContinuousClock.now
    let names = configuration.selection.modalities
    let manifest = prepared.dataset.keeping(names).manifest
    let fitter = try method.fitter(configuration.options)
    let widths = try FittedModel.encoders(names, configuration, manifest).map(\.outputSize)
    try Self.checkMemory(
      method, bytes: fitter.bytes(samples: prepared.dataset[.train].count, widths: widths), widths: widths)
    let (samples, encoders, fills) = try fittingSamples(configuration, manifest)
    let (solution, chosen) = try fitter.fit(samples)
    let model = FittedModel(names: names, encoders: encoders, fills: fills, solution: solution)
    let trained = TrainedModel(
      model, configuration: configuration, manifest: manifest, normalisation: try normalisation(names))
    func outputs(_ views: [Tensor]) throws -> Tensor {
      solution.outputs(solution.representation(try solution.parts(views))).to(.float32)
    }
    let judged = try samples.judge(try outputs(samples.validation))
    let train = prepared.dataset[.train]
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
    _ method: FittedMethod, bytes: Int, widths: [Int], available: Int? = Machine.current.availableBytes
  ) throws {
    guard let available, bytes > available else { return }
    throw UsageError(
      "\(method.name) on \(widths.map(String.init).joined(separator: " + ")) numbers a sample needs about "
        + "\(Format.bytes(bytes)), \(Format.bytes(available)) are free; name narrower modalities, or use a method that "
        + "learns by gradients")
  }

  private func fittingSamples(
    _ configuration: TrialConfiguration, _ manifest: Manifest
  ) throws -> (samples: FittingSamples, encoders: [RawEncoder], fills: [Tensor]) {
    let names = configuration.selection.modalities
    let dataset = prepared.dataset.keeping(names)
    let encoders = try FittedModel.encoders(names, configuration, manifest)
    let (train, validation) = (dataset[.train], dataset[.validation])
    func views(_ indices: [Int], _ fills: [Tensor]?) -> [Tensor] {
      let parts = indices.chunks(of: 256).map {
        FittedModel.views(of: dataset.batch($0), names, encoders, fills)
      }
      return names.indices.map { index in Tensor.concatenated(parts.map { $0[index] }) }
    }
    let plain = views(train, nil)
    let fills = try zip(names, plain).map { name, view in
      let present = dataset.modalities[name]?.present
      let rows = train.indices.filter { present?[train[$0]] ?? true }
      guard !rows.isEmpty else { throw InputError(at: name, "no sample of the train split has the modality") }
      return view.indexSelect(Tensor(rows)).mean(axes: [0])
    }
    let criterion = criterion(configuration.training)
    func judge(_ splits: [Split]) -> (Tensor) throws -> Validation {
      let wanted = prepared.target(splits.flatMap { dataset[$0] })!
      let truth = splits.flatMap { prepared.dataset.targets(of: $0) }
      return { try self.validation(of: $0.to(.float32), configuration, criterion, wanted, truth) }
    }
    let samples = FittingSamples(
      train: views(train, fills), targets: prepared.scaling.standardised(prepared.dataset.targets.selecting(train)),
      task: prepared.prediction, weights: sampleWeights(configuration.training, train),
      balancesLabels: configuration.training.balancedClasses,
      validation: views(validation, fills),
      judge: judge([.validation]), judgeAll: judge([.train, .validation]),
      training: configuration.training, seed: UInt64(bitPattern: Int64(configuration.seed)),
      cancellation: cancellation)
    return (samples, encoders, fills)
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
