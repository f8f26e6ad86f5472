public import Encoders
import Layers
public import Tensors

/// Lets the other modalities shift the main one inside its own network: the multimodal adaptation gate (MAG, Rahman et
/// al., 2020, eq. 1–5), x ← dropout(norm(x + α h)), h = Σ_m relu(V_m [x; x_m]) ⊙ W_m x_m, α = min(β ‖x‖ / ‖h‖, 1).
///
/// The main modality's steps pass a transformer, and the gate stands after a chosen layer of it; a main modality that is a
/// vector passes the same layers without attention. The others are brought onto its steps (`Steps.aligned`), one by one
/// where they have as many. The representation is the mean over the real steps.
///
/// An absent modality shifts nothing. Where the main one is absent, the shift stands in its place.
public struct ModalityShiftingFusion: SequenceFusion {
  public let outputSize: Int
  public let widths: [Int]
  let main: Int
  let insertion: Int
  let isSequence: Bool
  let embedding: Linear
  let layers: [TransformerBlock]
  let shift: ModalityShift
  let shiftNorm: LayerNorm
  let norm: LayerNorm
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width of a step of each modality.
  ///   - main: which modality is shifted.
  ///   - isSequence: whether it has more than one step.
  ///   - layers: of its transformer.
  ///   - insertion: number of layers before the gate, from 0 to `layers`.
  ///   - beta: β, the largest share of the main modality's length that a shift has.
  ///   - output: width of the transformer, a multiple of `heads`.
  public init(
    widths: [Int], main: Int = 0, isSequence: Bool = true, layers: Int = 2, insertion: Int = 1, beta: Double = 1,
    heads: Int = 4, output: Int = 64, dropout: Double = 0, generator: Generator
  ) {
    precondition(widths.indices.contains(main), "there is no modality \(main) among \(widths.count)")
    precondition((0...layers).contains(insertion), "a gate after layer \(insertion) of \(layers)")
    self.widths = widths
    self.main = main
    self.insertion = insertion
    self.isSequence = isSequence
    outputSize = output
    embedding = Linear(widths[main], output, generator: generator)
    self.layers = (0..<layers).map { _ in
      TransformerBlock(
        width: output, heads: heads, attends: isSequence, dropout: dropout, dropping: .alikeInAllSteps,
        generator: generator)
    }
    let others = widths.indices.filter { $0 != main }.map { widths[$0] }
    shift = ModalityShift(width: output, others: others, gate: .rectified, beta: beta, generator: generator)
    shiftNorm = LayerNorm(output)
    norm = LayerNorm(output)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Steps]) -> Tensor {
    let own = MainSteps(inputs[main], embedding: embedding)
    let others = inputs.indices.filter { $0 != main }.map { inputs[$0].aligned(to: own.steps) }
    var x = own.values
    if isSequence { x = x + sinusoidalPositions(x.shape[1], width: outputSize, like: x) }
    for layer in 0...layers.count {
      if layer == insertion {
        x = dropout.alikeInAllSteps(shiftNorm(shift(x, others, main: own.isPresent)))
      }
      if layer < layers.count { x = layers[layer](x, mask: isSequence ? AttentionMask(keys: own.mask) : nil) }
    }
    return Steps(norm(x), mask: own.mask).mean
  }
}

extension FusionRegistry {
  static let mag = FusionDescription(
    "mag", summary: "the others shift the main modality inside its transformer, through gates",
    paper: "Rahman et al., 2020, Integrating Multimodal Information in Large Pretrained Transformers",
    options: [
      main, MethodOption("depth", default: 2, in: 1...64, help: "layers of the main modality's transformer"),
      MethodOption("insert", default: 1, in: 0...64, help: "layers before the gate, from 0 to depth"),
      heads, beta, output,
    ],
    readsSteps: true
  ) { request, values, generator in
    let depth = try values.integer("depth")
    let (heads, width) = try (values.integer("heads"), values.integer("output"))
    let main = try request.main(values)
    try checkHeads(heads, width: width, method: values.method)
    return ModalityShiftingFusion(
      widths: request.widths, main: main, isSequence: request.areSequences[main], layers: depth,
      insertion: try values.integer("insert", in: 0...depth), beta: try values.number("beta"),
      heads: heads, output: width, dropout: try values.number("dropout"), generator: generator)
  }
}
