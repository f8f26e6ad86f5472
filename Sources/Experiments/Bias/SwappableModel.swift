import Modalities
import Models
import Tensors

/// A trained model with the encodings of some samples, whose modalities can be exchanged between them.
struct SwappableModel {
  private let trained: TrainedModel
  private let encoded: [Tensor]
  private let present: Tensor?
  private let original: [[Double]]
  /// For labels, see `TrainedModel`.
  var thresholds: [Double]? { trained.thresholds }

  /// - Parameter dataset: as loaded, not normalised.
  init(_ trial: TrainedTrial, _ dataset: Dataset, _ rows: [Int]) throws {
    trained = try TrainedModel.load(trial.folder)
    try trained.checkStages()
    try ModelUse.checkTargets(trained, on: dataset)
    let kept = dataset.keeping(trained.modalities).normalised(with: trained.normalisation)
    let model = trained.staged
    (encoded, present) = withoutGradients { model.encode(rows.chunks(of: 256).lazy.map { kept.batch($0) }) }
    original = Self.predictions(trained, encoded, present)
  }

  /// Predictions as they are, in the order of the samples.
  func rows() -> [[Double]] { original }

  /// For each of `rows` (positions), how its prediction changes when it gets the modality of its donor: 1 for another class
  /// or set of labels, 0 for the same; of a regression the distance.
  ///
  /// Donors have the modality.
  func changes(of modality: String, rows: [Int], donors: [Int]) -> [Double] {
    let position = trained.modalities.firstIndex(of: modality)!
    let chosen = Tensor(rows)
    var swapped = encoded.map { $0.indexSelect(axis: 0, chosen) }
    swapped[position] = encoded[position].indexSelect(axis: 0, Tensor(donors))
    let found = Self.predictions(trained, swapped, present?.indexSelect(axis: 0, chosen))
    let task = trained.configuration.prediction
    return zip(rows, found).map { row, now in
      task.change(from: original[row], to: now, thresholds: trained.thresholds)
    }
  }

  private static func predictions(_ trained: TrainedModel, _ encoded: [Tensor], _ present: Tensor?) -> [[Double]] {
    withoutGradients {
      stride(from: 0, to: encoded[0].shape[0], by: 256).flatMap { start in
        let run = start..<min(start + 256, encoded[0].shape[0])
        return trained.finish(trained.staged.predict(encoded.map { $0[run] }, present: present.map { $0[run] })).rows
      }
    }
  }
}
