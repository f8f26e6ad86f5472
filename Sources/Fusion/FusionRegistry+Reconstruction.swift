import Encoders
import Tensors

// Fusions that also learn what inputs look like.
extension FusionRegistry {
  static let reconstruction = MethodOption(
    "reconstruction", default: "1", help: "weight of the reconstruction beside the task")

  static let bimodalAutoencoder = FusionDescription(
    "bimodal-autoencoder", summary: "a shared code that reconstructs every modality from some of them",
    paper: "Ngiam et al., 2011, Multimodal Deep Learning",
    options: [
      MethodOption("hidden", default: "64", help: "width of each modality's layers on either side of the code"),
      MethodOption("depth", default: "1", help: "layers of each modality on either side of the code, at least 1"),
      output, reconstruction,
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    BimodalAutoencoder(
      widths: request.widths, hidden: try values.integer("hidden", in: 1...65536),
      depth: try values.integer("depth", in: 1...8), output: try values.integer("output", in: 1...4096),
      weight: try values.number("reconstruction", in: 0.001...1000),
      dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let cascadedAutoencoder = FusionDescription(
    "cascaded-autoencoder", summary: "residual autoencoders fill in absent modalities step by step, then predict",
    paper: "Tran et al., 2017, Missing Modalities Imputation via Cascaded Residual Autoencoder",
    options: [
      MethodOption("cascade", default: "5", help: "autoencoders, each on what those before left over"),
      MethodOption("hidden", default: "64", help: "width of an autoencoder's outer hidden layers"), output,
      reconstruction,
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    CascadedResidualAutoencoder(
      widths: request.widths, cascade: try values.integer("cascade", in: 1...64),
      hidden: try values.integer("hidden", in: 1...65536), output: try values.integer("output", in: 1...4096),
      weight: try values.number("reconstruction", in: 0.001...1000),
      dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let boltzmannMachine = FusionDescription(
    "boltzmann-machine", summary: "a deep Boltzmann machine of all inputs; what is absent is inferred",
    paper: "Srivastava & Salakhutdinov, 2012, Multimodal Learning with Deep Boltzmann Machines",
    options: [
      MethodOption("hidden", default: "64", help: "width of each hidden level of a modality"),
      MethodOption("depth", default: "1", help: "hidden levels of each modality, at least 1"), output,
      MethodOption("passes", default: "10", help: "of mean field"),
      MethodOption(
        "deviation", default: "0.6", help: "of an input given the hidden units, in those of the data"),
      MethodOption("generative", default: "1", help: "weight of the generative loss beside the task"),
      MethodOption("pretraining", default: "40", help: "epochs of each stage of learning from inputs alone"),
    ],
    readsRaw: { _ in true }
  ) { request, values, generator in
    var pretraining = MultimodalBoltzmannMachine.Pretraining()
    pretraining.epochs = try values.integer("pretraining", in: 0...100_000)
    return MultimodalBoltzmannMachine(
      widths: request.widths, hidden: try values.integer("hidden", in: 1...65536),
      depth: try values.integer("depth", in: 1...8), output: try values.integer("output", in: 1...4096),
      deviation: try values.number("deviation", in: 0.01...1), passes: try values.integer("passes", in: 1...100),
      weight: try values.number("generative", in: 0.001...1000), pretraining: pretraining, generator: generator)
  }
}
