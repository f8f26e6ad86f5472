import Dispatch
import Foundation

/// Redundant, unique and synergistic information about a class in what three classifiers answer to held-out samples: one
/// sees the first side, one the second, one both.
///
/// Everything that is fitted after the classifiers (temperature, groups of like samples, table) is fitted again with the
/// targets in random order: what the parts are then on average is taken off, and whether anything is left to name is
/// judged against it. The classifiers stay.
public struct PosteriorSplit: Sendable {
  /// Logits of one classifier, row-major, for samples to calibrate on `[n, K]` and to measure `[N, K]`.
  public struct Answers: Sendable {
    public let held, measured: [Double]
    public init(held: [Double], measured: [Double]) { (self.held, self.measured) = (held, measured) }
  }

  /// In nats.
  public struct Result: Sendable {
    /// Corrected: none below 0.
    public var parts: InformationParts
    /// 95 % intervals of R, U₁, U₂ and S; nil for fewer than `leastForIntervals` samples.
    public var intervals: [ClosedRange<Double>]?
    /// Corrected parts of each resample.
    public var resampled: [InformationParts]
    /// Of independence, by the information of the classifier of both and by what any of them demonstrates: that with the
    /// larger p. nil where groups allow no random order.
    public var test: PermutationTest?
    /// By how much the classifier of both knows less than the two sides need: the synergy that was below 0, as a positive
    /// number.
    public var shortfall: Double
    /// I(Y; X₁), I(Y; X₂) and I(Y; X₁, X₂) as the classifiers see it, before the correction and all classes apart.
    public var information: [Double]
    /// What merging samples took from the first two, and what merging classes took from the third.
    public var mergingLoss: [Double]
    public var classMergingLoss: Double
    /// Into which classes were merged; nil where all were kept apart.
    public var classGroups: Int?
    public var temperatures: [Double]
    /// Entropy of the labels less each classifier's cross-entropy.
    public var demonstrated: [Double]
    public var entropy: Double
    /// Certified of the minimum.
    public var gap: Double
  }

  /// Samples below which no interval was found to hold.
  public static let leastForIntervals = 500

  let classes: Int
  let answers: [Answers]
  let heldLabels, labels: [Int]
  let size: PosteriorSplitSize
  let seed: UInt64
  /// No classifier is taken to be surer than so many held-out samples could ever show.
  private var doubt: Double { 0.1 / Double(labels.count) }

  /// - Parameters:
  ///   - answers: of the classifiers of the first side, the second and both.
  ///   - heldLabels: of the samples to calibrate on.
  ///   - labels: of the samples to measure.
  ///   - classes: how many there are.
  ///   - size: how much is computed.
  ///   - seed: of everything random.
  public init(
    _ answers: [Answers], heldLabels: [Int], labels: [Int], classes: Int, size: PosteriorSplitSize, seed: UInt64
  ) {
    precondition(
      answers.count == 3
        && answers.allSatisfy {
          $0.held.count == heldLabels.count * classes && $0.measured.count == labels.count * classes
        }, "answers of three classifiers to \(heldLabels.count) and \(labels.count) samples of \(classes) classes")
    (self.answers, self.heldLabels, self.labels) = (answers, heldLabels, labels)
    (self.classes, self.size, self.seed) = (classes, size, seed)
  }

  /// - Parameters:
  ///   - groups: the groups of the samples to calibrate on and to measure, where samples are not independent.
  ///   - isCancelled: asked all along, from several threads.
  /// - Throws: `DistributionError` where no minimum was certified; `CancellationError` once `isCancelled`.
  public func run(
    groups: (held: [Int], measured: [Int])? = nil, isCancelled: @Sendable () -> Bool = { false }
  ) throws -> Result {
    var generator = DrawGenerator(seed: seed)
    let temperatures = answers.map {
      TemperatureScaling.temperature($0.held, labels: heldLabels, classes: classes)
    }
    if isCancelled() { throw CancellationError() }
    let full = table(temperatures)
    let map = try size.mergesClasses ? ClassMerging(full, into: size.classes, isCancelled, using: &generator).map : nil
    let table = map.map(full.merging) ?? full
    let even = [Double](repeating: 1 / Double(labels.count), count: labels.count)
    let fine = try (0..<2).map { try table.merged($0, into: size.groups, starts: 5, isCancelled, using: &generator) }
    let coarse =
      size.coarseGroups == size.groups
      ? fine
      : try (0..<2).map { try table.merged($0, into: size.coarseGroups, starts: 5, isCancelled, using: &generator) }
    let found = try table.parts(merged: fine, weights: even, isCancelled: isCancelled)
    let demonstrated = demonstrated(full)

    let null = try self.null(map, groups, isCancelled)
    let bias = InformationParts.mean(null.compactMap(\.parts))
    let test =
      null.isEmpty
      ? nil
      : [
        PermutationTest(found.information[2], null: null.map(\.total)),
        PermutationTest(demonstrated[2], null: null.map(\.demonstrated)),
      ].max { $0.pValue < $1.pValue }

    var (intervals, resampled): ([ClosedRange<Double>]?, [InformationParts]) = (nil, [])
    if labels.count >= Self.leastForIntervals, size.resamples > 1 {
      let drawn = try Self.parallel(size.resamples) { number in
        if isCancelled() { throw CancellationError() }
        var generator = DrawGenerator(seed: seed, 2, UInt64(number))
        let held = Self.drawn(groups?.held, heldLabels.count, &generator)
        let full = self.table(
          answers.map {
            TemperatureScaling.temperature($0.held, labels: heldLabels, classes: classes, rows: held)
          })
        let rows = Self.drawn(groups?.measured, labels.count, &generator)
        var weights = [Double](repeating: 0, count: labels.count)
        for row in rows { weights[row] += 1 / Double(rows.count) }
        return try (map.map(full.merging) ?? full).parts(merged: coarse, weights: weights, isCancelled: isCancelled)
          .parts
      }
      let mean = InformationParts.mean(drawn)
      // Around what resampling itself makes of the samples as they are, so that a bias widens the interval.
      let given = try table.parts(merged: coarse, weights: even, isCancelled: isCancelled).parts
      let centre = (found.parts - bias).admissible.values
      resampled = drawn.map { (found.parts - bias + $0 - mean).admissible }
      intervals = (0..<4).map { part in
        let squares = drawn.reduce(0) { $0 + pow($1.values[part] - given.values[part], 2) }
        let width = 1.96 * (squares / Double(drawn.count - 1)).squareRoot()
        return max(0, centre[part] - width)...centre[part] + width
      }
    }
    let information = map == nil ? found.information : full.information(even)
    return Result(
      parts: (found.parts - bias).admissible, intervals: intervals, resampled: resampled, test: test,
      shortfall: max(0, bias.synergy - found.parts.synergy), information: information,
      mergingLoss: (0..<2).map { found.information[$0] - found.kept[$0] },
      classMergingLoss: information[2] - found.information[2], classGroups: map.map { $0.max()! + 1 },
      temperatures: temperatures, demonstrated: demonstrated, entropy: entropy, gap: found.gap)
  }

