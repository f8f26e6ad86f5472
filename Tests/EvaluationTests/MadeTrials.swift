import Evaluation
import Foundation
import Modalities
import Models
import Training

/// Made-up trials with a stated skill, for tests of what is computed from trials.
struct MadeTrials {
  var samples = 400
  var classes = 4
  var seed: UInt64 = 1

  /// Trials of one classification method. Samples have a difficulty that all methods share, so that methods are right
  /// and wrong on much the same ones.
  func classification(
    _ method: String, modalities: [String], accuracy: Double, validation: Double? = nil, seeds: Int = 3,
    emapAccuracy: Double? = nil, parameters: Int = 1000, latency: Double = 100
  ) -> [TrialRecord] {
    var shared = SplitMix64(seed: seed)
    let targets = (0..<samples).map { _ in shared.next(below: classes) }
    let difficulty = (0..<samples).map { _ in shared.uniform() }
    return (0..<seeds).map { trial in
      let stream = method.utf8.reduce(UInt64(trial)) { $0 &* 31 &+ UInt64($1) }
      var generator = SplitMix64(seed: seed, stream: stream)
      func rows(_ accuracy: Double) -> [[Double]] {
        targets.indices.map { index in
          let isRight = 0.8 * difficulty[index] + 0.2 * generator.uniform() < cut(accuracy)
          let miss = (targets[index] + 1 + generator.next(below: classes - 1)) % classes
          let top = (0.55 + 0.44 * (1 - difficulty[index]))
          var row = [Double](repeating: (1 - top) / Double(classes - 1), count: classes)
          row[isRight ? targets[index] : miss] = top
          return row
        }
      }
      let predictions = rows(accuracy)
      let emap = emapAccuracy.map(rows)
      let curve = (1...20).map { epoch in
        let progress = 1 - exp(-Double(epoch) / 5)
        return EpochRecord(
          epoch: epoch, trainLoss: 1.4 - 1.2 * progress * accuracy + 0.02 * generator.uniform(),
          validationLoss: 1.4 - progress * accuracy + 0.01 * max(0, Double(epoch) - 12)
            + 0.04 * generator.uniform(),
          validationScore: progress * (validation ?? accuracy), learningRate: 1e-3, seconds: 0.2)
      }
      let scores = try! Predictions(predictions, targets: targets.map(Double.init), task: .classification)
      return TrialRecord(
        method: method, area: modalities.count == 1 ? "unimodal" : "fusion", modalities: modalities, seed: trial,
        options: modalities.count == 1 ? [:] : ["rank": "4"], epochs: curve, bestEpoch: 12,
        metrics: scores.scores(Metric.all(for: .classification)),
        validationMetrics: ["accuracy": validation ?? accuracy], predictions: predictions,
        targets: targets.map(Double.init), ids: (0..<samples).map { "s\($0)" }, parameters: parameters,
        trainSeconds: 3 + Double(trial), latencyMicroseconds: Latency(p50: latency, p95: latency * 1.7),
        peakBytes: 230_000_000, emap: emap)
    }
  }

  /// The threshold below which 0.8·u + 0.2·v falls with the given probability, for uniform u and v.
  private func cut(_ probability: Double) -> Double {
    if probability < 0.125 { return (0.32 * probability).squareRoot() }
    if probability > 0.875 { return 1 - (0.32 * (1 - probability)).squareRoot() }
    return 0.1 + 0.8 * probability
  }

  /// Trials of one regression method whose errors have the stated size.
  func regression(_ method: String, modalities: [String], noise: Double, seeds: Int = 2) -> [TrialRecord] {
    var shared = SplitMix64(seed: seed)
    let targets = (0..<samples).map { _ in (shared.uniform() * 6 - 3) }
    return (0..<seeds).map { trial in
      var generator = SplitMix64(seed: seed, stream: UInt64(trial + 10))
      let predictions = targets.map { [$0 + noise * (generator.uniform() * 2 - 1)] }
      return TrialRecord(
        method: method, area: modalities.count == 1 ? "unimodal" : "fusion", modalities: modalities, seed: trial,
        validationMetrics: ["mae": noise / 2, "pearson": 1 - noise / 10], predictions: predictions,
        targets: targets, ids: (0..<samples).map { "s\($0)" }, parameters: 10)
    }
  }
}
