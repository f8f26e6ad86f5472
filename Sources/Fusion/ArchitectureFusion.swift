import Encoders
import Layers
public import Tensors

/// The fusion that a `FusionArchitecture` describes, as `FusionArchitectureSearch` finds it (MUFASA, Xu et al., 2021).
///
/// Where a sum or a product has branches of two widths, the narrower one is filled with zeros or ones (So et al., 2019,
/// section 3.1). An absent modality's encoding is zero.
public struct ArchitectureFusion: Fusion {
  public let outputSize: Int
  let widths: [Int]
  let architecture: FusionArchitecture
  /// Modules of `architecture.blocks`, in that order.
  let blocks: [BlockLayers]
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of each encoding.
  ///   - hidden: full width of a layer.
  ///   - dropout: probability of dropping a unit of a layer.
  /// - Throws: `UsageError` where the architecture is for another number of modalities or wider than 8192.
  public init(
    widths: [Int], architecture: FusionArchitecture, hidden: Int = 32, dropout: Double = 0, generator: Generator
  ) throws {
    guard architecture.modalities.count == widths.count else {
      throw UsageError(
        "architecture \"\(architecture)\" is for \(architecture.modalities.count) modalities, found \(widths.count)")
    }
    if let problem = architecture.problem { throw UsageError("architecture \"\(architecture)\": \(problem)") }
    self.widths = widths
    self.architecture = architecture
    self.dropout = Dropout(dropout)
    var sizes: [FusionArchitecture.Node: Int] = [:]
    for (modality, width) in widths.enumerated() { sizes[.state(modality: modality, 0)] = width }
    var blocks: [BlockLayers] = []
    for (modality, number, block) in architecture.blocks {
      let layers = BlockLayers(block, sizes: sizes, hidden: hidden, generator: generator)
      guard layers.outputSize <= 8192 else {
        throw UsageError(
          "architecture \"\(architecture)\": block \(block) is \(layers.outputSize) wide, more than 8192")
      }
      blocks.append(layers)
      sizes[.output(modality, number)] = layers.outputSize
    }
    self.blocks = blocks
    outputSize = architecture.unread.reduce(0) { $0 + sizes[$1]! }
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    check(inputs, widths: widths, in: "ArchitectureFusion")
    var states: [FusionArchitecture.Node: Tensor] = [:]
    for (modality, x) in clearingAbsent(inputs, present).enumerated() { states[.state(modality: modality, 0)] = x }
    for ((modality, number, _), layers) in zip(architecture.blocks, blocks) {
      states[.output(modality, number)] = layers(states, dropout: dropout)
    }
    return Tensor.concatenated(architecture.unread.map { states[$0]! }, axis: -1)
  }
}

extension FusionArchitecture.Node {
  /// What a block puts out.
  static func output(_ modality: Int?, _ number: Int) -> Self {
    modality.map { .state(modality: $0, number) } ?? .fused(number)
  }
}

/// The layers of one block of an architecture.
struct BlockLayers: Module {
  let outputSize: Int
  let combiner: FusionArchitecture.Combiner
  let branches: [BranchLayers]

  init(
    _ block: FusionArchitecture.Block, sizes: [FusionArchitecture.Node: Int], hidden: Int, generator: Generator
  ) {
    combiner = block.combiner
    branches = block.branches.map {
      BranchLayers($0, inputSize: sizes[$0.input]!, hidden: hidden, generator: generator)
    }
    let widths = branches.map(\.outputSize)
    outputSize = combiner == .concatenate ? widths.reduce(0, +) : widths.max()!
  }

  func callAsFunction(_ states: [FusionArchitecture.Node: Tensor], dropout: Dropout) -> Tensor {
    let parts = branches.map { $0(states[$0.branch.input]!, dropout: dropout) }
    guard parts.count > 1 else { return parts[0] }
    func filled(_ value: Double) -> [Tensor] {
      parts.map { part in
        let missing = outputSize - part.shape[part.rank - 1]
        return missing == 0 ? part : part.padded([0, missing], value: value)
      }
    }
    return switch combiner {
    case .add: sum(filled(0))
    case .multiply: product(filled(1))
    case .concatenate: Tensor.concatenated(parts, axis: -1)
    }
  }
}

/// The layers of one branch of a block.
struct BranchLayers: Module {
  let branch: FusionArchitecture.Branch
  let outputSize: Int
  let norm: LayerNorm?
  let dense: Linear?
  let gate: Linear?

  init(_ branch: FusionArchitecture.Branch, inputSize: Int, hidden: Int, generator: Generator) {
    self.branch = branch
    let width = branch.layer == .identity ? inputSize : max(1, branch.halves * hidden / 2)
    outputSize = width
    norm = branch.isNormalised ? LayerNorm(inputSize) : nil
    dense = branch.layer == .identity ? nil : Linear(inputSize, width, generator: generator)
    gate = branch.layer == .gated ? Linear(inputSize, width, generator: generator) : nil
  }

  func callAsFunction(_ x: Tensor, dropout: Dropout) -> Tensor {
    let input = norm.map { $0(x) } ?? x
    guard let dense else { return activated(input) }
    let mapped = dense(input)
    return dropout(activated(gate.map { mapped * $0(input).sigmoid() } ?? mapped))
  }

  private func activated(_ x: Tensor) -> Tensor {
    switch branch.activation {
    case .none: x
    case .relu: x.relu()
    case .swish: x.silu()
    case .leaky: x.leakyRelu()
    }
  }
}

extension FusionRegistry {
  static let mufasa = FusionDescription(
    "mufasa", summary: "blocks over and between modalities, arranged as chiasm search finds them",
    paper: "Xu et al., 2021, MUFASA: Multimodal Fusion Architecture Search for Electronic Health Records",
    options: [
      MethodOption(
        "architecture", default: "auto",
        help: "as chiasm search prints it; auto is a layer over each modality and one over all"),
      MethodOption("hidden", default: 32, in: 1...4096, help: "full width of a layer"),
    ]
  ) { request, values, generator in
    try ArchitectureFusion(
      widths: request.widths,
      architecture: FusionArchitecture(option: values.text("architecture"), modalities: request.widths.count),
      hidden: values.integer("hidden"), dropout: values.number("dropout"),
      generator: generator)
  }
}

extension FusionArchitecture {
  /// What the option `architecture` of the method `mufasa` says; `auto` is the standard one.
  ///
  /// - Throws: `UsageError` naming the block that cannot be read or built.
  public init(option text: String, modalities: Int) throws {
    self = try text == "auto" ? .standard(modalities: modalities) : FusionArchitecture(text)
  }
}
