import Foundation
import InformationTheory
import Testing

@Suite struct PartialInformationEstimateTests {
  /// A noisy parity: the interval of synergy holds the exact value, that of unique information holds 0.
  @Test func noisyParity() throws {
    var generator = TestGenerator(seed: 1)
    let (a, b) = (
      (0..<2000).map { _ in Bool.random(using: &generator) }, (0..<2000).map { _ in Bool.random(using: &generator) }
    )
    let y = zip(a, b).map { ($0 != $1) != (generator.uniform() < 0.11) ? "odd" : "even" }
    let estimate = try PartialInformationEstimate(observing: (a, b), target: y, unit: .bits, using: &generator)
    // 1 − h(.11) = .5.
    let intervals = try #require(estimate.intervals)
    #expect(intervals[3].contains(0.5) && intervals[3].contains(estimate.parts.synergy), "\(intervals)")
    #expect(intervals[3].upperBound - intervals[3].lowerBound < 0.15)
    for part in 0..<3 { #expect(intervals[part].lowerBound == 0 && intervals[part].upperBound < 0.02) }
    let counts = JointCounts(observing: [a.map { "\($0)" }, b.map { "\($0)" }, y], estimator: .plugIn)
    #expect(
      abs(InformationParts(estimate.plugIn).total - counts.mutualInformation([0, 1], [2], unit: .bits)) < 1e-9)
    #expect(try #require(estimate.test).isSignificant && estimate.test?.permutations == 199)
    #expect(estimate.resampled.count == 100)
  }

  /// Where everything is known, extrapolation may not say that more is known than there is.
  @Test func noMoreThanThereIsToKnow() throws {
    var generator = TestGenerator(seed: 5)
    for _ in 0..<10 {
      let (a, b) = (
        (0..<100).map { _ in Bool.random(using: &generator) }, (0..<100).map { _ in Bool.random(using: &generator) }
      )
      let y = zip(a, b).map { $0 && $1 }
      let estimate = try PartialInformationEstimate(
        observing: (a, b), target: y, unit: .bits, resamples: 50, permutations: 19, using: &generator)
      #expect(estimate.entropy <= 1 && estimate.parts.total <= estimate.entropy + 1e-12)
      #expect(estimate.intervals!.allSatisfy { $0.upperBound <= estimate.entropy + 1e-12 })
      let frequency = Double(y.count { $0 }) / 100
      let plugIn = -frequency * log2(frequency) - (1 - frequency) * log2(1 - frequency)
      #expect(abs(estimate.entropy - min(1, plugIn + 1 / (200 * log(2)))) < 1e-12)
    }
  }

  /// Of independent draws in 64 cells, frequencies seem to know what extrapolation and random orders take back.
  @Test func noiseInManyCellsIsNothing() throws {
    var generator = TestGenerator(seed: 3)
    func draws() -> [Int] { (0..<640).map { _ in Int.random(in: 0..<4, using: &generator) } }
    var (plugIn, extrapolated, significant) = (0.0, 0.0, 0)
    for _ in 0..<20 {
      let estimate = try PartialInformationEstimate(
        observing: (draws(), draws()), target: draws(), unit: .nats, resamples: 0, permutations: 99, using: &generator)
      plugIn += estimate.plugIn.synergy / 20
      extrapolated += estimate.parts.synergy / 20
      if estimate.test!.isSignificant { significant += 1 }
    }
    // 27 degrees of freedom of three ways, 9 of each pair: (27 + 9 + 9) / 2N nats in all.
    #expect(plugIn > 0.015 && extrapolated < plugIn / 4, "\(plugIn), \(extrapolated)")
    #expect(significant <= 2)
  }

  @Test func intervalsAreOfTablesThatAreFilled() throws {
    var generator = TestGenerator(seed: 4)
    let labels = (0..<79).map { $0 % 2 }
    func intervals(_ count: Int, _ values: Int) throws -> [ClosedRange<Double>]? {
      let rows = (0..<count).map { _ in Int.random(in: 0..<values, using: &generator) }
      return try PartialInformationEstimate(
        observing: (rows, rows.reversed()), target: (0..<count).map { $0 % 2 }, unit: .bits, resamples: 5,
        permutations: 9, using: &generator
      ).intervals
    }
    #expect(try intervals(79, 2) == nil && intervals(80, 2) != nil, "ten samples a cell")
    #expect(try intervals(4000, 6) == nil, "72 cells")
    // One group is no sample of groups.
    let one = try PartialInformationEstimate(
      observing: (labels, labels), target: labels, groups: labels.map { _ in 0 }, unit: .bits, permutations: 9,
      using: &generator)
    #expect(one.intervals == nil && one.test != nil, "values change places within the group")
  }

