import Modalities
import Testing

@testable import Evaluation

@Suite("Target permutations")
struct TargetPermutationsTests {
  @Test func everyOrderIsAPermutation() throws {
    let found = try #require(TargetPermutations(targets: (0..<20).map { [Double($0 % 3)] }, count: 50))
    #expect(found.orders.count == 50)
    #expect(found.orders.allSatisfy { $0.sorted() == Array(0..<20) })
    #expect(Set(found.orders).count == 50)
  }

  @Test func rowsStayInTheirGroupWhereTargetsVaryThere() throws {
    let groups = [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 2]
    let targets = [0, 1, 0, 1, 0, 1, 1, 0, 0, 1, 0].map { [Double($0)] }
    let found = try #require(TargetPermutations(targets: targets, groups: groups, count: 20))
    for order in found.orders { #expect(order.indices.allSatisfy { groups[order[$0]] == groups[$0] }) }
  }

  /// A patient has one target: patients of as many rows trade it, whole.
  @Test func wholeGroupsTradeTargetsWhereEachHasOne() throws {
    let groups = (0..<10).flatMap { [Int](repeating: $0, count: $0 < 6 ? 2 : 3) }
    let targets = groups.map { [Double($0 % 2)] }
    let found = try #require(TargetPermutations(targets: targets, groups: groups, count: 100))
    for order in found.orders {
      let moved = order.indices.map { targets[order[$0]][0] }
      for group in 0..<10 { #expect(Set(groups.indices.filter { groups[$0] == group }.map { moved[$0] }).count == 1) }
      #expect(order.indices.allSatisfy { (groups[$0] < 6) == (groups[order[$0]] < 6) })
    }
  }

  @Test func fewGroupsOfUnlikeSizeAllowNoP() {
    let groups = [0, 0, 1, 1, 1, 2, 2, 2, 2]
    #expect(TargetPermutations(targets: groups.map { [Double($0)] }, groups: groups) == nil)
  }

  /// Orders that leave every target where it is are no others: of one positive in N rows there are N.
  @Test(arguments: [(39, 1, false), (40, 1, true), (9, 2, false), (10, 2, true), (200, 0, false), (1, 0, false)])
  func targetsThatAreAlikeAllowNoP(_ rows: Int, _ positives: Int, _ isAllowed: Bool) {
    let targets = (0..<rows).map { [$0 < positives ? 1.0 : 0] }
    #expect((TargetPermutations(targets: targets) != nil) == isAllowed)
  }

  @Test func pCountsWhatIsReached() throws {
    let targets = (0..<40).map { [Double($0 % 2)] }
    let found = try #require(TargetPermutations(targets: targets, count: 199))
    let right = found.pValue(observed: 1) { order in
      Double(order.indices.count { targets[order[$0]] == targets[$0] }) / 40
    }
    #expect(right == 1.0 / 200)
    // A constant prediction scores the same under every order.
    #expect(found.pValue(observed: 0.5) { _ in 0.5 } == 1)
  }

  @Test func underNoDependenceSmallPValuesAreAsRareAsTheySay() throws {
    let small = parallelMap(400) { set in
      var generator = SplitMix64(seed: UInt64(set))
      let targets = (0..<60).map { _ in [Double(generator.next(below: 2))] }
      let predictions = (0..<60).map { _ in Double(generator.next(below: 2)) }
      @Sendable func score(_ order: [Int]) -> Double {
        Double(order.indices.count { targets[order[$0]][0] == predictions[$0] })
      }
      let found = TargetPermutations(targets: targets, count: 199, seed: UInt64(set))!
      return found.pValue(observed: score(Array(0..<60))) { score($0) } < 0.05
    }
    // Binomial(400, .05): above 30 in one of a hundred.
    #expect(small.count { $0 } <= 30)
  }
}
