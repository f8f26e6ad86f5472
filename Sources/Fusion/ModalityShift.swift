import Layers
import Tensors

/// Moves a main modality by what the others say at the same step: x_0 + α h, with h = Σ_m g_m ⊙ W_m x_m and
/// α = min(β ‖x_0‖ / ‖h‖, 1), which keeps the shift from drowning what it shifts (Rahman et al., 2020, eq. 1–5; Wang et al.,
/// 2018, eq. 3–7).
///
/// Deviation from both papers: h has no offset of its own, so that nothing is shifted where there is nothing to say.
struct ModalityShift: Module {
  /// What a gate g_m is.
  enum Gate {
    /// A rectifier for each number of the shift (Rahman et al., 2020, eq. 1).
    case rectified
    /// One sigmoid for the whole shift (Wang et al., 2018, eq. 3).
    case scalar
  }

  let gates: [Linear]
  let values: [Linear]
  let gate: Gate
  let beta: Double

  /// - Parameters:
  ///   - width: of the main modality.
  ///   - others: widths of the other modalities.
  ///   - beta: β.
  init(width: Int, others: [Int], gate: Gate, beta: Double, generator: Generator) {
    gates = others.map { Linear(width + $0, gate == .rectified ? width : 1, generator: generator) }
    values = others.map { Linear($0, width, bias: false, generator: generator) }
    self.gate = gate
    self.beta = beta
  }

  /// - Parameters:
  ///   - x: the main modality, `[B, T, width]`.
  ///   - others: the others on its steps, `[B, T, D_m]`, zero where absent.
  ///   - main: `[B, 1, 1]`, false where the main modality is absent: there the shift stands in its place, with α = 1.
  func callAsFunction(_ x: Tensor, _ others: [Tensor], main: Tensor) -> Tensor {
    var shift = x.zerosLike()
    for (other, (gate, value)) in zip(others, zip(gates, values)) {
      let score = gate(Tensor.concatenated([x, other], axis: 2))
      shift = shift + (self.gate == .rectified ? score.relu() : score.sigmoid()) * value(other)
    }
    // Kept off zero, where a root has no slope.
    func length(_ x: Tensor) -> Tensor { (x.square().sum(axes: [2], keepingDimensions: true) + 1e-12).sqrt() }
    let ratio = (length(x) / length(shift) * beta).clamped(max: 1)
    return x + Tensor.where(main, ratio, Tensor(1, dtype: x.dtype)) * shift
  }
}
