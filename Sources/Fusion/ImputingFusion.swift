public import Tensors

/// A fusion that also learns what inputs look like, and fills in absent modalities.
///
/// It reads the inputs themselves (`RawEncoder`: vectors, pixels, mean, deviation and maximum of sequences): an encoding
/// that learns along could make itself easy to reconstruct by saying nothing.
public protocol ImputingFusion: Fusion {
  /// The inputs, with what the fusion expects where a modality is absent, `[B, D_m]` each.
  func imputed(_ inputs: [Tensor], present: Tensor?) -> [Tensor]
}

/// The inputs where they are present, else the estimates.
func filling(_ inputs: [Tensor], present: Tensor?, with estimates: [Tensor]) -> [Tensor] {
  guard let present else { return inputs }
  return zip(inputs, estimates).enumerated().map { modality, pair in
    Tensor.where(presence(of: modality, in: present), pair.0, pair.1)
  }
}

/// Squared error of estimates of the modalities present: the mean over samples and features of each, summed over
/// modalities; a scalar.
func reconstructionError(_ estimates: [Tensor], of inputs: [Tensor], present: Tensor?) -> Tensor {
  let targets = clearingAbsent(inputs, present)
  return sum(
    zip(estimates, targets).enumerated().map { modality, pair in
      let errors = (pair.0 - pair.1).square().mean(axes: [1])
      guard let present else { return errors.mean() }
      let there = presence(of: modality, in: present).squeezed(1).to(errors.dtype)
      return (errors * there).sum() / there.sum().clamped(min: 1)
    })
}

/// Hides modalities of training samples so that what is hidden is learnt from the rest: a third of the samples keep all
/// they have, the others a part of it, each non-empty proper part as likely as any other.
///
/// For two modalities these are the thirds of Ngiam et al. (2011, section 4.3): both, the one, the other.
///
/// - Parameters:
///   - present: `[B, M]`; nil where every sample has all.
///   - inputs: M tensors `[B, D_m]`.
/// - Returns: `[B, M]`.
func hidingSome(_ present: Tensor?, of inputs: [Tensor], drawing masks: MaskSource) -> Tensor {
  let (samples, modalities, device) = (inputs[0].shape[0], inputs.count, inputs[0].device)
  let there = present ?? Tensor.ones([samples, modalities], dtype: .bool, device: device)
  let draws = masks.uniform([samples, modalities + 1]).to(device).unbind(axis: 1)
  func power(_ exponent: Tensor) -> Tensor { (exponent * 0.6931471805599453).exp() }
  // Uniform over non-empty parts of n: a modality of which r are left is kept with 2^(r-1) / (2^r - 1) while none is, then
  // with 1/2.
  var left = there.to(.float32).sum(axes: [1])
  // Of 2^n - 1 parts one is the whole; together with those that are kept whole on purpose, it is to be a third.
  let whole = 1 / (power(left.clamped(min: 1)) - 1)
  let isWhole = draws[modalities] .< ((1.0 / 3 - whole) / (1 - whole).clamped(min: 1e-3)).clamped(min: 0)
  var any = Tensor.zeros([samples], dtype: .bool, device: device)
  let kept = there.unbind(axis: 1).enumerated().map { modality, own in
    let chance = Tensor.where(any, Tensor(0.5), 1 / (2 - power(1 - left)).clamped(min: 1e-3))
    let keeps = own .& ((draws[modality] .< chance) .| isWhole)
    any = any .| keeps
    left = left - own.to(.float32)
    return keeps
  }
  return Tensor.stacked(kept, axis: 1)
}
