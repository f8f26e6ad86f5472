public import Layers
public import Modalities
public import Tensors

/// Turns one modality of a batch into one vector per sample, or into a sequence of vectors for a fusion of sequences.
///
/// An encoder reads every row as if it were there. `FusionModel` clears the rows of absent modalities before it calls an
/// encoder, and an encoder must answer a cleared row (zeros, length 0) with finite numbers.
public protocol Encoder: Module {
  /// Width D of the encoding.
  var outputSize: Int { get }
  /// Encodes `input` into `[B, D]`, or into steps, `[B, T, D + 1]` as `Steps.packed` has them.
  func callAsFunction(_ input: ModalityInput) -> Tensor
}
