import Evaluation
import Foundation
import Modalities
import Models
import Quantification
import Tensors
import Training

/// What is measured of a trained model after selection: the validation and test scores, and the time of one prediction.
struct TrialMeasurement {
  private(set) var trained: TrainedModel
  let prepared: PreparedDataset

  /// Every metric of the task on a split.
  func metrics(_ predictions: [[Double]], _ targets: [Double]) throws -> [String: Double] {
    try trained.scored(predictions, targets: targets)
      .scores(Metric.reported(for: prepared.task, main: prepared.metric))
  }

  func predictions(_ split: Split) throws -> [[Double]] {
    try trained.predictions(prepared.dataset, prepared.dataset[split])
  }

  func targets(_ split: Split) -> [Double] { prepared.targets(of: split) }

  /// Chooses the thresholds of labels on the validation split; for other tasks there is nothing to choose.
  ///
  /// - Parameter predictions: of the validation split.
  mutating func chooseThresholds(_ predictions: [[Double]]) throws {
    trained.thresholds = try trained.scored(predictions, targets: targets(.validation)).bestThresholds
  }

  /// Time from one sample's normalised input to its prediction, without reading files.
  func latency(repetitions: Int = 100) throws -> Latency {
    let indices = prepared.dataset[.test].prefix(10)
    let batches = indices.map { prepared.dataset.batch([$0]).keeping(trained.modalities) }
    let task = trained.configuration.learningTask
    var times: [Double] = []
    try withoutGradients {
      for repetition in 0..<repetitions + 10 {
        let batch = batches[repetition % batches.count]
        let clock = ContinuousClock()
        let elapsed = try clock.measure { _ = try task.answers(of: trained.model, to: [batch]).floats }
        // The first calls warm caches up.
        if repetition >= 10 {
          times.append(Double(elapsed.components.attoseconds) / 1e12 + Double(elapsed.components.seconds) * 1e6)
        }
      }
    }
    times.sort()
    return Latency(p50: times[times.count / 2], p95: times[times.count * 95 / 100])
  }
}

extension Dataset {
  /// Targets of a split as records hold them: class index, value, or zeros and ones per label.
  func targets(of split: Split) -> [Double] { targets.numbers(self[split]) }
}
