import Encoders
import Layers
public import Tensors

/// One modality handed on as it is: the baseline every fusion has to beat.
///
/// An absent modality gives zeros.
public struct UnimodalFusion: Fusion {
  public let outputSize: Int

  public init(width: Int) { outputSize = width }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: [outputSize], in: "UnimodalFusion")
    return clearingAbsent(inputs, present)[0]
  }
}

extension FusionRegistry {
  /// One modality alone: the baseline of every comparison.
  public static let unimodal = FusionDescription(
    "unimodal", summary: "one modality alone, encoder and linear predictor", paper: "baseline", modalities: 1...1,
    adds: { _ in .logits }
  ) { request, _, _ in UnimodalFusion(width: request.widths[0]) }
}
