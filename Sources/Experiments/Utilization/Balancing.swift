import Fusion
import Modalities
import Models
import Tensors
import Training

extension TrialRunner {
  /// What keeps the modalities of a model in balance; nil where that was not asked, or there is nothing to balance: for one
  /// modality, and for fusions of decisions, whose experts learn from their own losses.
  func balancer(
    _ trained: TrainedModel, _ dataset: Dataset, _ criterion: Criterion, stepsPerEpoch: Int
  ) -> (any StepBalancer<Batch>)? {
    let names = trained.model.names
    guard let balance = trained.configuration.training.balance, names.count > 1,
      !((trained.model as? FusionModel)?.fusion is any DecisionFusion)
    else { return nil }
    let rows = dataset[.validation]
    let views = BatchViews<Batch>(
      modalities: names.count, keeping: { $0.keeping($1) },
      owner: { name in names.firstIndex { name.hasPrefix("encoders.\($0).") } },
      validationLoss: { kept in
        let outputs = trained.mapped(dataset, rows) { trained.model($0.keeping(kept)) }
        return criterion(outputs, prepared.target(rows)!).item()
      })
    return balance.make(views, stepsPerEpoch: stepsPerEpoch)
  }
}

extension Batch {
  /// The batch with some of its modalities, in the order of `names`, marked present only; a sample that has none of them
  /// keeps what it has. Presence is always stated, so that all such batches are alike to a recorded step.
  fileprivate func keeping(_ isKept: [Bool]) -> Batch {
    let present = present() ?? Tensor.ones([count, names.count], dtype: .bool)
    let kept = present .& Tensor(isKept).unsqueezed(0)
    let left = Tensor.where(kept.any(axis: 1, keepingDimensions: true), kept, present)
    var batch = self
    for (name, column) in zip(names, left.unbind(axis: 1)) { batch.inputs[name]!.present = column.contiguous() }
    return batch
  }
}
