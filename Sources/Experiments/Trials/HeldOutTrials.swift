import Fusion
import Modalities
import Models
import Tensors
import Training

// What is fitted to the validation split once training has ended.
extension TrialRunner {
  /// Fits how the trained experts of a fusion of decisions are combined, where it does that.
  ///
  /// - Returns: the history, of whose kept epoch the use of the modalities is that of the fitted combination. Scores and
  ///   losses stay those that the epoch was chosen by.
  func combined(_ history: TrainingHistory, _ trained: TrainedModel) throws -> TrainingHistory {
    let network = trained.network
    guard let fusion = network.fusion as? any HeldOutCombination, fusion.fitsCombination else { return history }
    let dataset = prepared.dataset.keeping(trained.modalities)
    let rows = dataset[.validation]
    guard !rows.isEmpty, let targets = prepared.target(rows) else { return history }
    let chunks = rows.chunks(of: 256).map { dataset.batch($0) }
    let (predictions, present) = withoutGradients {
      let masks = chunks.map { network.presence($0) }
      let parts = zip(chunks, masks).map { network.parts(network.encode($0), present: $1) }
      return (
        network.names.indices.map { modality in Tensor.concatenated(parts.map { $0[modality] }) },
        masks.contains { $0 != nil }
          ? Tensor.concatenated(
            zip(masks, chunks).map { $0 ?? .ones([$1.count, network.names.count], dtype: .bool) }) : nil
      )
    }
    // What is not finite has no best combination; whoever measures it says so.
    guard predictions.allSatisfy({ $0.isFinite().all().item() == 1 }) else { return history }
    let weights = sampleWeights(trained.configuration.training, rows)
    fusion.fitCombination(
      predictions, present: present, targets: targets, sampleWeights: weights.map { Tensor($0) })
    var epochs = history.epochs
    guard let best = epochs.firstIndex(where: { $0.epoch == history.bestEpoch }), epochs[best].utilization != nil
    else { return history }
    epochs[best].utilization =
      trained.utilization(
        WithheldOutputs(trained.model, dataset, rows), targets: prepared.dataset.targets(of: .validation),
        metric: prepared.metric)?.rates
    return TrainingHistory(epochs: epochs, bestEpoch: history.bestEpoch)
  }
}
