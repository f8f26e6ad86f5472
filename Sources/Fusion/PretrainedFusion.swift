import Layers
public import Modalities
public import Tensors
public import Training

/// A fusion that learns from inputs alone before it learns the task.
public protocol PretrainedFusion: Fusion {
  /// Learns from inputs of the train split; the same generator gives the same weights.
  ///
  /// - Parameters:
  ///   - inputs: the encodings `[N, D_m]` of all samples, by encoders that do not learn.
  ///   - present: `[N, M]`; nil where every sample has all.
  /// - Throws: `TrainingCancelled`.
  func pretrain(on inputs: [Tensor], present: Tensor?, generator: Generator, cancellation: Cancellation?) throws
}

extension FusionModel {
  /// Lets a fusion that does (`PretrainedFusion`) learn from inputs before the task; nothing happens for others.
  ///
  /// - Parameters:
  ///   - batches: the inputs of the train split; targets are not read.
  ///   - generator: of everything random.
  /// - Throws: `TrainingCancelled`; the model is then of no use.
  public func pretrain(on batches: some Sequence<Batch>, generator: Generator, cancellation: Cancellation? = nil) throws
  {
    guard let fusion = fusion as? any PretrainedFusion else { return }
    let (encoded, present) = withoutGradients { evaluating { encode(batches) } }
    guard !encoded.isEmpty else { return }
    try fusion.pretrain(on: encoded, present: present, generator: generator, cancellation: cancellation)
  }
}
