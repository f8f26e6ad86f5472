public import Models

extension Method {
  /// One modality alone: the baseline of every comparison.
  public static let unimodal = Method(FusionRegistry.unimodal, area: "unimodal")

  /// The fusions, those that learn by gradients first.
  public static let fusion: [Method] =
    FusionRegistry.all.map { Method($0, area: "fusion") } + [mkl, compositeKernel]

  private init(_ description: FusionDescription, area: String) {
    self.init(
      description.name, area: area, summary: description.summary, paper: description.paper,
      options: description.allOptions, modalities: description.modalities, adds: description.adds,
      learning: .gradients(replicates: description.replicates) { request, values, generator in
        try FusionModel(description, for: request, values: values, generator: generator)
      })
  }
}
