import Analyses
import Evaluation
import Modalities

@testable import Reports

/// A made-up comparison of the size of a real one.
struct MadeComparison {
  let result: ExplainedComparison
  let records: [TrialRecord]
  var comparison: Comparison { result.comparison }
  static let environment = RunEnvironment(
    operatingSystem: "Debian GNU/Linux 12 (bookworm)", kernel: "6.1.0", architecture: "x86_64",
    processor: "Example CPU @ 2.50GHz", cores: 2, memoryBytes: 8_000_000_000, swift: "6.3", libtorch: "2.13.0",
    chiasm: "0.1.0")

  static func classification(classes: Int = 10, samples: Int = 400, resamples: Int = 60) throws -> MadeComparison {
    let made = MadeTrials(samples: samples, classes: classes)
    let both = ["audio", "image"]
    var records =
      made.classification("audio", modalities: ["audio"], accuracy: 0.71, parameters: 21_000, latency: 84)
      + made.classification("image", modalities: ["image"], accuracy: 0.76, parameters: 52_000, latency: 130)
    let fusions: [(String, Double, Int, Double)] = [
      ("early", 0.86, 74_500, 190), ("late-average", 0.84, 73_100, 181), ("late-stacking", 0.845, 73_400, 184),
      ("additive", 0.85, 76_000, 195), ("multiplicative", 0.82, 76_200, 196), ("tensor", 0.87, 1_340_000, 420),
      ("low-rank", 0.885, 98_000, 240), ("gated", 0.868, 83_000, 215), ("nonlinear", 0.872, 110_000, 232),
    ]
    for (name, accuracy, parameters, latency) in fusions {
      records += made.classification(
        name, modalities: both, accuracy: accuracy, emapAccuracy: name == "low-rank" ? accuracy - 0.02 : nil,
        parameters: parameters, latency: latency)
    }
    records.append(
      TrialRecord(
        method: "bilinear <&\">", area: "fusion", modalities: both, seed: 0, options: ["rank": "`reboot`"],
        failure: "loss is not finite in epoch 3, step 17: first non-finite output in fusion.bilinear"))
    let dataset = DatasetSummary(
      name: "spoken-digits", task: .classification, metric: .accuracy,
      classes: (0..<classes).map { classes > 10 ? "class \($0)" : "\($0)" },
      samples: ["train": 2000, "validation": 500, "test": samples],
      modalities: [
        "audio": ModalitySummary(kind: .audio, shape: [87, 40]),
        "image": ModalitySummary(kind: .image, shape: [1, 28, 28], missing: 12),
      ])
    return MadeComparison(
      result: ExplainedComparison(try Comparison(dataset, records: records, resamples: resamples)), records: records)
  }

  static func regression() throws -> MadeComparison {
    let made = MadeTrials(samples: 300)
    let records =
      made.regression("text", modalities: ["text"], noise: 2)
      + made.regression("audio", modalities: ["audio"], noise: 3)
      + made.regression("early", modalities: ["audio", "text"], noise: 1.6)
    let dataset = DatasetSummary(
      name: "sentiment", task: .regression, metric: .mae, samples: ["train": 1000, "validation": 200, "test": 300],
      modalities: ["text": ModalitySummary(kind: .vector, shape: [100])])
    return MadeComparison(
      result: ExplainedComparison(try Comparison(dataset, records: records, resamples: 60)), records: records)
  }
}
