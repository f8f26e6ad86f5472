import Modalities
import Testing

@testable import Models

/// Permutations, scores of samples and pseudo-values against scoring the selections themselves.
@Suite("Predictions by units")
struct PredictionsUnitsTests {
  /// A data set of one task with predictions that are a little better than chance, some of them equal.
  struct Drawn: CustomTestStringConvertible, Sendable {
    let name: String
    let task: TaskKind
    let rows: [[Float]]
    let targets: [Double]

    var testDescription: String { name }

    func predictions(_ samples: [Int], targetsOf others: [Int]? = nil) throws -> Predictions {
      let width = task == .multilabel ? rows[0].count : 1
      return try Predictions(
        samples.map { rows[$0] }, targets: (others ?? samples).flatMap { targets[$0 * width..<($0 + 1) * width] },
        task: task)
    }
  }

  static func drawn(samples: Int) -> [Drawn] {
    [2, 4].map { classification(samples, $0) } + [labels(samples), values(samples)]
  }

  private static func classification(_ samples: Int, _ classes: Int) -> Drawn {
    var generator = SplitMix64(seed: UInt64(classes))
    let targets = (0..<samples).map { _ in generator.next(below: classes) }
    let rows = targets.map { target in
      let weights = (0..<classes).map { Float(1 + generator.next(below: 4) + ($0 == target ? 2 : 0)) }
      return weights.map { $0 / weights.reduce(0, +) }
    }
    return Drawn(
      name: "\(classes) classes", task: .classification, rows: rows, targets: targets.map(Double.init))
  }

  private static func labels(_ samples: Int) -> Drawn {
    var generator = SplitMix64(seed: 8)
    var (rows, targets) = ([[Float]](), [Double]())
    for _ in 0..<samples {
      let truth = (0..<3).map { _ in generator.uniform() < 0.4 }
      rows.append(truth.map { (Float(generator.next(below: 10)) + ($0 ? 3 : 0)) / 13 })
      targets += truth.map { $0 ? 1 : 0 }
    }
    return Drawn(name: "labels", task: .multilabel, rows: rows, targets: targets)
  }

  private static func values(_ samples: Int) -> Drawn {
    var generator = SplitMix64(seed: 9)
    let targets = (0..<samples).map { _ in Double(generator.next(below: 13)) / 2 - 3 }
    let rows = targets.map { [Float($0 * 0.6 + generator.uniform() * 2 - 1)] }
    return Drawn(name: "values", task: .regression, rows: rows, targets: targets)
  }

  @Test(arguments: drawn(samples: 50))
  func permutingIsExchangingTargets(_ drawn: Drawn) throws {
    var generator = SplitMix64(seed: 3)
    let order = (0..<50).map { _ in generator.next(below: 50) }
    let predictions = try drawn.predictions(Array(0..<50))
    let exchanged = try drawn.predictions(Array(0..<50), targetsOf: order)
    for metric in Metric.all(for: drawn.task) {
      let (found, expected) = (predictions.score(metric, permuting: order), exchanged.score(metric))
      #expect(close(found, expected), "\(metric.rawValue)")
      #expect(close(predictions.score(metric, permuting: Array(0..<50)), predictions.score(metric)))
    }
  }