  /// Probabilities of the samples to measure.
  private func table(_ temperatures: [Double]) -> PosteriorTable {
    PosteriorTable(
      classes: classes,
      posteriors: zip(answers, temperatures).map { answer, temperature in
        TemperatureScaling.probabilities(answer.measured, temperature: temperature, classes: classes)
          .map { (1 - doubt) * $0 + doubt / Double(classes) }
      })
  }

  private var entropy: Double {
    var counts = [Int](repeating: 0, count: classes)
    for label in labels { counts[label] += 1 }
    return entropyInNats(counts.lazy.map { Double($0) / Double(labels.count) })
  }

  /// H(Y) less the cross-entropy, for labels in some order.
  private func demonstrated(_ table: PosteriorTable, _ order: [Int]? = nil) -> [Double] {
    table.posteriors.map { rows in
      let sum = labels.indices.reduce(0) { $0 + log(max(rows[$1 * classes + labels[order?[$1] ?? $1]], 1e-300)) }
      return entropy + sum / Double(labels.count)
    }
  }

  private struct NullDraw: Sendable {
    let total, demonstrated: Double
    let parts: InformationParts?
  }

  /// What comes out for targets in random order; the parts of only so many as are affordable.
  private func null(
    _ map: [Int]?, _ groups: (held: [Int], measured: [Int])?, _ isCancelled: @Sendable () -> Bool
  ) throws -> [NullDraw] {
    guard let held = SampleShuffle(count: heldLabels.count, groups: groups?.held, values: heldLabels),
      let measured = SampleShuffle(count: labels.count, groups: groups?.measured, values: labels)
    else { return [] }
    let even = [Double](repeating: 1 / Double(labels.count), count: labels.count)
    return try Self.parallel(size.permutations) { number in
      if isCancelled() { throw CancellationError() }
      var generator = DrawGenerator(seed: seed, 1, UInt64(number))
      let heldLabels = held.order(using: &generator).map { self.heldLabels[$0] }
      let order = measured.order(using: &generator)
      let full = table(
        answers.map { answer in
          TemperatureScaling.temperature(answer.held, labels: heldLabels, classes: classes)
        })
      let merged = map.map(full.merging) ?? full
      let parts: InformationParts?
      if number < size.permutationsWithParts {
        let sides = try (0..<2).map {
          try merged.merged($0, into: size.coarseGroups, starts: 1, isCancelled, using: &generator)
        }
        parts = try merged.parts(merged: sides, weights: even, isCancelled: isCancelled).parts
      } else {
        parts = nil
      }
      return NullDraw(
        total: parts?.total ?? merged.information(even)[2], demonstrated: demonstrated(full, order)[2],
        parts: parts)
    }
  }

  /// As many samples as there are, drawn with replacement; whole groups where there are some.
  private static func drawn(_ groups: [Int]?, _ count: Int, _ generator: inout DrawGenerator) -> [Int] {
    guard let groups else { return (0..<count).map { _ in Int.random(in: 0..<count, using: &generator) } }
    let units = Dictionary(grouping: 0..<count, by: { groups[$0] }).sorted { $0.key < $1.key }.map(\.value)
    return units.flatMap { _ in units[Int.random(in: 0..<units.count, using: &generator)] }
  }

  /// Results of `body` for 0 ..< `count` in order, computed on all cores; the first error is thrown.
  private static func parallel<Value: Sendable>(
    _ count: Int, _ body: @Sendable (Int) throws -> Value
  ) throws -> [Value] {
    var results = [Swift.Result<Value, any Error>?](repeating: nil, count: count)
    results.withUnsafeMutableBufferPointer { buffer in
      nonisolated(unsafe) let slots = buffer
      // Every index is written by exactly one call, and concurrentPerform returns after all of them.
      DispatchQueue.concurrentPerform(iterations: count) { index in
        slots[index] = Swift.Result { try body(index) }
      }
    }
    return try results.map { try $0!.get() }
  }
}

/// SplitMix64 from a seed and numbers that tell its draws from others.
struct DrawGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, _ numbers: UInt64...) {
    state = seed
    for number in numbers { state = next() &+ number &* 0xd134_2543_de82_ef95 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
