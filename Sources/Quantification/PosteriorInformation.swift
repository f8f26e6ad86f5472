import Dispatch
import Foundation
public import InformationTheory
public import Tensors
import Training

/// A classifier's probabilities of held-out samples, as sure as other held-out samples show it may be.
///
/// The logits are divided by the temperature at which the cross-entropy of the samples for calibration is least (Guo et
/// al., 2017, section 4.2).
public struct CalibratedPosteriors: Sendable {
  public let temperature: Double
  /// `[N][K]`.
  public let rows: [[Double]]

  /// - Parameters:
  ///   - logits: of the samples whose probabilities are wanted, `[N, K]`; logarithms of probabilities will do.
  ///   - calibration: logits of other held-out samples, `[n, K]`.
  ///   - labels: of those, `[n]`.
  /// - Throws: `SampleError` where a logit is not finite.
  public init(logits: Tensor, calibration: Tensor, labels: [Int]) throws {
    precondition(
      logits.rank == 2 && calibration.rank == 2 && logits.shape[1] == calibration.shape[1]
        && calibration.shape[0] == labels.count,
      "logits \(logits.shape) and \(calibration.shape) for \(labels.count) labels")
    for tensor in [calibration, logits] where tensor.isFinite().all().item() != 1 {
      throw SampleError("a classifier answers with a number that is not finite")
    }
    let (held, truth) = (calibration.to(.float64), Tensor(labels))
    let criterion = Criterion.crossEntropy()
    // The loss has one minimum over 1/T: golden-section search over ln T.
    func loss(_ logTemperature: Double) -> Double { criterion(held / exp(logTemperature), truth).item() }
    (temperature, rows) = withoutGradients {
      var (low, high) = (log(0.2), log(20.0))
      let ratio = (5.0.squareRoot() - 1) / 2
      for _ in 0..<40 {
        let (left, right) = (high - ratio * (high - low), low + ratio * (high - low))
        if loss(left) < loss(right) { high = right } else { low = left }
      }
      let temperature = exp((low + high) / 2)
      let classes = logits.shape[1]
      let values = (logits.to(.float64) / temperature).softmax(axis: 1).doubles
      return (temperature, stride(from: 0, to: values.count, by: classes).map { Array(values[$0..<$0 + classes]) })
    }
  }
}

/// Redundant, unique and synergistic information of two sides about a class, from what three classifiers say of held-out
/// samples: one sees the first side, one the second, one both.
///
/// What ``LearnedPartialInformation`` does after training, for classifiers that are there already.
public struct PosteriorInformation: Sendable {
  /// Most groups of like samples per side; fewer where there are many classes.
  public var groups = 24
  /// Fewer where a table is so large that they would take minutes.
  public var resamples = 100
  public var seed: UInt64

  public init(seed: UInt64 = 0) { self.seed = seed }

  /// Operations that resampling may take, some ten seconds of one core.
  private static let affordable = 4e10

  /// How many resamples are made of tables with so many classes.
  public func affordableResamples(classes: Int) -> Int {
    let size = Double(groups(classes: classes))
    let cost = 20 * size * size * size * pow(Double(classes), 3)
    return min(resamples, max(10, Int(Self.affordable / cost)))
  }

  private func groups(classes: Int) -> Int { max(4, min(groups, 640 / classes)) }

  /// - Parameters:
  ///   - classifiers: of the first side, the second, and both, on the same held-out samples.
  ///   - labels: of those samples, from 0.
  ///   - unit: of the results.
  /// - Throws: `SampleError` for fewer than 20 samples or labels of one kind; `DistributionError` where no minimum was
  ///   certified.
  public func estimate(
    _ classifiers: [CalibratedPosteriors], labels: [Int], unit: InformationUnit
  ) throws -> LearnedPartialInformation.Estimate {
    precondition(
      classifiers.count == 3 && classifiers.allSatisfy { $0.rows.count == labels.count },
      "\(classifiers.map(\.rows.count)) answers of three classifiers for \(labels.count) labels")
    guard labels.count >= 20 else {
      throw SampleError("there are \(labels.count) held-out samples; expected at least 20")
    }
    guard Set(labels).count > 1 else {
      throw SampleError("all held-out samples have one label; there is nothing to tell apart")
    }
    let classes = classifiers[0].rows[0].count
    // No classifier is taken to be surer than so many held-out samples could ever show.
    let doubt = 0.1 / Double(labels.count)
    let posteriors = classifiers.map { classifier in
      classifier.rows.map { row in row.map { (1 - doubt) * $0 + doubt / Double(classes) } }
    }
    var generator = StreamGenerator(seed: Generator.seed(seed, 20))
    let size = groups(classes: classes)
    let merged = try posteriors.prefix(2).map { rows in
      let points = try Points(rows.flatMap { $0 }, width: classes)
      return try Discretizer(.kMeans(clusters: size), fittedOn: points, using: &generator).labels(points)
    }
    let table = PosteriorTable(posteriors: posteriors, merged: merged)
    let all = try table.parts(of: Array(labels.indices))
    let draws = (0..<affordableResamples(classes: classes)).map { _ in
      labels.indices.map { _ in Int.random(in: labels.indices, using: &generator) }
    }
    let drawn = try Self.parallel(draws.count) { try table.parts(of: draws[$0]).values }
    func part(_ index: Int) -> LearnedPartialInformation.Part {
      let sorted = drawn.map { $0[index] }.sorted()
      let (low, high) = (
        sorted[Int(0.025 * Double(sorted.count - 1))], sorted[Int((0.975 * Double(sorted.count - 1)).rounded(.up))]
      )
      return .init(value: unit.value(ofNats: all.values[index]), ci95: [low, high].map { unit.value(ofNats: $0) })
    }
    let entropy = JointCounts(observing: [labels], estimator: .plugIn).entropy([0], unit: .nats)
    let demonstrated = posteriors.map { rows in
      entropy - zip(rows, labels).reduce(0) { $0 - log(max($1.0[$1.1], 1e-12)) } / Double(labels.count)
    }
    func regime(_ parts: [Double]) -> InformationRegime {
      InformationRegime(
        redundancy: parts[0], unique1: parts[1], unique2: parts[2], synergy: parts[3], entropy: entropy)
    }
    // What no classifier can show, none of them knows, however sure they are.
    let isShown = demonstrated.contains { $0 > 0 }
    let named = isShown ? regime(all.values) : .nothing
    return LearnedPartialInformation.Estimate(
      redundancy: part(0), unique1: part(1), unique2: part(2), synergy: part(3), unit: unit.rawValue, regime: named,
      regimeSupport: isShown ? Double(drawn.count { regime($0) == named }) / Double(drawn.count) : 1,
      entropy: unit.value(ofNats: entropy),
      quality: LearnedPartialInformation.Quality(
        demonstrated: demonstrated.map { unit.value(ofNats: $0) },
        information: all.information.map { unit.value(ofNats: $0) },
        accuracy: posteriors.map { rows in
          Double(zip(rows, labels).count { $0.firstIndex(of: $0.max()!)! == $1 }) / Double(labels.count)
        },
        temperatures: classifiers.map(\.temperature),
        mergingLoss: (0..<2).map { unit.value(ofNats: all.information[$0] - all.kept[$0]) },
        gap: unit.value(ofNats: all.gap), samples: labels.count))
  }

