import Evaluation
import Foundation
import Layers
import Modalities
import Models
import Tensors
import Training

// Several seeds of one method, trained as one. Each trial ends as `run(_:in:)` would end it alone, up to rounding.
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
      return (trained, try fit(group: trained, checkpoint: checkpoint, progress: progress))
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

  private func fit(
    group trained: [TrainedModel], checkpoint: URL, progress: ((TrainingProgress) -> Void)?
  ) throws -> [Result<TrainingHistory, TrainingFailure>] {
    try fit(group: trained, like: trained[0].network, checkpoint: checkpoint, progress: progress)
  }

  private func fit<Model: LearningModel>(
    group trained: [TrainedModel], like _: Model, checkpoint: URL, progress: ((TrainingProgress) -> Void)?
  ) throws -> [Result<TrainingHistory, TrainingFailure>] {
    let configurations = trained.map(\.configuration)
    let training = configurations[0].training
    let dataset = prepared.dataset.keeping(trained[0].modalities)
    let scaling = prepared.scaling
    let orders = configurations.map { order($0) }
    let (recorder, withheld) = (ValueRecorder(), WithheldRecorder())
    var trainer = ReplicaTrainer<Model, Batch>(
      replicas: try Replicas(count: trained.count, decaysVectors: training.decaysVectors) {
        trained[$0].network as! Model
      },
      options: training, seeds: configurations.map { dropoutSeed($0) }, stepsPerEpoch: orders[0].count,
      batches: { epoch, models in
        let own = models.map { orders[$0].batches(epoch: epoch) }
        return (0..<orders[0].count).lazy.map { step in
          dataset.batch(own.flatMap { $0[step] }).scaled(scaling)
        }
      },
      objective: { model, batch, lanes in model.objective(batch.spread(over: lanes)) },
      validate: { try self.validate($0, trained, dataset, recorder, withheld) })
    trainer.alone = .init(
      objective: { $0.objective($1) }, part: { $0.part($1, of: $2) }, tensors: { $0.tensors })
    trainer.checkpoint = checkpoint
    trainer.secondsBetweenCheckpoints = 30
    trainer.cancellation = cancellation
    trainer.progress = progress
    return try trainer.fit(resuming: true)
  }

  /// All active models on the validation split.
  private func validate<Model: LearningModel>(
    _ replicas: Replicas<Model>, _ trained: [TrainedModel], _ dataset: Dataset, _ recorder: ValueRecorder,
    _ withheld: WithheldRecorder
  ) throws -> [Validation] {
    let indices = dataset[.validation]
    let targets = prepared.targets(of: .validation)
    let measuresUtilization = trained[0].measuresUtilization
    guard prepared.prediction != nil, trained[0].model is any Predicting,
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
