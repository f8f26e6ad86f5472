import Testing

@testable import Training

@Suite("Ranked scores")
struct RankedScoresTests {
  @Test(arguments: try MetricGoldens.load().singleLabel)
  func agreeWithScikitLearn(_ golden: MetricGoldens.SingleLabel) {
    let columns = golden.classes == 2 ? [1] : Array(0..<golden.classes)
    let areas = columns.compactMap { column in
      RankedScores(golden.targets.indices.map { golden.probabilities[$0 * golden.classes + column] })
        .areas(golden.targets.map { $0 == column })
    }
    let count = Double(areas.count)
    #expect(close(areas.reduce(0) { $0 + $1.auroc } / count, golden.auroc))
    #expect(close(areas.reduce(0) { $0 + $1.averagePrecision } / count, golden.averagePrecision))
  }

  @Test func oneKindOfSampleHasNoArea() {
    #expect(RankedScores([0.1, 0.2]).areas([true, true]) == nil)
    #expect(RankedScores([0.1, 0.2]).areas([false, false]) == nil)
    #expect(RankedScores([0.1, 0.2]).areas([true, false], weights: [0, 3]) == nil)
  }

  @Test func equalScoresAreWorthHalf() {
    let areas = RankedScores([1, 1, 1, 1]).areas([true, false, false, false])
    #expect(areas == RankedScores.Areas(auroc: 0.5, averagePrecision: 0.25))
  }

  /// Scores of few values, so that there are many ties, within units and between them.
  private struct Drawn {
    var scores: [Double] = []
    var positives: [Bool] = []
    var units: [Int] = []

    init(_ seed: UInt64, samples: Int, units count: Int, values: Int, rate: Int) {
      var state = seed
      func next(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % bound
      }
      for sample in 0..<samples {
        scores.append(Double(next(values)))
        positives.append(next(100) < rate)
        units.append(count == samples ? sample : next(count))
      }
    }

    func areas(where isKept: (Int) -> Bool) -> RankedScores.Areas? {
      let kept = scores.indices.filter(isKept)
      return RankedScores(kept.map { scores[$0] }).areas(kept.map { positives[$0] })
    }
  }

  /// Counting pairs, and averaging the precision at each positive's score, are the definitions.
  @Test(arguments: 1...5 as ClosedRange<UInt64>)
  func agreeWithTheirDefinitions(_ seed: UInt64) throws {
    let drawn = Drawn(seed, samples: 40, units: 40, values: 8, rate: 40)
    let areas = try #require(drawn.areas { _ in true })
    let positives = drawn.scores.indices.filter { drawn.positives[$0] }.map { drawn.scores[$0] }
    let negatives = drawn.scores.indices.filter { !drawn.positives[$0] }.map { drawn.scores[$0] }
    var pairs = 0.0
    for positive in positives {
      for negative in negatives { pairs += positive > negative ? 1 : positive == negative ? 0.5 : 0 }
    }
    #expect(close(areas.auroc, pairs / Double(positives.count * negatives.count)))
    let precisions = positives.map { score in
      Double(positives.count { $0 >= score }) / Double(drawn.scores.count { $0 >= score })
    }
    #expect(close(areas.averagePrecision, precisions.reduce(0, +) / Double(positives.count)))
  }

  @Test func weightsAreRepetitions() throws {
    let drawn = Drawn(3, samples: 30, units: 30, values: 6, rate: 50)
    let weights = drawn.scores.indices.map { Int32($0 % 4) }
    let repeated = drawn.scores.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) }
    let expected = RankedScores(repeated.map { drawn.scores[$0] }).areas(repeated.map { drawn.positives[$0] })
    let found = RankedScores(drawn.scores).areas(drawn.positives, weights: weights)
    #expect(close(try #require(found).auroc, try #require(expected).auroc))
    #expect(close(try #require(found).averagePrecision, try #require(expected).averagePrecision))
  }

  @Test(arguments: [(40, 5), (40, 40), (12, 7), (60, 20), (30, 2)], 1...4 as ClosedRange<UInt64>)
  func leavingOutIsScoringTheRest(_ shape: (samples: Int, units: Int), _ seed: UInt64) throws {
    let drawn = Drawn(seed, samples: shape.samples, units: shape.units, values: 9, rate: 40)
    let ranked = RankedScores(drawn.scores)
    let whole = try #require(ranked.areas(drawn.positives))
    let aurocs = try #require(ranked.aurocs(drawn.positives, withoutEach: drawn.units, count: shape.units))
    let precisions = try #require(
      ranked.averagePrecisions(drawn.positives, withoutEach: drawn.units, count: shape.units))
    for unit in 0..<shape.units {
      let rest = drawn.areas { drawn.units[$0] != unit } ?? whole
      #expect(close(aurocs[unit], rest.auroc))
      #expect(close(precisions[unit], rest.averagePrecision))
    }
  }

  @Test func theLastOfAKindKeepsTheWhole() throws {
    let ranked = RankedScores([0.9, 0.5, 0.1])
    let whole = try #require(ranked.areas([false, true, false]))
    #expect(ranked.aurocs([false, true, false], withoutEach: [0, 1, 2], count: 3) == [1, whole.auroc, 0])
    #expect(
      ranked.averagePrecisions([false, true, false], withoutEach: [0, 1, 2], count: 3)
        == [1, whole.averagePrecision, 0.5])
  }

  /// To first order the areas without small units are what they are.
  @Test func manyLargeUnitsAreLeftOutToFirstOrder() throws {
    let drawn = Drawn(11, samples: 4000, units: 1000, values: 500, rate: 30)
    let ranked = RankedScores(drawn.scores)
    let exact = try #require(ranked.averagePrecisions(drawn.positives, withoutEach: drawn.units, count: 1000))
    let near = try #require(
      ranked.averagePrecisions(drawn.positives, withoutEach: drawn.units, count: 1000, limit: 1))
    func spread(_ values: [Double]) -> Double {
      let mean = values.reduce(0, +) / Double(values.count)
      return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)).squareRoot()
    }
    #expect(exact != near)
    #expect(abs(spread(near) / spread(exact) - 1) < 0.02)
    #expect(spread(zip(exact, near).map { $0 - $1 }) < 0.05 * spread(exact))
  }
}
