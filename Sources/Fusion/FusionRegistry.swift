import Encoders
import Tensors

/// Every fusion that can be asked for by name.
public enum FusionRegistry {
  /// The fusions of two modalities or more, in the order in which they are listed.
  public static let all: [FusionDescription] = [
    early, late, additive, multiplicative, bilinear, mlb, mfb, tensor, lowRank, polynomial, hpfn, gated,
    mag, raven, midTransformer, mbt, veryEarly,
    mixture, nonlinear, mufasa,
    bimodalAutoencoder, boltzmannMachine, cascadedAutoencoder,
  ]

  /// The fusion, or the unimodal baseline, of that name.
  ///
  /// - Throws: `UsageError` listing the names there are.
  public static func description(named name: String) throws -> FusionDescription {
    let known = [unimodal] + all
    guard let found = known.first(where: { $0.name == name }) else {
      throw UsageError("unknown method \"\(name)\"; expected one of \(known.map(\.name).joined(separator: ", "))")
    }
    return found
  }

  /// One modality alone: the baseline of every comparison.
  public static let unimodal = FusionDescription(
    "unimodal", summary: "one modality alone, encoder and linear predictor", paper: "baseline", modalities: 1...1
  ) { request, _, _ in UnimodalFusion(width: request.widths[0]) }

  static let output = MethodOption("output", default: "64", help: "width of the fused representation")
  static let smallOutput = MethodOption("output", default: "32", help: "width of the fused representation")

  static let early = FusionDescription(
    "early", summary: "concatenate the inputs, then one network on the whole",
    paper: "Baltrušaitis et al., 2019, Multimodal Machine Learning: A Survey and Taxonomy",
    options: [
      MethodOption("level", default: "raw", help: "what is concatenated: raw (the inputs) or encoded"),
      MethodOption("hidden", default: "64", help: "width of each layer after the concatenation"),
      MethodOption("depth", default: "1", help: "layers after the concatenation; 0 for a linear predictor"),
    ],
    readsRaw: { try $0.choice("level", as: EarlyFusion.Level.self) == .raw }
  ) { request, values, generator in
    _ = try values.choice("level", as: EarlyFusion.Level.self)
    return EarlyFusion(
      widths: request.widths, width: try values.integer("hidden", in: 1...65536),
      layers: try values.integer("depth", in: 0...8), dropout: try values.number("dropout", in: 0...0.95),
      generator: generator)
  }

  static let late = FusionDescription(
    "late", summary: "one predictor per modality, predictions combined",
    paper: "Huang et al., 2020, Fusion of medical imaging and electronic health records using deep learning",
    options: [
      MethodOption("combine", default: "average", help: "average, weighted, product, majority or stacking")
    ]
  ) { request, values, generator in
    try LateFusion(
      widths: request.widths, outputs: request.outputs,
      combination: values.choice("combine", as: LateFusion.Combination.self), decision: Decision(request.task),
      generator: generator)
  }