  /// Sixty groups of ten equal rows are sixty samples, not six hundred.
  @Test func groupsAreDrawnAsAWhole() throws {
    var generator = TestGenerator(seed: 5)
    var (alone, grouped, width) = (0, 0, (0.0, 0.0))
    for _ in 0..<10 {
      let (a, y) = (
        (0..<60).map { _ in Int.random(in: 0..<2, using: &generator) },
        (0..<60).map { _ in Int.random(in: 0..<2, using: &generator) }
      )
      let rows = (0..<600).map { $0 / 10 }
      func estimate(_ groups: [Int]?) throws -> PartialInformationEstimate {
        try PartialInformationEstimate(
          observing: (rows.map { a[$0] }, rows.map { a[$0] }), target: rows.map { y[$0] }, groups: groups, unit: .bits,
          resamples: 20, permutations: 99, using: &generator)
      }
      let (one, other) = (try estimate(nil), try estimate(rows))
      if one.test!.isSignificant { alone += 1 }
      if other.test!.isSignificant { grouped += 1 }
      width.0 += one.intervals![0].upperBound - one.intervals![0].lowerBound
      width.1 += other.intervals![0].upperBound - other.intervals![0].lowerBound
    }
    #expect(alone >= 3 && grouped <= 2, "\(alone), \(grouped)")
    #expect(width.1 > width.0)
  }

  @Test func seeded() throws {
    let labels = [0, 1, 2, 1, 0, 2, 1, 1]
    func estimate() throws -> PartialInformationEstimate {
      var generator = TestGenerator(seed: 1)
      return try PartialInformationEstimate(
        observing: (labels, labels.reversed()), target: labels, unit: .nats, resamples: 20, using: &generator)
    }
    #expect(try estimate() == estimate())
    var generator = TestGenerator(seed: 0)
    #expect(throws: SampleError.self) {
      try PartialInformationEstimate(observing: ([1], [1, 2]), target: [1, 2], unit: .nats, using: &generator)
    }
    #expect(throws: CancellationError.self) {
      try PartialInformationEstimate(
        observing: (labels, labels), target: labels, unit: .nats, isCancelled: { true }, using: &generator)
    }
  }

  /// Known tables at ten samples a cell: `CHIASM_CALIBRATE=200` prints how often intervals hold the truth.
  @Test(
    .enabled(
      if: ProcessInfo.processInfo.environment["CHIASM_CALIBRATE"] != nil, "CHIASM_CALIBRATE names no number of sets"),
    arguments: [
      ("and", [2, 2, 2], [0.25, 0, 0.25, 0, 0.25, 0, 0, 0.25]),
      ("noisy parity", [2, 2, 2], [0.2, 0.05, 0.05, 0.2, 0.05, 0.2, 0.2, 0.05]),
      ("noise", [2, 2, 2], [Double](repeating: 0.125, count: 8)),
    ]) func coverage(_ name: String, _ shape: [Int], _ probabilities: [Double]) throws
  {
    let sets = Int(ProcessInfo.processInfo.environment["CHIASM_CALIBRATE"] ?? "") ?? 100
    let truth = InformationParts(
      try PartialInformation(JointDistribution(probabilities, shape: shape), unit: .bits))
    var held = [0, 0, 0, 0]
    for set in 0..<sets {
      var generator = TestGenerator(seed: UInt64(set))
      let cells = (0..<10 * probabilities.count).map { _ in
        var left = generator.uniform()
        return probabilities.indices.first { cell in
          left -= probabilities[cell]
          return left < 0
        } ?? probabilities.lastIndex { $0 > 0 }!
      }
      let intervals = try #require(
        try PartialInformationEstimate(
          observing: (cells.map { $0 / 4 }, cells.map { $0 / 2 % 2 }), target: cells.map { $0 % 2 }, unit: .bits,
          permutations: 1, using: &generator
        ).intervals)
      for part in 0..<4 where intervals[part].upperBound + 1e-6 >= truth.values[part] {
        if intervals[part].lowerBound - 1e-6 <= truth.values[part] { held[part] += 1 }
      }
    }
    print("\(name): R, U1, U2, S held in \(held.map { Double($0) / Double(sets) }) of \(sets)")
    for part in held { #expect(Double(part) >= 0.85 * Double(sets)) }
  }
}
