import Tensors

/// The weights between the levels of a `MultimodalBoltzmannMachine`: those of each modality up to its last hidden level, and
/// those from all of these to the joint level.
///
/// Modalities stand side by side in a level, so that a level of all of them is one tensor.
struct BoltzmannPathways {
  /// From the inputs of each modality to its first hidden level, `[F, D_m]`.
  let visible: [Tensor]
  /// From each hidden level to the one above, `[M, F, F]`.
  let hidden: [Tensor]
  /// From the last hidden level of all modalities to the joint level, `[O, M · F]`.
  let joint: Tensor

  /// Hidden levels of each modality.
  var depth: Int { hidden.count + 1 }

  /// What units of a level, `[B, F]`, say to the level above.
  func up(_ units: Tensor, from level: Int) -> Tensor {
    if level == depth { return units.linear(joint) }
    if level > 0 { return joined(apart(units).matmul(hidden[level - 1].transposed(1, 2))) }
    return Tensor.concatenated(
      zip(units.split(visible.map { $0.shape[1] }, axis: 1), visible).map { $0.linear($1) }, axis: 1)
  }

  /// What units of the level above, `[B, F]`, say to a level.
  func down(_ units: Tensor, to level: Int) -> Tensor {
    if level == depth { return units.matmul(joint) }
    if level > 0 { return joined(apart(units).matmul(hidden[level - 1])) }
    return Tensor.concatenated(
      zip(units.split(visible[0].shape[0], axis: 1), visible).map { $0.matmul($1) }, axis: 1)
  }

  /// The sums over samples of the products of units that a weight joins, for each tensor of weights above a level.
  func products(_ lower: Tensor, _ upper: Tensor, above level: Int) -> [Tensor] {
    if level == depth { return [upper.transposed(0, 1).matmul(lower)] }
    if level > 0 { return [apart(upper).transposed(1, 2).matmul(apart(lower))] }
    let (uppers, lowers) = (
      upper.split(visible[0].shape[0], axis: 1), lower.split(visible.map { $0.shape[1] }, axis: 1)
    )
    return zip(uppers, lowers).map { $0.transposed(0, 1).matmul($1) }
  }

  /// `[B, M · F]` to `[M, B, F]`.
  private func apart(_ units: Tensor) -> Tensor {
    let modalities = hidden[0].shape[0]
    return units.reshaped([units.shape[0], modalities, units.shape[1] / modalities]).transposed(0, 1)
  }

  private func joined(_ units: Tensor) -> Tensor {
    units.transposed(0, 1).reshaped([units.shape[1], units.shape[0] * units.shape[2]])
  }
}
