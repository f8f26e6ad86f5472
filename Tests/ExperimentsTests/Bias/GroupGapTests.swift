import Evaluation
import Modalities
import Testing

@testable import Experiments

/// Samples that are predicted rightly or not, in groups that are alike or not.
@Suite struct GroupGapTests {
  private struct Sample {
    var group: Int
    var unit: Int
    var isRight: Bool
  }

  private func measured(_ samples: [Sample], groups: Int, byUnit: Bool = false, permutations: Int = 199) -> BiasResult
    .Gap?
  {
    let members = (0..<groups).map { group in samples.indices.filter { samples[$0].group == group } }
    func score(_ rows: [Int]) -> Double? { Double(rows.count { samples[$0].isRight }) / Double(rows.count) }
    let units = byUnit ? samples.map(\.unit) : nil
    var drawn = members.map { _ in [Double]() }
    for (group, rows) in members.enumerated() {
      Bootstrap.forEachResample(of: rows, units: units, resamples: 60, seed: UInt64(group)) {
        drawn[group].append(score($0)!)
      }
    }
    return GroupGap(least: 5, permutations: permutations, seed: 3, score: score)(
      members, units: units, resampled: (0..<60).map { index in GroupGap.gap(drawn.map { $0[index] }) })
  }

  /// How often a gap is claimed among sets of samples made anew.
  private func claims(_ sets: Int, groups: Int, byUnit: Bool = false, _ make: (inout SplitMix64) -> [Sample]) -> Int {
    (0..<sets).count { set in
      var random = SplitMix64(seed: UInt64(set), stream: UInt64(groups))
      let gap = measured(make(&random), groups: groups, byUnit: byUnit)!
      #expect(gap.corrected.ci95.low == 0 || gap.p <= 0.05)
      return gap.corrected.ci95.low > 0
    }
  }

  /// At most 5 %; of 100 sets more than 10 come about once in a hundred times.
  @Test(arguments: [2, 4, 8]) func groupsThatAreAlikeHaveNoGap(_ groups: Int) {
    let found = claims(100, groups: groups) { random in
      (0..<160).map { _ in
        Sample(group: random.next(below: groups), unit: 0, isRight: random.uniform() < 0.8)
      }
    }
    #expect(found <= 10, "\(found) of 100")
  }

  /// Sixteen people who differ, each of one group, and no difference between groups: dealing out samples takes the people
  /// for groups, dealing out people does not.
  @Test func peopleWhoDifferAreNoGap() {
    func make(_ random: inout SplitMix64) -> [Sample] {
      (0..<16).flatMap { unit in
        let share = random.next(below: 2) == 0 ? 0.95 : 0.55
        return (0..<10).map { _ in Sample(group: unit % 2, unit: unit, isRight: random.uniform() < share) }
      }
    }
    #expect(claims(60, groups: 2, byUnit: false, make) > 12)
    #expect(claims(60, groups: 2, byUnit: true, make) <= 7)
  }

  /// Where people hold several groups, groups are dealt out within them, and a gap within all of them is found.
  @Test func aGapWithinPeopleIsFound() {
    let found = claims(20, groups: 2, byUnit: true) { random in
      (0..<10).flatMap { unit in
        let share = random.next(below: 2) == 0 ? 0.9 : 0.7
        return (0..<20).map { index in
          Sample(group: index % 2, unit: unit, isRight: random.uniform() < share - (index % 2 == 0 ? 0.3 : 0))
        }
      }
    }
    #expect(found >= 19, "\(found) of 20")
  }

  /// Twenty points between two groups of 200: claimed in all of twenty sets, and the interval holds them nearly always.
  @Test func aGapIsFoundAndMeasured() {
    var held = 0
    for set in 0..<20 {
      var random = SplitMix64(seed: UInt64(set), stream: 77)
      let samples = (0..<400).map { index in
        Sample(group: index % 2, unit: 0, isRight: random.uniform() < (index % 2 == 0 ? 0.9 : 0.7))
      }
      let gap = measured(samples, groups: 2)!
      #expect(gap.p <= 0.05 && gap.corrected.ci95.low > 0 && gap.corrected.mean < gap.observed)
      held += gap.corrected.ci95.contains(0.2) ? 1 : 0
    }
    #expect(held >= 17, "\(held) of 20")
  }

  /// By hand: of two groups of five and five, no mistakes against five, the gap of 1 is met by 2 of 252 deals.
  @Test func thePIsThatOfAllDeals() throws {
    let samples = (0..<10).map { Sample(group: $0 / 5, unit: 0, isRight: $0 < 5) }
    let gap = try #require(measured(samples, groups: 2, permutations: 4999))
    #expect(gap.observed == 1 && abs(gap.p - 2.0 / 252) < 0.004)
    // Mean of |2i − 5| / 5 over the hypergeometric number i of mistakes in the first group.
    let ways = [1.0, 25, 100, 100, 25, 1]
    let expected = ways.indices.reduce(0) { $0 + ways[$1] * Double(abs(2 * $1 - 5)) / 5 / 252 }
    #expect(abs(gap.byChance - expected) < 0.02)
  }

  @Test func oneGroupHasNoGap() {
    let samples = (0..<20).map { Sample(group: 0, unit: 0, isRight: $0 % 3 == 0) }
    #expect(measured(samples, groups: 1) == nil)
  }
}
