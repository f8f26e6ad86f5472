import Modalities
import Quantification
import Tensors

/// A trained model with the encodings of the samples as they are, so that only what is perturbed is encoded anew.
struct PerturbableModel {
  let trained: TrainedModel
  private let normalisation: Normalisation
  private let dataset: Dataset
  private let chunks: [[Int]]
  private let encoded: [[Tensor]]
  private let present: [Tensor?]

  init(_ trial: TrainedTrial, _ dataset: Dataset, _ rows: [Int], isNormalised: Bool) throws {
    let trained = try TrainedModel.load(trial.folder)
    try trained.checkStages()
    try ModelUse.checkTargets(trained, on: dataset)
    let kept = dataset.keeping(trained.modalities)
    let chunks = rows.chunks(of: 256)
    let normalisation = try isNormalised ? trained.normalisation.ofNormalised() : trained.normalisation
    (self.trained, self.normalisation, self.chunks, self.dataset) = (trained, normalisation, chunks, kept)
    let batches = chunks.map { normalisation.apply(to: kept.batch($0)) }
    (encoded, present) = withoutGradients {
      (batches.map { trained.staged.encode($0) }, batches.map { trained.staged.presence($0) })
    }
  }

  /// Of the samples as they are, as rows.
  func predictions() -> [[Double]] {
    withoutGradients { chunks.indices.flatMap { rows($0, encoded[$0]) } }
  }

  /// Predictions of models that read the same modalities of the same data, by what is perturbed and model, as rows.
  ///
  /// - Parameter perturbed: lists of modalities that are perturbed together.
  static func predictions(
    _ models: [PerturbableModel], _ perturbed: [[String]], _ perturbation: Perturbation, _ level: Double, seed: UInt64,
    draw: Int
  ) -> [[[[Double]]]] {
    let names = models[0].trained.modalities
    var result = perturbed.map { _ in models.map { _ in [[Double]]() } }
    withoutGradients {
      for chunk in models[0].chunks.indices {
        var noisy = [[Tensor?]](repeating: names.map { _ in nil }, count: models.count)
        for (position, name) in names.enumerated() where perturbed.contains(where: { $0.contains(name) }) {
          let kind = perturbation.rawValue.utf8.reduce(UInt64(0)) { $0 &* 31 &+ UInt64($1) }
          let label = name.utf8.reduce(kind) { $0 &* 31 &+ UInt64($1) }
          let generator = Generator(seed: Generator.seed(seed, label, UInt64(draw), UInt64(chunk)))
          let input = models[0].input(name, chunk, perturbation, level, generator)
          for model in models.indices {
            noisy[model][position] = models[model].trained.staged.encode(input, of: name)
          }
        }
        for (number, together) in perturbed.enumerated() {
          for (model, its) in models.enumerated() {
            let encodings = names.indices.map { position in
              together.contains(names[position]) ? noisy[model][position]! : its.encoded[chunk][position]
            }
            result[number][model] += its.rows(chunk, encodings)
          }
        }
      }
    }
    return result
  }

  /// One modality of a chunk of the samples, perturbed and normalised.
  private func input(
    _ name: String, _ chunk: Int, _ perturbation: Perturbation, _ level: Double, _ generator: Generator
  ) -> ModalityInput {
    let (mean, scale) = (normalisation.mean[name]!, normalisation.scale[name]!)
    let isConstant = scale .== 0
    let deviation = Tensor.where(isConstant, scale, 1 / Tensor.where(isConstant, scale.onesLike(), scale))
    let rows = chunks[chunk]
    var input = dataset.modalities[name]!.gather(rows)
    // What is far from zero is perturbed with all its digits.
    if mean.dtype == .float64, let exact = input.exact { input.values = exact }
    input.exact = nil
    input = perturbation(
      input, level: level, mean: mean, deviation: deviation,
      isWaveform: dataset.manifest.modalities[name]!.features == .waveform, generator: generator)
    // Normalising also clears what noise left in padding and absent samples.
    return normalisation.apply(to: Batch(inputs: [name: input], ids: rows.map { dataset.ids[$0] })).inputs[name]!
  }

  private func rows(_ chunk: Int, _ encodings: [Tensor]) -> [[Double]] {
    trained.finish(trained.staged.predict(encodings, present: present[chunk])).rows
  }
}

extension Normalisation {
  /// Of data that this has normalised: means 0, deviations 1, and constant features 0.
  fileprivate func ofNormalised() throws -> Normalisation {
    try Normalisation(
      tensors: tensors.reduce(into: [:]) { result, entry in
        result[entry.key] =
          entry.key.hasSuffix(".mean") ? entry.value.zerosLike() : (entry.value .> 0).to(.float32)
      })
  }
}
