import Layers
public import Tensors

/// Lets gates that see all modalities decide how much of each enters: z = Σ_m g_m ⊙ tanh(W_m x_m) (gated multimodal
/// unit, Arevalo et al., 2017, section 3.1).
///
/// With sigmoid gates, g_m = σ(V_m [x_1; …; x_M]) independently (the paper's unit for more than two modalities). With
/// softmax gates the g_m of each unit sum to 1; for two modalities that is the paper's tied unit g_2 = 1 − g_1. An absent
/// modality's gate is 0, gates see zeros for it, and the softmax runs over those present.
public struct GatedFusion: Fusion {
  /// How gates of different modalities relate.
  public enum Gate: String, CaseIterable, Codable, Sendable { case sigmoid, softmax }

  public let outputSize: Int
  let widths: [Int]
  let gate: Gate
  let projections: [Linear]
  let gates: Linear

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - gate: how gates of different modalities relate.
  ///   - output: width of the representation.
  public init(widths: [Int], gate: Gate = .sigmoid, output: Int = 64, generator: Generator) {
    self.widths = widths
    self.gate = gate
    outputSize = output
    projections = widths.map { Linear($0, output, generator: generator) }
    gates = Linear(widths.reduce(0, +), widths.count * output, generator: generator)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "GatedFusion")
    let inputs = clearingAbsent(inputs, present)
    let hidden = Tensor.stacked(zip(projections, inputs).map { $0($1) }, axis: 1).tanh()
    let scores = gates(Tensor.concatenated(inputs, axis: -1)).reshaped([-1, widths.count, outputSize])
    return (hidden * opening(scores, present: present?.unsqueezed(2))).sum(axes: [1])
  }

  /// The gates `[B, M, outputSize]` from their scores.
  private func opening(_ scores: Tensor, present: Tensor?) -> Tensor {
    guard let present else { return gate == .sigmoid ? scores.sigmoid() : scores.softmax(axis: 1) }
    // Far below any score, yet finite: where all are absent the softmax must not be NaN.
    let open =
      gate == .sigmoid
      ? scores.sigmoid()
      : Tensor.where(present, scores, Tensor(-1e4, dtype: scores.dtype)).softmax(axis: 1)
    return Tensor.where(present, open, Tensor(0, dtype: open.dtype))
  }
}
