import Modalities
import Models
import Tensors
import Training

// What is fitted to the validation split once training has ended.
extension TrialRunner {
  /// Lets a model that does fit what is left, such as how the trained experts of a fusion of decisions are combined.
  ///
  /// - Returns: the history, of whose kept epoch the use of the modalities is that of the fitted model. Scores and losses stay
  ///   those that the epoch was chosen by.
  func concluded(_ history: TrainingHistory, _ trained: TrainedModel) throws -> TrainingHistory {
    let dataset = prepared.dataset.keeping(trained.modalities)
    let rows = dataset[.validation]
    guard !rows.isEmpty, let targets = prepared.target(rows) else { return history }
    let weights = sampleWeights(trained.configuration.training, rows)
    guard
      trained.network.conclude(
        on: rows.chunks(of: 256).lazy.map { dataset.batch($0) }, targets: targets,
        sampleWeights: weights.map { Tensor($0) })
    else { return history }
    var epochs = history.epochs
    guard let best = epochs.firstIndex(where: { $0.epoch == history.bestEpoch }), epochs[best].utilization != nil
    else { return history }
    epochs[best].utilization =
      trained.utilization(
        WithheldOutputs(trained.staged, dataset, rows), targets: prepared.targets(of: .validation),
        metric: prepared.metric)?.rates
    return TrainingHistory(epochs: epochs, bestEpoch: history.bestEpoch)
  }
}
