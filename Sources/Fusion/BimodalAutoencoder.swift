import Encoders
import Layers
public import Tensors

/// Bimodal deep autoencoder, for any number of modalities (Ngiam et al., 2011, section 4.3, figure 3b): a shared code
/// c = relu(W [h_1; …; h_M] + b) of h_m = relu(W_m x_m + b_m), from which a decoder for each modality reconstructs the
/// input, x̂_m = V_m relu(U_m c + d_m) + e_m.
///
/// While training, modalities are hidden (zero, as absent ones always are) but still have to be reconstructed, in thirds as
/// in the paper: all, or one part of them alone. The loss is the task's on the code plus `weight` times the squared error of
/// the reconstructions of what is present (the mean of each modality, summed).
///
/// Deviations: weights start at random with rectified units and are trained as one with the task's loss, where the paper
/// starts from sparse Boltzmann machines with sigmoid units and trains a linear classifier on the finished code.
/// `SharedRepresentation` keeps its order: autoencoder first, on inputs alone, then classifiers.
public struct BimodalAutoencoder: ImputingFusion {
  public let outputSize: Int
  let widths: [Int]
  let weight: Double
  /// Layers of each modality up to h_m.
  let encoders: [MLP]
  let code: Linear
  /// Layers from the code back to each modality.
  let decoders: [MLP]
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width D_m of each input.
  ///   - hidden: width of h_m and of the decoders' layers.
  ///   - depth: layers of each modality on either side of the code, at least 1.
  ///   - output: width of the code.
  ///   - weight: of the reconstruction beside the task.
  ///   - dropout: probability that the predictor does not see a unit of the code.
  public init(
    widths: [Int], hidden: Int = 64, depth: Int = 1, output: Int = 64, weight: Double = 1, dropout: Double = 0.2,
    generator: Generator
  ) {
    precondition(depth > 0, "an autoencoder without hidden layers")
    self.widths = widths
    self.weight = weight
    outputSize = output
    let layers = Array(repeating: hidden, count: depth)
    encoders = widths.map { MLP(sizes: [$0] + layers, generator: generator) }
    code = Linear(hidden * widths.count, output, generator: generator)
    decoders = widths.map { MLP(sizes: [output] + layers + [$0], generator: generator) }
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    dropout(encode(inputs, present: present))
  }

  /// The shared code `[B, outputSize]` of the modalities present.
  public func encode(_ inputs: [Tensor], present: Tensor? = nil) -> Tensor {
    check(inputs, widths: widths, in: "BimodalAutoencoder")
    let hidden = zip(encoders, clearingAbsent(inputs, present)).map { $0($1).relu() }
    return code(Tensor.concatenated(hidden, axis: 1)).relu()
  }

  /// Every modality as a code `[B, outputSize]` has it, `[B, D_m]` each.
  public func decode(_ code: Tensor) -> [Tensor] { decoders.map { $0(code) } }

  public func imputed(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    filling(inputs, present: present, with: decode(encode(inputs, present: present)))
  }

  /// The squared error with which a code of some modalities reconstructs all that are there, a scalar.
  ///
  /// - Parameter shown: `[B, M]`, what the code is made of; where nil, what is present, and while training a part of it.
  public func reconstructionLoss(_ inputs: [Tensor], present: Tensor? = nil, shown: Tensor? = nil) -> Tensor {
    reconstruction(inputs, present: present, shown: shown).loss
  }

  public func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor {
    let (code, loss) = reconstruction(inputs, present: present, shown: nil)
    return task(dropout(code)) + loss * weight
  }

  private func reconstruction(_ inputs: [Tensor], present: Tensor?, shown: Tensor?) -> (code: Tensor, loss: Tensor) {
    let shown = shown ?? Phase.masks.map { hidingSome(present, of: inputs, drawing: $0) } ?? present
    let code = encode(inputs, present: shown)
    return (code, reconstructionError(decode(code), of: inputs, present: present))
  }
}

extension FusionRegistry {
  static let bimodalAutoencoder = FusionDescription(
    "bimodal-autoencoder", summary: "a shared code that reconstructs every modality from some of them",
    paper: "Ngiam et al., 2011, Multimodal Deep Learning",
    options: [
      MethodOption(
        "hidden", default: 64, in: 1...65536, help: "width of each modality's layers on either side of the code"),
      MethodOption(
        "depth", default: 1, in: 1...8, help: "layers of each modality on either side of the code, at least 1"),
      output, reconstruction,
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    BimodalAutoencoder(
      widths: request.widths, hidden: try values.integer("hidden"),
      depth: try values.integer("depth"), output: try values.integer("output"),
      weight: try values.number("reconstruction"),
      dropout: try values.number("dropout"), generator: generator)
  }
}
