public import Encoders
public import Tensors

/// A fusion that reads the steps of each modality rather than one vector of it.
///
/// An encoder hands it `Steps.packed`, `[B, T_m, D_m + 1]`; modalities may differ in T_m, and a vector `[B, D_m]` is a
/// sequence of one step. What is absent, and what is padding, has no real step: it is zero and masked.
public protocol SequenceFusion: Fusion {
  /// Width D_m of a step of each modality.
  var widths: [Int] { get }
  /// Fuses the steps of all modalities into `[B, outputSize]`.
  func callAsFunction(_ inputs: [Steps]) -> Tensor
}

extension SequenceFusion {
  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    self(steps(inputs, present: present))
  }

  /// The inputs as steps; an absent modality has none that is real.
  public func steps(_ inputs: [Tensor], present: Tensor?) -> [Steps] {
    check(
      inputs, widths: zip(widths, inputs).map { $1.rank == 3 ? $0 + 1 : $0 }, in: "\(type(of: self))")
    return clearingAbsent(inputs, present).enumerated().map { modality, x in
      guard x.rank == 2 else { return Steps(packed: x) }
      return Steps(x.unsqueezed(1), mask: present.map { presence(of: modality, in: $0) })
    }
  }
}
