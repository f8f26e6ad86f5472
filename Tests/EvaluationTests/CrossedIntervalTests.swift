import Foundation
import Modalities
import Testing

@testable import Evaluation

@Suite("Crossed interval")
struct CrossedIntervalTests {
  @Test(arguments: [
    // scipy.stats.t.ppf
    (0.975, 1.0, 12.706204736174694), (0.975, 2.5, 3.5746548420036817), (0.95, 10.0, 1.8124611228107335),
    (0.975, 199.0, 1.971956544249395), (0.025, 4.0, -2.7764451051977987),
  ])
  func quantilesOfStudentsT(_ probability: Double, _ degrees: Double, _ expected: Double) {
    #expect(abs(StudentT.quantile(probability, degreesOfFreedom: degrees) - expected) < 1e-6)
  }

  @Test func ofManyDegreesTheQuantileIsTheNormalOne() {
    #expect(abs(StudentT.quantile(0.975, degreesOfFreedom: .infinity) - 1.959963984540054) < 1e-5)
  }

  /// Two seeds, three units, every sum written out.
  @Test func partsAreThoseOfTheFormula() throws {
    let fusion = SeededScores([[1, 0, 1], [1, 1, 0]])
    let single = SeededScores([[0, 0, 1]], isDeterministic: true)
    let interval = try #require(CrossedInterval(of: fusion, over: single))
    // d = (1, .5, −.5), mean 1/3, s² = (4/9 + 1/36 + 25/36) / 2 = 7/12; A = 7/36.
    #expect(abs(interval.unitPart - 7.0 / 36) < 1e-12)
    // Seed means 2/3 and 2/3: B = 0. Residuals (0, −.5, .5) and (0, .5, −.5): MS = 1/2, R = 1/12.
    let parts = fusion.seedParts
    #expect(abs(parts.between) < 1e-12)
    #expect(abs(parts.residual - 0.5 / 6) < 1e-12)
    #expect(abs(interval.variance - 7.0 / 36) < 1e-12)
    let spread = (7.0 / 36) * (7.0 / 36) / 2 + 1.0 / 144 / 2
    #expect(abs(interval.degreesOfFreedom - max(1, (7.0 / 36) * (7.0 / 36) / spread)) < 1e-12)
  }

  @Test func aRandomSideWithOneSeedHasNoInterval() {
    let one = SeededScores([[0, 1, 1]])
    let fixed = SeededScores([[0, 1, 0]], isDeterministic: true)
    #expect(CrossedInterval(of: one, over: fixed) == nil)
    #expect(CrossedInterval(of: fixed, over: fixed) != nil)
  }

  @Test func withoutSpreadTheIntervalIsThePoint() throws {
    let same = SeededScores([[1, 1, 1], [1, 1, 1]])
    let interval = try #require(CrossedInterval(of: same, over: same))
    #expect(interval.interval(around: 0.2) == Interval(0.2, 0.2))
  }

  /// The same model seed by seed, once called fusion and once placebo: there is no difference, and nothing open about it.
  @Test func whatSeedsDoToBothIsNoDifference() throws {
    var generator = SplitMix64(seed: 8)
    let scores = SeededScores((0..<3).map { seed in (0..<50).map { _ in 0.1 * Double(seed) + generator.normal() } })
    let shared = try #require(CrossedInterval(of: scores, over: scores, sharesSeeds: true))
    #expect(shared.variance == 0)
    #expect(try #require(CrossedInterval(of: scores, over: scores)).variance > 0)
  }

  @Test func unitsNeededGiveTheHalfWidthWanted() throws {
    var generator = SplitMix64(seed: 4)
    let scores = SeededScores((0..<3).map { _ in (0..<100).map { _ in generator.normal() } })
    let none = SeededScores([[Double](repeating: 0, count: 100)], isDeterministic: true)
    let interval = try #require(CrossedInterval(of: scores, over: none))
    let needed = try #require(interval.unitsNeeded(forHalfWidth: interval.halfWidth() / 2))
    // Nearly four times as many where units alone matter, as the quantile falls a little; more where seeds do, too.
    #expect(needed >= 380)
    #expect(interval.unitsNeeded(forHalfWidth: 0) == nil)
    let same = try #require(interval.unitsNeeded(forHalfWidth: interval.halfWidth()))
    #expect(abs(same - 100) <= 1, "\(same): \(interval)")
  }

  /// Of two units a quantile of 12.7 is what makes the interval wide, and more of them make it small: it is not the seeds.
  @Test func fewUnitsAreWhatIsLacking() throws {
    let scores = SeededScores([[0, 0.2], [0.01, 0.21], [0, 0.19]])
    let none = SeededScores([[0, 0]], isDeterministic: true)
    let interval = try #require(CrossedInterval(of: scores, over: none))
    #expect(interval.halfWidth() > 1)
    #expect(try (5...30).contains(#require(interval.unitsNeeded(forHalfWidth: 0.1))))
    // Chance lends it degrees of freedom that these models alone do not have.
    let contest = Contest("a", over: "b", mean: 0.1, scores: (scores, none))
    #expect(contest.difference.ci95.high >= contest.trainedModels.high)
  }

  /// Scores with known components of variance, the sceptic's question: how often does the interval hold the truth?
  @Test(arguments: [
    // seeds of the fusion, of the single one (0: deterministic), spread between seeds, between units, the rest.
    (3, 3, 0.02, 0.3, 0.3), (5, 3, 0.0, 0.4, 0.1), (3, 0, 0.03, 0.2, 0.3), (3, 3, 0.1, 0.1, 0.1), (5, 0, 0.0, 0.5, 0.0),
  ])
  func itHoldsTheTruthInNineteenOfTwenty(
    _ first: Int, _ second: Int, _ seedSpread: Double, _ unitSpread: Double, _ rest: Double
  ) throws {
    let (sets, units, truth) = (500, 150, 0.05)
    let held = parallelMap(sets) { set in
      var generator = SplitMix64(seed: UInt64(set))
      // What makes a sample hard for one and not for the other.
      let both = (0..<2).map { _ in (0..<units).map { _ in unitSpread * generator.normal() } }
      func side(_ number: Int, _ seeds: Int, mean: Double) -> SeededScores {
        SeededScores(
          (0..<max(seeds, 1)).map { _ in
            let seed = seeds > 0 ? seedSpread * generator.normal() : 0
            return (0..<units).map { mean + seed + both[number][$0] + (seeds > 0 ? rest * generator.normal() : 0) }
          }, isDeterministic: seeds == 0)
      }
      let (fusion, single) = (side(0, first, mean: truth), side(1, second, mean: 0))
      func mean(_ scores: SeededScores) -> Double { scores.unitMeans.reduce(0, +) / Double(units) }
      let interval = CrossedInterval(of: fusion, over: single)!
      return interval.interval(around: mean(fusion) - mean(single)).contains(truth)
    }
    // Of 500 at 92 %, one in twenty lies at or below 450.
    #expect(held.count { $0 } >= 450)
  }
}
