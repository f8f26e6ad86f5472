import Encoders
import Layers
import Models
public import Tensors

/// Lets gates decide how much of each modality enters: z = Σ_m g_m ⊙ tanh(W_m x_m) (gated multimodal unit, Arevalo et
/// al., 2017, section 3.1).
///
/// With sigmoid gates, g_m = σ(V_m s_m) independently (the paper's unit for more than two modalities). With softmax gates
/// the g_m of each unit sum to 1; for two modalities that is the paper's tied unit g_2 = 1 − g_1. Hard gates open one
/// modality per sample, with all its units: while training, the one with the largest V_m s_m + Gumbel noise, and the
/// gradient is that of the softmax in its place (straight-through Gumbel-softmax, Jang et al., 2017, section 2.2); while
/// evaluating, the one with the largest V_m s_m. What a gate sees, s_m, is every modality, its own or the others.
///
/// An absent modality's gate is 0, gates see zeros for it, and softmax and choice run over those present.
public struct GatedFusion: ChoosingFusion, SeparableFusion {
  /// How gates of different modalities relate.
  public enum Gate: String, CaseIterable, Codable, Sendable { case sigmoid, softmax, hard }

  /// What the gate of a modality sees.
  public enum Sight: String, CaseIterable, Codable, Sendable {
    /// The modality itself.
    case own = "self"
    /// Every modality but itself.
    case others
    /// Every modality.
    case all
  }

  public let outputSize: Int
  let widths: [Int]
  let gate: Gate
  let sight: Sight
  let temperature: Double
  let projections: [Linear]
  /// The V_m of all modalities as one layer where they see the same, else one by one.
  let gates: [Linear]

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - gate: how gates of different modalities relate.
  ///   - sight: what the gate of a modality sees.
  ///   - temperature: of the softmax that gives hard gates their gradient.
  ///   - output: width of the representation.
  public init(
    widths: [Int], gate: Gate = .sigmoid, sees sight: Sight = .all, temperature: Double = 1, output: Int = 64,
    generator: Generator
  ) {
    self.widths = widths
    self.gate = gate
    self.sight = sight
    self.temperature = temperature
    outputSize = output
    projections = widths.map { Linear($0, output, generator: generator) }
    let (total, units) = (widths.reduce(0, +), gate == .hard ? 1 : output)
    gates =
      switch sight {
      case .all: [Linear(total, widths.count * units, generator: generator)]
      case .own: widths.map { Linear($0, units, generator: generator) }
      case .others: widths.map { Linear(total - $0, units, generator: generator) }
      }
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "GatedFusion")
    let inputs = clearingAbsent(inputs, present)
    let hidden = Tensor.stacked(zip(projections, inputs).map { $0($1) }, axis: 1).tanh()
    return (hidden * openings(inputs, present: present)).sum(axes: [1])
  }

  /// tanh(W_m x_m) beside what x_m adds to the scores of all gates, `[B, outputSize + M · units]`.
  public func parts(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    check(inputs, widths: widths, in: "GatedFusion")
    let inputs = clearingAbsent(inputs, present)
    return zip(zip(projections, inputs), contributions(inputs)).map { mapped, scores in
      Tensor.concatenated([mapped.0(mapped.1).tanh(), scores], axis: -1)
    }
  }

  public func combine(_ parts: [Tensor], present: Tensor?) -> Tensor {
    let halves = parts.map { $0.split([outputSize, widths.count * units], axis: -1) }
    let total = sum(halves.map { $0[1] })
    let scores = total.reshaped(total.shape.dropLast() + [widths.count, units])
    let gates = opening(scores, present: present).unbind(axis: -2)
    return sum(zip(halves, gates).map { $0[0] * $1 })
  }

  public var combinesGrids: Bool { true }

  /// The gates g_m, `[B, M, outputSize]`, or `[B, M, 1]` where they are hard.
  public func openings(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    opening(scores(clearingAbsent(inputs, present)), present: present)
  }

  /// The gates from their scores `[…, M, units]`.
  private func opening(_ scores: Tensor, present: Tensor?) -> Tensor {
    let there = present?.unsqueezed(2)
    guard gate == .sigmoid else {
      return choosing(scores, among: there, axis: scores.rank - 2, hard: gate == .hard, temperature: temperature)
    }
    let open = scores.sigmoid()
    return there.map { Tensor.where($0, open, Tensor(0, dtype: open.dtype)) } ?? open
  }

  public var choiceNames: [String]? { nil }

  public func choices(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    openings(inputs, present: present).mean(axes: [2])
  }

  /// Scores of the gate of one modality: one for each number of the representation, or one for all.
  private var units: Int { gate == .hard ? 1 : outputSize }

  /// What each modality adds to the scores of all gates, `[B, M · units]`.
  private func contributions(_ inputs: [Tensor]) -> [Tensor] {
    if sight == .all { return gates[0].blocks(inputs) }
    let seen = inputs.indices.map { gate in inputs.indices.filter { ($0 == gate) == (sight == .own) } }
    let blocks = zip(gates, seen).map { gate, seen in gate.blocks(seen.map { inputs[$0] }) }
    return inputs.indices.map { modality in
      Tensor.concatenated(
        inputs.indices.map { gate in
          seen[gate].firstIndex(of: modality).map { blocks[gate][$0] }
            ?? Tensor.zeros(blocks[gate][0].shape, dtype: blocks[gate][0].dtype)
        }, axis: -1)
    }
  }

  /// V_m s_m, `[B, M, units]`.
  private func scores(_ inputs: [Tensor]) -> Tensor {
    func joined(_ inputs: [Tensor]) -> Tensor { Tensor.concatenated(inputs, axis: -1) }
    switch sight {
    case .all: return gates[0](joined(inputs)).reshaped([-1, widths.count, units])
    case .own: return Tensor.stacked(zip(gates, inputs).map { $0($1) }, axis: 1)
    case .others:
      let seen = inputs.indices.map { own in joined(inputs.indices.filter { $0 != own }.map { inputs[$0] }) }
      return Tensor.stacked(zip(gates, seen).map { $0($1) }, axis: 1)
    }
  }
}

extension FusionRegistry {
  static let gated = FusionDescription(
    "gated", summary: "gates decide how much of each modality enters",
    paper: "Arevalo et al., 2017, Gated Multimodal Units for Information Fusion",
    options: [
      MethodOption(
        "gate", default: GatedFusion.Gate.sigmoid,
        help: "sigmoid (independent), softmax (sum to 1) or hard (one modality per sample)"),
      MethodOption("sees", default: GatedFusion.Sight.all, help: "what a modality's gate sees: self, others or all"),
      MethodOption(
        "temperature", default: 1, in: 0.01...100, help: "of the softmax that gives hard gates their gradient"), output,
    ],
    // A gate of its own and for itself is a part of what the modality says.
    adds: {
      let isAlone = try $0.choice("sees", as: GatedFusion.Sight.self) == .own
      return try isAlone && $0.choice("gate", as: GatedFusion.Gate.self) == .sigmoid ? .logits : nil
    }
  ) { request, values, generator in
    GatedFusion(
      widths: request.widths, gate: try values.choice("gate", as: GatedFusion.Gate.self),
      sees: try values.choice("sees", as: GatedFusion.Sight.self),
      temperature: try values.number("temperature"),
      output: try values.integer("output"), generator: generator)
  }
}
