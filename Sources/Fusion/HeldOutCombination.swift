import Layers
public import Modalities
public import Tensors

/// A fusion of decisions whose combination is fitted, once training has ended, to predictions of samples that no expert learned
/// from.
public protocol HeldOutCombination: DecisionFusion {
  /// Whether there is something to fit.
  var fitsCombination: Bool { get }
  /// Fits what `combine` does; the experts stay as they are.
  ///
  /// - Parameters:
  ///   - predictions: of each expert, `[N, outputSize]`.
  ///   - present: `[N, M]`; nil where every sample has all.
  ///   - targets: class numbers `[N]`, labels or standardised values `[N, outputSize]`.
  ///   - sampleWeights: how much each sample counts, `[N]`; nil for all alike.
  func fitCombination(_ predictions: [Tensor], present: Tensor?, targets: Tensor, sampleWeights: Tensor?)
}

extension FusionModel {
  public func conclude(on batches: some Sequence<Batch>, targets: Tensor, sampleWeights: Tensor?) -> Bool {
    guard let fusion = fusion as? any HeldOutCombination, fusion.fitsCombination else { return false }
    let parts = withoutGradients {
      batches.map { batch in
        let present = presence(batch)
        return (predictions: self.parts(encode(batch), present: present), present: present, count: batch.count)
      }
    }
    let present = joinedPresence(parts.map { ($0.present, $0.count) })
    let predictions = names.indices.map { modality in Tensor.concatenated(parts.map { $0.predictions[modality] }) }
    // What is not finite has no best combination; whoever measures it says so.
    guard predictions.allSatisfy({ $0.isFinite().all().item() == 1 }) else { return false }
    fusion.fitCombination(predictions, present: present, targets: targets, sampleWeights: sampleWeights)
    return true
  }
}
