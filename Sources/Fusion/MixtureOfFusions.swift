import Encoders
import Layers
public import Tensors

/// Lets a gate that sees all modalities weigh or choose fusions: z = Σ_e g_e(x_1, …, x_M) P_e f_e(x_1, …, x_M), where f_e
/// are fusions and P_e bring their representations to one width (adaptive mixture of experts, Jacobs et al., 1991).
///
/// Soft gates are a softmax. Hard gates let one fusion through for each sample: while training with Gumbel noise and the
/// gradient of the softmax (straight-through, Jang et al., 2017), while evaluating the one with the largest score. An absent
/// modality is zero for the gate, and for each fusion what that fusion makes of it.
public struct MixtureOfFusions: ChoosingFusion {
  public let outputSize: Int
  /// Names of the fusions.
  public let names: [String]
  let widths: [Int]
  let isHard: Bool
  let temperature: Double
  let fusions: [any Fusion]
  let projections: [Linear]
  let gate: Linear

  /// - Parameters:
  ///   - fusions: at least two fusions of encodings of `widths`, by name.
  ///   - isHard: whether one fusion is chosen for each sample.
  ///   - temperature: of the softmax that gives hard gates their gradient.
  ///   - output: width of the representation.
  public init(
    _ fusions: [(name: String, fusion: any Fusion)], widths: [Int], isHard: Bool = false, temperature: Double = 1,
    output: Int = 32, generator: Generator
  ) {
    precondition(fusions.count > 1, "a mixture of \(fusions.count) fusions")
    self.widths = widths
    self.isHard = isHard
    self.temperature = temperature
    outputSize = output
    names = fusions.map(\.name)
    self.fusions = fusions.map(\.fusion)
    projections = fusions.map { Linear($0.fusion.outputSize, output, generator: generator) }
    gate = Linear(widths.reduce(0, +), fusions.count, generator: generator)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    let parts = zip(fusions, projections).map { $1($0(inputs, present: present)) }
    return (Tensor.stacked(parts, axis: 1) * choices(inputs, present: present).unsqueezed(2)).sum(axes: [1])
  }

  public var choiceNames: [String]? { names }

  public func choices(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "MixtureOfFusions")
    let scores = gate(Tensor.concatenated(clearingAbsent(inputs, present), axis: -1))
    return choosing(scores, among: nil, axis: 1, hard: isHard, temperature: temperature)
  }
}

extension FusionRegistry {
  /// Whether a choice is a weighted sum or falls on one.
  enum Firmness: String, CaseIterable { case soft, hard }

  static let mixture = FusionDescription(
    "mixture", summary: "a gate weighs fusions, or chooses one, for each sample",
    paper: "Jacobs et al., 1991, Adaptive Mixtures of Local Experts",
    options: [
      MethodOption(
        "fusions", default: "additive+multiplicative+low-rank", help: "two or more fusions of vectors, joined by +"),
      MethodOption("gate", default: Firmness.soft, help: "soft (weighted sum) or hard (one fusion per sample)"),
      MethodOption(
        "temperature", default: 1, in: 0.01...100, help: "of the softmax that gives hard gates their gradient"),
      smallOutput,
    ]
  ) { request, values, generator in
    MixtureOfFusions(
      try parts(of: request, values, generator), widths: request.widths,
      isHard: try values.choice("gate", as: Firmness.self) == .hard,
      temperature: try values.number("temperature"),
      output: try values.integer("output"), generator: generator)
  }

  /// The fusions that a mixture's option `fusions` lists, each with its defaults.
  ///
  /// - Throws: `UsageError` for one that is unknown, predicts by itself, reads sequences or also learns what inputs look
  ///   like, and for fewer than two.
  static func parts(
    of request: FusionRequest, _ values: OptionValues, _ generator: Generator
  ) throws -> [(name: String, fusion: any Fusion)] {
    let names = values.text("fusions").split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    func refusal(_ problem: String) -> UsageError { UsageError("method mixture: option fusions: \(problem)") }
    guard names.count > 1, Set(names).count == names.count else {
      throw refusal(
        "\"\(values.text("fusions"))\" names \(Set(names).count) fusions; expected two or more, joined by +")
    }
    return try names.map { name in
      guard let description = all.first(where: { $0.name == name }) else {
        throw refusal("no fusion \"\(name)\"; expected some of \(all.map(\.name).joined(separator: ", "))")
      }
      guard !description.readsSteps, description.name != mixture.name else {
        throw refusal("\(name) cannot be part of a mixture; take fusions of vectors")
      }
      let fusion = try description.make(request, options: ["dropout": values.text("dropout")], generator: generator)
      guard !(fusion is any DecisionFusion) else { throw refusal("\(name) fuses predictions, not representations") }
      guard !(fusion is any ImputingFusion) else {
        throw refusal("\(name) also learns what inputs look like, which a mixture drops")
      }
      return (name, fusion)
    }
  }
}
