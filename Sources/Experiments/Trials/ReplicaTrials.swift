import Evaluation
import Foundation
import Layers
import Modalities
import Models
import Tensors
import Training

// One or several seeds of one method, trained as one. Of several, each ends as it would end alone, up to rounding.
extension TrialRunner {
  /// Runs trials that differ in their seeds alone, and leaves in each folder what `run` leaves.
  ///
  /// - Parameters:
  ///   - checkpoint: where the group is kept while it trains; from there it goes on.
  ///   - finished: trials that have their record already; they train along, so that the others get the numbers they would
  ///     have got at first, but are left as they are.
  /// - Returns: for each trial its record; nil for one that met a number that is not finite, which `run` can explain.
  /// - Throws: what `run` throws.
  func run(
    group configurations: [TrialConfiguration], in folders: [RunFolder], finished: [Bool], checkpoint: URL,
    progress: ((TrainingProgress) -> Void)? = nil
  ) throws -> [TrialRecord?] {
    let ((trained, histories), peakBytes) = try Engine.measuringMemory {
      let trained = try configurations.map { try untrained($0) }
      for model in trained { try pretrain(model, checkpoint: checkpoint, resuming: true) }
      return (trained, try fit(trained, checkpoint: checkpoint, resuming: true, progress: progress))
    }
    var records: [TrialRecord?] = []
    for (index, history) in histories.enumerated() {
      guard !finished[index], case .success(let history) = history else {
        records.append(finished[index] ? try folders[index].read(TrialRecord.self, from: folders[index].trial) : nil)
        continue
      }
      var record = try measure(trained[index], concluded(history, trained[index]))
      // Its share of what the group held.
      record.peakBytes = peakBytes / configurations.count
      try folders[index].make()
      try leave(record, trained[index], in: folders[index])
      records.append(record)
    }
    try? FileManager.default.removeItem(at: checkpoint)
    return records
  }

  /// Trains models that differ in their seeds alone; one is a group of one.
  func fit(
    _ trained: [TrainedModel], checkpoint: URL?, resuming: Bool, progress: ((TrainingProgress) -> Void)?
  ) throws -> [Result<TrainingHistory, TrainingFailure>] {
    try fit(trained, like: trained[0].network, checkpoint: checkpoint, resuming: resuming, progress: progress)
  }

  private func fit<Model: LearningModel>(
    _ trained: [TrainedModel], like _: Model, checkpoint: URL?, resuming: Bool,
    progress: ((TrainingProgress) -> Void)?
  ) throws -> [Result<TrainingHistory, TrainingFailure>] {
    let configurations = trained.map(\.configuration)
    let training = configurations[0].training
    let dataset = prepared.dataset.keeping(trained[0].modalities)
    let (scaling, prefetch) = (prepared.scaling, prefetch)
    let orders = configurations.map { order($0) }
    let (recorder, withheld) = (ValueRecorder(), WithheldRecorder())
    var trainer = Trainer<Model, Batch>(
      replicas: try Replicas(count: trained.count, decaysVectors: training.decaysVectors) {
        trained[$0].network as! Model
      },
      options: training, seeds: configurations.map { dropoutSeed($0) }, stepsPerEpoch: orders[0].count,
      batches: { epoch, models in
        let own = models.map { orders[$0].batches(epoch: epoch) }
        let rows = own[0].indices.map { step in own.flatMap { $0[step] } }
        return prefetch > 0
          ? Prefetcher(rows, depth: prefetch) { dataset.batch($0).scaled(scaling) }
          : rows.lazy.map { dataset.batch($0).scaled(scaling) }
      },
      parts: BatchParts(part: { $0.part($1, of: $2) }, spread: { $0.spread(over: $1) }),
      objective: { model, batch, step in model.objective(batch, at: step) },
      validate: { try self.validate($0, trained, dataset, recorder, withheld) })
    trainer.tensors = { $0.tensors }
    trainer.balancer = balancer(trained[0], dataset, stepsPerEpoch: orders[0].count)
    trainer.parameterGroups = trained[0].network.parameterGroups
    trainer.afterStep = { $0.afterStep($1) }
    trainer.checkpoint = checkpoint
    trainer.secondsBetweenCheckpoints = 30
    trainer.cancellation = cancellation
    trainer.progress = progress
    return try trainer.fitEach(resuming: resuming)
  }

  /// All active models on the validation split.
  private func validate<Model: LearningModel>(
    _ replicas: Replicas<Model>, _ trained: [TrainedModel], _ dataset: Dataset, _ recorder: ValueRecorder,
    _ withheld: WithheldRecorder
  ) throws -> [Validation] {
    let indices = dataset[.validation]
    let targets = prepared.targets(of: .validation)
    let measuresUtilization = trained[0].measuresUtilization
    // Recordings pay where several models share them.
    guard trained.count > 1, prepared.prediction != nil, trained[0].model is any Predicting,
      !(measuresUtilization && trained[0].staged.readsSteps)
    else { return try replicas.active.map { try validate(trained[$0], dataset, targets) } }
    let (criterion, target) = (criterion(trained[0].configuration.training), prepared.target(indices)!)
    if measuresUtilization {
      return try zip(replicas.active, withheld.outputs(of: replicas, dataset, indices)).map { number, outputs in
        try validation(of: outputs, trained[number], criterion, target, targets)
      }
    }
    let outputs = Tensor.concatenated(
      indices.chunks(of: 256).map { chunk in
        let batch = dataset.batch(chunk)
        return recorder.values(of: replicas, for: batch.tensors) { ($0 as! any Predicting)(batch) }
      }, axis: 1)
    return try replicas.active.enumerated().map { row, number in
      try validation(of: outputs.select(axis: 0, index: row), trained[number].configuration, criterion, target, targets)
    }
  }
}
