import Foundation
import Testing

/// Scores by scikit-learn, made by `Tests/Goldens/make_metrics.py`.
struct MetricGoldens: Decodable {
  struct SingleLabel: Decodable, Sendable {
    let classes: Int, probabilities: [Double], targets: [Int], predicted: [Int], confusion: [Int]
    let accuracy, balancedAccuracy, macroF1, weightedF1, mcc, logLoss, brier, calibrationError: Double
    let auroc, averagePrecision: Double
  }
  struct Regression: Decodable, Sendable {
    let predicted, targets: [Double]
    let mae, mse, rmse, r2, pearson: Double
  }
  struct Multilabel: Decodable, Sendable {
    let labels: Int, probabilities: [Double], predicted: [Int], targets: [Int]
    let microF1, subsetAccuracy: Double
    /// Nil where no label has both kinds of rows.
    let macroF1, mcc: Double?
  }
  struct Sentiment: Decodable, Sendable {
    let predicted, targets: [Double]
    let has0Accuracy, has0F1, non0Accuracy, non0F1, accuracy7: Double
  }
  let singleLabel: [SingleLabel]
  let regression: [Regression]
  let multilabel: [Multilabel]
  let sentiment: [Sentiment]

  static func load() throws -> MetricGoldens {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appending(path: "Goldens/metrics.json"))
    return try JSONDecoder().decode(MetricGoldens.self, from: data)
  }
}

// A failing case is named in one line, not by all of its numbers.
extension MetricGoldens.SingleLabel: CustomTestStringConvertible {
  var testDescription: String { "\(targets.count) samples, \(classes) classes" }
}
extension MetricGoldens.Regression: CustomTestStringConvertible {
  var testDescription: String { "\(targets.count) values" }
}
extension MetricGoldens.Multilabel: CustomTestStringConvertible {
  var testDescription: String { "\(targets.count / labels) samples, \(labels) labels" }
}
extension MetricGoldens.Sentiment: CustomTestStringConvertible {
  var testDescription: String { "\(targets.count) sentiments" }
}

/// Both undefined, or equal up to rounding.
func close(_ value: Double?, _ expected: Double?, _ tolerance: Double = 1e-10) -> Bool {
  guard let expected else { return value == nil }
  return close(value, expected, tolerance)
}

/// Equality up to rounding, relative to the expected value.
func close(_ value: Double?, _ expected: Double, _ tolerance: Double = 1e-10) -> Bool {
  guard let value else { return false }
  return abs(value - expected) <= tolerance * max(1, abs(expected))
}
