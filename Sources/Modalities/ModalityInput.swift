public import Tensors

/// One modality of a batch.
public struct ModalityInput {
  /// Vector `[B, D]`; sequence or sound `[B, T, D]`, zero after the end of each sample; image `[B, C, H, W]`.
  ///
  /// An absent sample is all zeros.
  public var values: Tensor
  /// The same in float64 before normalisation, where single precision lost digits; see `ModalityData`.
  public var exact: Tensor?
  /// Frames of each sample, `[B]` int64, from 1 to T; nil unless a sequence. An absent sample counts one (zero) frame,
  /// so that no mean over frames divides by zero.
  public var lengths: Tensor?
  /// Which samples have this modality, `[B]` bool; nil when all of them do.
  public var present: Tensor?

  public init(values: Tensor, exact: Tensor? = nil, lengths: Tensor? = nil, present: Tensor? = nil) {
    self.values = values
    self.exact = exact
    self.lengths = lengths
    self.present = present
  }

  /// A copy on another device.
  public func to(_ device: Device) -> ModalityInput {
    ModalityInput(
      values: values.to(device), exact: exact?.to(device), lengths: lengths?.to(device), present: present?.to(device))
  }
}
