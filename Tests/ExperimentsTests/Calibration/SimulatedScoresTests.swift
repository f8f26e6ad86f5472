import Evaluation
import Modalities
import Testing

/// The interval of seeds and units crossed on scores whose components of variance are known: `make calibrate` does the same
/// on more of them and with more draws.
@Suite struct SimulatedScoresTests {
  static let cells = SimulatedScores.cells.filter { $0.samples <= 200 && ($0.seeds == 3 || $0.seeds == 1) }

  @Test(arguments: cells.indices) func intervalsHoldTheTruth(_ number: Int) {
    let result = Self.cells[number].coverage(draws: 120, seed: 1000 + UInt64(number))
    #expect(result.count.isAtLeast(0.92), "\(result.name): \(result.count.events) of \(result.count.trials)")
    #expect(result.width < 1.5, "\(result.name): \(result.width)")
  }

  @Test func samplesAloneDoNotHoldSeeds() throws {
    let cell = try #require(Self.cells.first { $0.fusion.seed == 0.15 && $0.reference.seed == 0.15 })
    var random = SplitMix64(seed: 7)
    let held = (0..<120).map { _ in
      let draw = cell.draw(&random)
      let sides = [draw.fusion, draw.reference].map { SeededScores($0, isDeterministic: true) }
      let mean = zip(draw.fusion, draw.reference).reduce(0) { sum, pair in
        sum + zip(pair.0, pair.1).reduce(0) { $0 + $1.0 - $1.1 } / Double(cell.samples * cell.seeds)
      }
      return CrossedInterval(of: sides[0], over: sides[1])!.interval(around: mean).contains(cell.difference)
    }
    #expect(!Count(held).isAtLeast(0.92))
  }

  @Test func boundsAreThoseOfTheBinomialDistribution() {
    // The largest and smallest counts of 200 that do not exclude 5 %, 90 %, 92 % and 80 % (scipy.stats.beta.ppf).
    #expect(Count(15, of: 200).isAtMost(0.05) && !Count(16, of: 200).isAtMost(0.05))
    #expect(Count(173, of: 200).isAtLeast(0.9) && !Count(172, of: 200).isAtLeast(0.9))
    #expect(Count(177, of: 200).isAtLeast(0.92) && !Count(176, of: 200).isAtLeast(0.92))
    #expect(Count(151, of: 200).isAtLeast(0.8) && !Count(150, of: 200).isAtLeast(0.8))
  }
}