  static let additive = FusionDescription(
    "additive", summary: "sum of linear maps of the encodings; no interactions",
    paper: "Liang, Zadeh & Morency, 2022, Foundations and Trends in Multimodal Machine Learning", options: [output]
  ) { request, values, generator in
    AdditiveFusion(widths: request.widths, output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let multiplicative = FusionDescription(
    "multiplicative", summary: "element-wise product of projections of the encodings",
    paper: "Liang, Zadeh & Morency, 2022, Foundations and Trends in Multimodal Machine Learning", options: [output]
  ) { request, values, generator in
    MultiplicativeFusion(
      widths: request.widths, output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let bilinear = FusionDescription(
    "bilinear", summary: "every product of two features of two modalities, weighted",
    paper: "Tenenbaum & Freeman, 2000, Separating Style and Content with Bilinear Models",
    options: [
      MethodOption("projection", default: "16", help: "width to which each encoding is projected before"), smallOutput,
    ]
  ) { request, values, generator in
    BilinearFusion(
      widths: request.widths, projection: try values.integer("projection", in: 1...512),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let mlb = FusionDescription(
    "mlb", summary: "products of two modalities' features, weighted by matrices of low rank",
    paper: "Kim et al., 2017, Hadamard Product for Low-rank Bilinear Pooling",
    options: [MethodOption("rank", default: "64", help: "rank of the matrices: width of the products"), smallOutput]
  ) { request, values, generator in
    LowRankBilinearFusion(
      widths: request.widths, rank: try values.integer("rank", in: 1...4096),
      output: try values.integer("output", in: 1...4096), dropout: try values.number("dropout", in: 0...0.95),
      generator: generator)
  }

  static let mfb = FusionDescription(
    "mfb", summary: "sums of a few products of two modalities' features, rooted and normalised",
    paper: "Yu et al., 2017, Multi-modal Factorized Bilinear Pooling with Co-Attention Learning",
    options: [MethodOption("factor", default: "5", help: "products summed for each number"), smallOutput]
  ) { request, values, generator in
    FactorizedBilinearFusion(
      widths: request.widths, factor: try values.integer("factor", in: 1...256),
      output: try values.integer("output", in: 1...4096), dropout: try values.number("dropout", in: 0...0.95),
      generator: generator)
  }

  static let tensor = FusionDescription(
    "tensor", summary: "every product of features of all modalities, of any order, weighted",
    paper: "Zadeh et al., 2017, Tensor Fusion Network for Multimodal Sentiment Analysis",
    options: [
      MethodOption(
        "projection", default: "auto",
        help: "width to which each encoding is projected before; auto keeps the tensor within 8192 features"),
      smallOutput,
    ]
  ) { request, values, generator in
    let automatic = values.text("projection") == "auto"
    return try TensorFusion(
      widths: request.widths,
      projection: automatic
        ? TensorFusion.projectionWidth(modalities: request.widths.count)
        : values.integer("projection", in: 1...TensorFusion.largestFusedWidth),
      output: values.integer("output", in: 1...4096), generator: generator)
  }

  static let lowRank = FusionDescription(
    "low-rank", summary: "tensor fusion with a weight of low rank, without forming the tensor",
    paper: "Liu et al., 2018, Efficient Low-rank Multimodal Fusion with Modality-Specific Factors",
    options: [MethodOption("rank", default: "8", help: "number of products summed"), smallOutput]
  ) { request, values, generator in
    LowRankFusion(
      widths: request.widths, rank: try values.integer("rank", in: 1...1024),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let polynomialOptions = [
    MethodOption("rank", default: "8", help: "rank of the weight's factors"),
    MethodOption("weights", default: "cp", help: "how weights are factorised: cp or ring"), smallOutput,
  ]

  static let polynomial = FusionDescription(
    "polynomial", summary: "every product of P features, within and across modalities, with a factorised weight",
    paper: "Hou et al., 2019, Deep Multimodal Multilinear Fusion with High-order Polynomial Pooling",
    options: [MethodOption("order", default: "3", help: "P, degree of the polynomial")] + polynomialOptions
  ) { request, values, generator in
    PolynomialTensorFusion(
      widths: request.widths, order: try values.integer("order", in: 1...16),
      rank: try values.integer("rank", in: 1...1024),
      weights: try values.choice("weights", as: PolynomialTensorPooling.Weights.self),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let hpfn = FusionDescription(
    "hpfn", summary: "polynomials of neighbouring modalities in windows of time, then of their results",
    paper: "Hou et al., 2019, Deep Multimodal Multilinear Fusion with High-order Polynomial Pooling",
    options: [
      MethodOption("order", default: "2", help: "degree of the polynomial of each level"),
      MethodOption("windows", default: "4", help: "windows that sequences are cut into: 1, 2, 4, … 256"),
    ] + polynomialOptions,
    readsSteps: true
  ) { request, values, generator in
    let windows = try values.integer("windows", in: 1...256)
    guard windows.nonzeroBitCount == 1 else {
      throw UsageError("method hpfn: option windows is \"\(windows)\"; expected a power of two up to 256")
    }
    return HierarchicalPolynomialFusion(
      widths: request.widths, windows: windows, order: try values.integer("order", in: 1...16),
      rank: try values.integer("rank", in: 1...1024),
      weights: try values.choice("weights", as: PolynomialTensorPooling.Weights.self),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let gated = FusionDescription(
    "gated", summary: "gates decide how much of each modality enters",
    paper: "Arevalo et al., 2017, Gated Multimodal Units for Information Fusion",
    options: [
      MethodOption(
        "gate", default: "sigmoid", help: "sigmoid (independent), softmax (sum to 1) or hard (one modality per sample)"),
      MethodOption("sees", default: "all", help: "what a modality's gate sees: self, others or all"),
      MethodOption("temperature", default: "1", help: "of the softmax that gives hard gates their gradient"), output,
    ]
  ) { request, values, generator in
    GatedFusion(
      widths: request.widths, gate: try values.choice("gate", as: GatedFusion.Gate.self),
      sees: try values.choice("sees", as: GatedFusion.Sight.self),
      temperature: try values.number("temperature", in: 0.01...100),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  static let main = MethodOption(
    "main", default: "auto",
    help: "the modality that is shifted; auto is the one named text, language or words, else the first")
  static let beta = MethodOption("beta", default: "1", help: "largest length of a shift, in lengths of what it shifts")

  static let mag = FusionDescription(
    "mag", summary: "the others shift the main modality inside its transformer, through gates",
    paper: "Rahman et al., 2020, Integrating Multimodal Information in Large Pretrained Transformers",
    options: [
      main, MethodOption("depth", default: "2", help: "layers of the main modality's transformer"),
      MethodOption("insert", default: "1", help: "layers before the gate, from 0 to depth"),
      heads, beta, output,
    ],
    readsSteps: true
  ) { request, values, generator in
    let depth = try values.integer("depth", in: 1...64)
    let (heads, width) = try (values.integer("heads", in: 1...64), values.integer("output", in: 1...4096))
    let main = try request.main(values)
    try checkHeads(heads, width: width, method: values.method)
    return ModalityShiftingFusion(
      widths: request.widths, main: main, isSequence: request.areSequences[main], layers: depth,
      insertion: try values.integer("insert", in: 0...depth), beta: try values.number("beta", in: 0.001...1000),
      heads: heads, output: width, dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let raven = FusionDescription(
    "raven", summary: "the others' frames within a word shift the word, then a recurrent network reads the words",
    paper: "Wang et al., 2018, Words Can Shift",
    options: [
      main, MethodOption("frames", default: "4", help: "frames of each other modality for a word"), beta, output,
    ],
    readsSteps: true
  ) { request, values, generator in
    let main = try request.main(values)
    return RecurrentShiftingFusion(
      widths: request.widths, main: main, isSequence: request.areSequences[main],
      frames: try values.integer("frames", in: 1...64), beta: try values.number("beta", in: 0.001...1000),
      output: try values.integer("output", in: 1...4096),
      dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let heads = MethodOption("heads", default: "4", help: "attention heads of a layer")

  static let midTransformer = FusionDescription(
    "mid-transformer", summary: "transformers whose tokens attend to all modalities from a chosen layer on",
    paper: "Nagrani et al., 2021, Attention Bottlenecks for Multimodal Fusion",
    options: [
      MethodOption("depth", default: "2", help: "layers of each modality's transformer"),
      MethodOption("fuse", default: "1", help: "layers before the modalities meet: 0 (early) to depth (late)"), heads,
      output,
    ],
    readsSteps: true, tokenizes: true
  ) { request, values, generator in
    let depth = try values.integer("depth", in: 1...64)
    let (heads, width) = try (values.integer("heads", in: 1...64), values.integer("output", in: 1...4096))
    try checkHeads(heads, width: width, method: values.method)
    return MidFusionTransformer(
      widths: request.widths, areSequences: request.areSequences, layers: depth,
      fusionLayer: try values.integer("fuse", in: 0...depth), heads: heads, output: width,
      dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let mbt = FusionDescription(
    "mbt", summary: "transformers that hear of each other only through a few bottleneck tokens",
    paper: "Nagrani et al., 2021, Attention Bottlenecks for Multimodal Fusion",
    options: [
      MethodOption("depth", default: "3", help: "layers of each modality's transformer, at least 2"),
      MethodOption("fuse", default: "1", help: "layers before the bottleneck: 0 to depth - 2"),
      MethodOption("bottlenecks", default: "4", help: "bottleneck tokens"), heads, output,
    ],
    readsSteps: true, tokenizes: true
  ) { request, values, generator in
    let depth = try values.integer("depth", in: 2...64)
    let (heads, width) = try (values.integer("heads", in: 1...64), values.integer("output", in: 1...4096))
    try checkHeads(heads, width: width, method: values.method)
    return BottleneckTransformer(
      widths: request.widths, areSequences: request.areSequences,
      bottlenecks: try values.integer("bottlenecks", in: 1...1024), layers: depth,
      fusionLayer: try values.integer("fuse", in: 0...(depth - 2)), heads: heads, output: width,
      dropout: try values.number("dropout", in: 0...0.95), generator: generator)
  }

  static let mixture = FusionDescription(
    "mixture", summary: "a gate weighs fusions, or chooses one, for each sample",
    paper: "Jacobs et al., 1991, Adaptive Mixtures of Local Experts",
    options: [
      MethodOption(
        "fusions", default: "additive+multiplicative+low-rank", help: "two or more fusions of vectors, joined by +"),
      MethodOption("gate", default: "soft", help: "soft (weighted sum) or hard (one fusion per sample)"),
      MethodOption("temperature", default: "1", help: "of the softmax that gives hard gates their gradient"),
      smallOutput,
    ]
  ) { request, values, generator in
    MixtureOfFusions(
      try parts(of: request, values, generator), widths: request.widths,
      isHard: try values.choice("gate", as: Firmness.self) == .hard,
      temperature: try values.number("temperature", in: 0.01...100),
      output: try values.integer("output", in: 1...4096), generator: generator)
  }

  /// Whether a choice is a weighted sum or falls on one.
  enum Firmness: String, CaseIterable { case soft, hard }

  static let nonlinear = FusionDescription(
    "nonlinear", summary: "a network on the concatenated encodings",
    paper: "Ngiam et al., 2011, Multimodal Deep Learning",
    options: [
      MethodOption("hidden", default: "64", help: "width of each layer"),
      MethodOption("depth", default: "2", help: "number of layers, at least 1"),
    ]
  ) { request, values, generator in
    NonlinearFusion(
      widths: request.widths, hidden: try values.integer("hidden", in: 1...65536),
      depth: try values.integer("depth", in: 1...8), dropout: try values.number("dropout", in: 0...0.95),
      generator: generator)
  }
}
