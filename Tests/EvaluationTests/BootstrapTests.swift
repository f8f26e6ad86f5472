import Foundation
import Modalities
import Testing

@testable import Evaluation

@Suite("Bootstrap")
struct BootstrapTests {
  @Test func intervalOfAMeanIsTheNormalOneForManySamples() throws {
    var generator = SplitMix64(seed: 3)
    let scores = (0..<800).map { _ in generator.uniform() < 0.7 ? 1.0 : 0.0 }
    let mean = scores.reduce(0, +) / 800
    let error = (mean * (1 - mean) / 800).squareRoot()
    let distribution = Bootstrap(samples: 800, resamples: 3000).distributions(ofMeans: [scores])[0]
    let interval = try #require(Bootstrap.interval(distribution))
    #expect(abs(interval.low - (mean - 1.96 * error)) < 0.2 * error)
    #expect(abs(interval.high - (mean + 1.96 * error)) < 0.2 * error)
  }

  /// Three samples have 27 equally likely resamples; their means are known exactly.
  @Test func resamplesAreDrawnUniformly() {
    let scores = [1.0, 10, 100]
    var exact = [Double: Double]()
    for a in scores { for b in scores { for c in scores { exact[(a + b + c) / 3, default: 0] += 1 / 27 } } }
    let drawn = Bootstrap(samples: 3, resamples: 27000, seed: 5).distributions(ofMeans: [scores])[0]
    for (mean, probability) in exact {
      let share = Double(drawn.count { abs($0 - mean) < 1e-9 }) / 27000
      // Four standard errors of the share.
      #expect(abs(share - probability) < 4 * (probability * (1 - probability) / 27000).squareRoot())
    }
  }

  @Test func differencesArePaired() {
    var generator = SplitMix64(seed: 4)
    let second = (0..<200).map { _ in generator.uniform() * 100 }
    let first = second.map { $0 + 2 }
    let estimate = Bootstrap(samples: 200, resamples: 500).difference(of: [first], over: [second])
    // Unpaired, the interval would be about ±5.7 wide.
    #expect(abs(estimate.mean - 2) < 1e-9)
    #expect(abs(estimate.ci95.low - 2) < 1e-9)
    #expect(abs(estimate.ci95.high - 2) < 1e-9)
  }

  @Test func anyStatisticAgreesWithTheMeanOnThePath() {
    let scores = (0..<50).map { sin(Double($0)) }
    let bootstrap = Bootstrap(samples: 50, resamples: 100, seed: 9)
    let closure = bootstrap.distribution { indices in indices.reduce(0) { $0 + scores[$1] } / 50 }
    let means = bootstrap.distributions(ofMeans: [scores])[0]
    for (value, mean) in zip(closure, means) { #expect(value == mean) }
  }

  @Test func sameSeedSameResult() {
    let scores = (0..<30).map { Double($0) }
    let first = Bootstrap(samples: 30, resamples: 50, seed: 1).distributions(ofMeans: [scores])
    #expect(first == Bootstrap(samples: 30, resamples: 50, seed: 1).distributions(ofMeans: [scores]))
    #expect(first != Bootstrap(samples: 30, resamples: 50, seed: 2).distributions(ofMeans: [scores]))
  }

  @Test func seedsArePooledPerSample() {
    #expect(Bootstrap.pooled([[0, 1, 1], [1, 1, 0]]) == [0.5, 1, 0.5])
  }

  @Test func intervalInterpolatesAndSkipsUndefinedValues() {
    let values = (0...100).map { Double($0) }.shuffled() + [nil, nil]
    let interval = Bootstrap.interval(values)
    #expect(abs((interval?.low ?? 0) - 2.5) < 1e-9)
    #expect(abs((interval?.high ?? 0) - 97.5) < 1e-9)
    #expect(Bootstrap.interval([nil, nil]) == nil)
    #expect(Bootstrap.interval([3]) == Interval(3, 3))
  }
}

@Suite("Bootstrap of groups")
struct GroupBootstrapTests {
  @Test func groupsAreDrawnWhole() {
    let groups = [0, 1, 0, 2, 2, 2]
    Bootstrap(samples: 6, groups: groups, resamples: 50, seed: 1).forEachResample { indices in
      #expect(indices.count { $0 == 0 } == indices.count { $0 == 2 })
      #expect(indices.count { $0 == 3 } == indices.count { $0 == 5 })
    }
  }

  /// Ten groups of ten equal scores know as much as ten samples.
  @Test func theIntervalIsThatOfTheGroups() throws {
    var generator = SplitMix64(seed: 2)
    let each = (0..<10).map { _ in generator.normal() }
    let (scores, groups) = (each.flatMap { [Double](repeating: $0, count: 10) }, (0..<100).map { $0 / 10 })
    func width(_ bootstrap: Bootstrap, _ scores: [Double]) throws -> Double {
      let interval = try #require(Bootstrap.interval(bootstrap.distributions(ofMeans: [scores])[0]))
      return interval.high - interval.low
    }
    let (grouped, few) = (
      try width(Bootstrap(samples: 100, groups: groups), scores), try width(Bootstrap(samples: 10), each)
    )
    #expect(abs(grouped / few - 1) < 0.1)
    #expect(try width(Bootstrap(samples: 100), scores) < 0.5 * grouped)
  }
}