  /// Results of `body` for 0 ..< `count` in order, computed on all cores; the first error is thrown.
  private static func parallel<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    var results = [Result<Value, any Error>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let slots = buffer
      // Every index is written by exactly one call, and concurrentPerform returns after all of them.
      DispatchQueue.concurrentPerform(iterations: count) { index in slots[index] = Result { try body(index) } }
    }
    return try results.map { try $0!.get() }
  }
}

/// The table of classes and groups of like samples that classifiers make of held-out samples.
private struct PosteriorTable: Sendable {
  /// Of the first side, the second and both, `[3][N][K]`.
  let posteriors: [[[Double]]]
  /// The group of each sample by what the first side says of it, and by what the second says.
  let merged: [[Int]]

  /// R, U₁, U₂, S in nats from the classifiers' probabilities on some rows, a row as often as it occurs.
  func parts(of rows: [Int]) throws -> (values: [Double], information: [Double], kept: [Double], gap: Double) {
    let classes = posteriors[0][0].count
    let share = 1 / Double(rows.count)
    let means = posteriors.map { model in
      rows.reduce(into: [Double](repeating: 0, count: classes)) { sum, row in
        for y in 0..<classes { sum[y] += model[row][y] * share }
      }
    }
    // The three classifiers differ a little on how frequent a class is; a table needs one answer.
    let prior = (0..<classes).map { y in means.reduce(0) { $0 + $1[y] } / 3 }
    func information(_ table: [[Double]]) -> Double {
      table.reduce(0) { sum, cell in
        let total = cell.reduce(0, +)
        return zip(cell, prior).reduce(sum) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / total / $1.1) : $0 }
      }
    }
    func table(_ model: Int, groups: [Int]?) -> [[Double]] {
      let count = (groups?.max() ?? posteriors[model].count - 1) + 1
      var table = [[Double]](repeating: [Double](repeating: 0, count: classes), count: count)
      for row in rows {
        for y in 0..<classes where means[model][y] > 0 {
          table[groups?[row] ?? row][y] += posteriors[model][row][y] * share * prior[y] / means[model][y]
        }
      }
      return table.filter { $0.contains { $0 > 0 } }
    }
    let alone = (0..<3).map { information(table($0, groups: nil)) }
    let (one, two) = (table(0, groups: merged[0]), table(1, groups: merged[1]))
    // Any table with these marginals will do to state the problem: independent given the class.
    var joint: [Double] = []
    for left in one {
      for right in two {
        for y in 0..<classes { joint.append(prior[y] > 0 ? left[y] * right[y] / prior[y] : 0) }
      }
    }
    let found = try PartialInformation(
      JointDistribution(proportionalTo: joint, shape: [one.count, two.count, classes]), unit: .nats, tolerance: 1e-5)
    let kept = [information(one), information(two)]
    let least = kept[0] + found.unique2
    return (
      [found.redundancy, found.unique1, found.unique2, alone[2] - least], alone, kept, found.gap
    )
  }
}

/// Numbers of the engine's seed derivation as a generator of Swift's kind.
private struct StreamGenerator: RandomNumberGenerator {
  private let seed: UInt64
  private var drawn: UInt64 = 0

  init(seed: UInt64) { self.seed = seed }

  mutating func next() -> UInt64 {
    drawn += 1
    return Generator.seed(seed, drawn)
  }
}
