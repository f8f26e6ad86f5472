import Layers
public import Modalities
public import Tensors

/// Hands a modality on without learning: a vector as it is, a picture as its pixels, a sequence as the mean, standard
/// deviation and maximum of each feature over its steps.
///
/// It is what `EarlyFusion` concatenates at the raw level, where sequences of different rates must first become vectors.
public struct RawEncoder: Encoder {
  public let outputSize: Int
  let isSequence: Bool

  /// - Parameters:
  ///   - kind: the kind of modality.
  ///   - shape: shape of one sample: `[D]`, `[T, D]` or `[C, H, W]`.
  public init(kind: ModalityKind, shape: [Int]) {
    isSequence = shape.count == 2 && (kind == .sequence || kind == .audio)
    outputSize = isSequence ? 3 * shape[1] : shape.reduce(1, *)
  }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    guard isSequence else { return input.values.flattened(from: 1, to: -1) }
    let steps = SequenceSteps(input)
    let mean = steps.mean(input.values)
    let deviation = steps.mean((input.values - mean.unsqueezed(1)).square())
    // The root of zero has no finite gradient: a constant feature is common (silence).
    return Tensor.concatenated([mean, (deviation + 1e-6).sqrt(), steps.maximum(input.values)], axis: 1)
  }
}
