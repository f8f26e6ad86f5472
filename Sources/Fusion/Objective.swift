import Layers
public import Modalities
public import Tensors
public import Training

extension FusionModel {
  /// The loss to minimise on a batch.
  ///
  /// For a fusion of decisions, the sum of the experts' own losses over the samples that have their modality, and of the
  /// loss of the combination where that learns (on predictions whose gradient is cut). While training, inputs get the
  /// model's noise and modality dropout.
  public func objective(_ batch: Batch, _ criterion: Criterion) -> Tensor {
    guard let target = batch.target else { preconditionFailure("the batch holds no target to learn from") }
    let batch = Phase.masks.map { perturbed(batch.keeping(names), drawing: $0) } ?? batch
    let encoded = encode(batch)
    let present = presence(batch)
    guard let decisions = fusion as? any DecisionFusion else {
      return criterion(predict(encoded, present: present), target)
    }
    let predictions = decisions.experts(encoded)
    let there = present?.unbind(axis: 1)
    var losses = predictions.enumerated().map { modality, prediction in
      guard let there = there?[modality] else { return criterion(prediction, target) }
      // A batch may lack a modality altogether; its expert then learns nothing from it, and a mean over nobody is NaN.
      let any = there.any()
      return criterion(prediction, target, sampleWeights: there .| .!any) * any.to(prediction.dtype)
    }
    if decisions.learnsCombination {
      losses.append(criterion(decisions.combine(predictions.map { $0.detached() }, present: present), target))
    }
    return losses.dropFirst().reduce(losses[0], +)
  }

  private func perturbed(_ batch: Batch, drawing masks: MaskSource) -> Batch {
    let noisy = trainingNoise?(batch, drawing: masks) ?? batch
    return modalityDropout?(noisy, drawing: masks) ?? noisy
  }
}
