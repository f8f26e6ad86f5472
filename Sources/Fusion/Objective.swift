public import Layers
public import Modalities
public import Tensors
public import Training

/// The task's loss of what is predicted from a representation.
public struct TaskLoss {
  private let head: Linear?
  private let criterion: Criterion
  private let target: Tensor

  /// - Parameter head: predicts from representations; nil where they are predictions.
  public init(head: Linear?, criterion: Criterion, target: Tensor) {
    self.head = head
    self.criterion = criterion
    self.target = target
  }

  /// The loss of representations `[B, D]`, a scalar.
  ///
  /// - Parameter sampleWeights: `[B]`; nil for equal ones.
  public func callAsFunction(_ fused: Tensor, sampleWeights: Tensor? = nil) -> Tensor {
    criterion(head.map { $0(fused) } ?? fused, target, sampleWeights: sampleWeights)
  }
}

extension Fusion {
  public func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor {
    task(self(inputs, present: present))
  }
}

extension DecisionFusion {
  public func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor {
    let predictions = experts(inputs)
    let there = present?.unbind(axis: 1)
    var losses = predictions.enumerated().map { modality, prediction in
      guard let there = there?[modality] else { return task(prediction) }
      // A batch may lack a modality altogether; its expert then learns nothing from it, and a mean over nobody is NaN.
      let any = there.any()
      return task(prediction, sampleWeights: there .| .!any) * any.to(prediction.dtype)
    }
    if learnsCombination {
      losses.append(task(combine(predictions.map { $0.detached() }, present: present)))
    }
    return sum(losses)
  }
}

extension FusionModel {
  /// The loss to minimise on a batch by the model's own criterion; while training, inputs get its noise and modality dropout.
  public func objective(_ batch: Batch, at step: StepContext) -> Tensor {
    guard let criterion else { preconditionFailure("the model was made without a task; say what is lost") }
    return objective(batch, criterion)
  }

  /// The same by another criterion.
  public func objective(_ batch: Batch, _ criterion: Criterion) -> Tensor {
    guard let target = batch.target else { preconditionFailure("the batch holds no target to learn from") }
    let batch = Phase.masks.map { perturbed(batch.keeping(names), drawing: $0) } ?? batch
    return fusion.objective(
      encode(batch), present: presence(batch), task: TaskLoss(head: head, criterion: criterion, target: target))
  }

  private func perturbed(_ batch: Batch, drawing masks: MaskSource) -> Batch {
    let noisy = trainingNoise?(batch, drawing: masks) ?? batch
    return modalityDropout?(noisy, drawing: masks) ?? noisy
  }
}
