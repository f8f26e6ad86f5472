public import Modalities
public import Tensors

/// Hides whole modalities while training, each with a probability of its own accord, so that a model learns to do without
/// (ModDrop, Neverova et al., 2016, section 3.3).
///
/// A sample always keeps one of the modalities it has. What is hidden is absent, and treated as each fusion says.
public struct ModalityDropout: Sendable {
  /// Probability of hiding a modality of a sample.
  public let probability: Double

  public init(_ probability: Double) {
    precondition((0..<1).contains(probability), "modalities cannot be hidden with probability \(probability)")
    self.probability = probability
  }

  /// The batch with fewer modalities present.
  public func callAsFunction(_ batch: Batch, drawing masks: MaskSource) -> Batch {
    let names = batch.names
    let draws = masks.uniform([batch.count, names.count])
    let present = batch.present() ?? Tensor.ones([batch.count, names.count], dtype: .bool)
    // Whoever has the largest draw is hidden only where all are; that one stays.
    let largest = Tensor.where(present, draws, Tensor(-1)).argmax(axis: 1).unsqueezed(1) .== Tensor.arange(names.count)
    let kept = (present .& ((draws .>= probability) .| largest)).unbind(axis: 1)
    var thinned = batch
    for (name, column) in zip(names, kept) { thinned.inputs[name]!.present = column }
    return thinned
  }
}