  @Test(arguments: drawn(samples: 50))
  func selectionsScoreAsDataSetsOfTheirOwn(_ drawn: Drawn) throws {
    var generator = SplitMix64(seed: 4)
    let indices = (0..<70).map { _ in generator.next(below: 50) }
    let metrics = Metric.all(for: drawn.task)
    let found = try drawn.predictions(Array(0..<50)).scores(metrics, at: indices)
    let own = try drawn.predictions(indices)
    for (metric, value) in zip(metrics, found) { #expect(close(value, own.score(metric)), "\(metric.rawValue)") }
  }

  @Test(arguments: drawn(samples: 50))
  func sampleScoresAverageToTheMetric(_ drawn: Drawn) throws {
    let predictions = try drawn.predictions(Array(0..<50))
    let averages: Set<Metric> = [
      .accuracy, .logLoss, .brier, .subsetAccuracy, .mae, .mse, .accuracy2Has0, .accuracy7,
    ]
    for metric in Metric.all(for: drawn.task) {
      let scores = predictions.sampleScores(metric)
      #expect((scores != nil) == averages.contains(metric), "\(metric.rawValue)")
      if let scores { #expect(close(scores.reduce(0, +) / 50, predictions.score(metric)), "\(metric.rawValue)") }
    }
  }

  /// By samples and by groups of unequal size.
  @Test(arguments: drawn(samples: 60), [60, 13, 2])
  func pseudoValuesAreLeaveOuts(_ drawn: Drawn, _ count: Int) throws {
    var generator = SplitMix64(seed: 5)
    let units = (0..<60).map { count == 60 ? $0 : $0 < count ? $0 : generator.next(below: count) }
    let predictions = try drawn.predictions(Array(0..<60))
    for metric in Metric.all(for: drawn.task) where metric != .calibrationError {
      let found = try #require(predictions.pseudoValues(metric, units: units, count: count))
      let whole = try #require(predictions.score(metric))
      for unit in 0..<count {
        let rest = try #require(drawn.predictions((0..<60).filter { units[$0] != unit }).score(metric))
        let expected = Double(count) * whole - Double(count - 1) * rest
        #expect(close(found[unit], expected), "\(metric.rawValue), unit \(unit) of \(count)")
      }
    }
  }

  @Test func pseudoValuesOfMeansAreTheSamplesOwn() throws {
    let drawn = Self.classification(30, 3)
    let predictions = try drawn.predictions(Array(0..<30))
    #expect(
      predictions.pseudoValues(.logLoss, units: Array(0..<30), count: 30) == predictions.sampleScores(.logLoss))
  }

  @Test func whatIsNotSmoothOrUndefinedHasNone() throws {
    let units = [0, 1, 2]
    let rows: [[Float]] = [[0.2, 0.8], [0.6, 0.4], [0.9, 0.1]]
    let classes = try Predictions(rows, targets: [1, 0, 0], task: .classification)
    #expect(classes.pseudoValues(.calibrationError, units: units, count: 3) == nil)
    #expect(classes.pseudoValues(.accuracy, units: [0, 0, 0], count: 1) == nil)
    let one = try Predictions(rows, targets: [0, 0, 0], task: .classification)
    #expect(one.pseudoValues(.auroc, units: units, count: 3) == nil)
    #expect(one.score(.averagePrecision) == nil)
    let constant = try Predictions([[1], [1], [1]], targets: [1, 2, 3], task: .regression)
    #expect(constant.pseudoValues(.pearson, units: units, count: 3) == nil)
  }

  /// The only sample of a class: without it the recall of its class, the areas and the correlation are as in the whole.
  @Test func theLastSampleOfAClassLeavesItsPartAsItIs() throws {
    let rows: [[Float]] = [[0.8, 0.2], [0.4, 0.6], [0.9, 0.1], [0.3, 0.7]]
    let predictions = try Predictions(rows, targets: [0, 0, 0, 1], task: .classification)
    for metric in [Metric.auroc, .averagePrecision, .mcc] {
      let values = try #require(predictions.pseudoValues(metric, units: [0, 1, 2, 3], count: 4))
      #expect(close(values[3], predictions.score(metric)), "\(metric.rawValue)")
    }
    // Recalls 2/3 and 1: without the last sample the second stays 1.
    let recalls = try #require(predictions.pseudoValues(.balancedAccuracy, units: [0, 1, 2, 3], count: 4))
    #expect(close(recalls[3], 5.0 / 6))
    #expect(close(recalls[1], 4 * 5.0 / 6 - 3))
    // Correlation of the values that are left, which are all equal, is that of all.
    let values = try Predictions([[1], [2], [3]], targets: [5, 5, 8], task: .regression)
    let correlation = try #require(values.score(.pearson))
    #expect(close(values.pseudoValues(.pearson, units: [0, 1, 2], count: 3)?[2], correlation))
  }

  /// Offsets far larger than the spread cost no digits.
  @Test func correlationsOfLargeValuesKeepTheirDigits() throws {
    var generator = SplitMix64(seed: 6)
    let near = (0..<40).map { _ in generator.uniform() }
    func predictions(_ offset: Double) throws -> [Double] {
      // Halves of whole numbers are exact in single precision.
      let rows = near.map { [Float(offset) + Float(($0 * 16).rounded() / 2)] }
      let targets = near.map { offset + ($0 * 8).rounded() }
      return try #require(
        Predictions(rows, targets: targets, task: .regression).pseudoValues(.r2, units: Array(0..<40), count: 40))
    }
    for (small, large) in zip(try predictions(0), try predictions(1_000_000)) { #expect(abs(small - large) < 1e-8) }
  }
}

/// Both undefined, or equal up to rounding.
func close(_ value: Double?, _ expected: Double?, _ tolerance: Double = 1e-9) -> Bool {
  guard let value, let expected else { return value == nil && expected == nil }
  return abs(value - expected) <= tolerance * max(1, abs(expected))
}
