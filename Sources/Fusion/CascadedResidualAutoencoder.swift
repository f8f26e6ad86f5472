import Encoders
import Layers
public import Tensors

/// Fills in absent modalities step by step, then predicts from the completed inputs (cascaded residual autoencoder, Tran et
/// al., 2017, section 3).
///
/// From x⁰ = [x_1; …; x_M], zero where absent, autoencoder k adds what still lacks: xᵏ = xᵏ⁻¹ + R_k(xᵏ⁻¹), so that R_k
/// learns the residual x − xᵏ⁻¹. What is absent is taken from the last; what is present stays as it is. The representation
/// is relu(W x̂ + b) of the completed inputs x̂.
///
/// While training, modalities are hidden at random (a third of the samples keep all). The loss is the task's on inputs
/// completed for what was hidden, plus `weight` times the mean over k of ‖xᵏ − x‖², of what is known (the mean of each
/// modality, summed). The task does not reach back into the autoencoders. Deviation: they are trained as one from the
/// start, where the paper stacks them one at a time before.
public struct CascadedResidualAutoencoder: ImputingFusion {
  public let outputSize: Int
  let widths: [Int]
  let weight: Double
  /// R_k.
  let autoencoders: [MLP]
  let predictor: Linear
  let dropout: Dropout

  /// - Parameters:
  ///   - widths: width D_m of each input.
  ///   - cascade: number of autoencoders.
  ///   - hidden: width of an autoencoder's first and last hidden layers; the one between them has half of it.
  ///   - output: width of the representation.
  ///   - weight: of the reconstruction beside the task.
  public init(
    widths: [Int], cascade: Int = 5, hidden: Int = 64, output: Int = 64, weight: Double = 1, dropout: Double = 0.2,
    generator: Generator
  ) {
    precondition(cascade > 0, "a cascade of \(cascade) autoencoders")
    self.widths = widths
    self.weight = weight
    outputSize = output
    let total = widths.reduce(0, +)
    let sizes = [total, hidden, max(1, hidden / 2), hidden, total]
    autoencoders = (0..<cascade).map { _ in MLP(sizes: sizes, generator: generator) }
    predictor = Linear(total, output, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ inputs: [Tensor], present: Tensor?) -> Tensor {
    represent(imputed(inputs, present: present))
  }

  public func imputed(_ inputs: [Tensor], present: Tensor?) -> [Tensor] {
    guard present != nil else { return inputs }
    return filling(inputs, present: present, with: stages(inputs, present: present).last!)
  }

  /// x¹, …, x^K, each cut into modalities `[B, D_m]`.
  public func stages(_ inputs: [Tensor], present: Tensor?) -> [[Tensor]] {
    check(inputs, widths: widths, in: "CascadedResidualAutoencoder")
    var x = Tensor.concatenated(clearingAbsent(inputs, present), axis: 1)
    return autoencoders.map { autoencoder in
      x = x + autoencoder(x)
      return x.split(widths, axis: 1)
    }
  }

  private func represent(_ completed: [Tensor]) -> Tensor {
    check(completed, widths: widths, in: "CascadedResidualAutoencoder")
    return dropout(predictor(Tensor.concatenated(completed, axis: 1)).relu())
  }

  public func objective(_ inputs: [Tensor], present: Tensor?, task: TaskLoss) -> Tensor {
    let shown = Phase.masks.map { hidingSome(present, of: inputs, drawing: $0) } ?? present
    let stages = stages(inputs, present: shown)
    let errors = stages.map { reconstructionError($0, of: inputs, present: present) }
    let completed = filling(inputs, present: shown, with: stages.last!).map { $0.detached() }
    return task(represent(completed)) + sum(errors) * (weight / Double(errors.count))
  }
}

extension FusionRegistry {
  static let cascadedAutoencoder = FusionDescription(
    "cascaded-autoencoder", summary: "residual autoencoders fill in absent modalities step by step, then predict",
    paper: "Tran et al., 2017, Missing Modalities Imputation via Cascaded Residual Autoencoder",
    options: [
      MethodOption("cascade", default: 5, in: 1...64, help: "autoencoders, each on what those before left over"),
      MethodOption("hidden", default: 64, in: 1...65536, help: "width of an autoencoder's outer hidden layers"), output,
      reconstruction,
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    CascadedResidualAutoencoder(
      widths: request.widths, cascade: try values.integer("cascade"),
      hidden: try values.integer("hidden"), output: try values.integer("output"),
      weight: try values.number("reconstruction"),
      dropout: try values.number("dropout"), generator: generator)
  }
}
