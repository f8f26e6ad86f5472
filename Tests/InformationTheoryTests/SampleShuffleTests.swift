import InformationTheory
import Testing

@Suite struct SampleShuffleTests {
  /// Groups of one value each change places as a whole, with groups of their size.
  @Test func wholeGroups() throws {
    var generator = TestGenerator(seed: 1)
    let groups = [0, 0, 0, 1, 1, 2, 2, 3, 3, 4]
    let shuffle = try #require(SampleShuffle(count: 10, groups: groups, values: groups))
    var seen: Set<[Int]> = []
    for _ in 0..<60 {
      let order = shuffle.order(using: &generator)
      #expect(order.sorted() == Array(0..<10))
      #expect(Array(order[0..<3]) == [0, 1, 2] && order[9] == 9, "no other group has three rows, or one")
      for start in [3, 5, 7] { #expect(order[start + 1] == order[start] + 1 && order[start] % 2 == 1) }
      seen.insert(order)
    }
    #expect(seen.count == 6)
  }

  /// Where groups hold several values, these change places inside.
  @Test func withinGroups() throws {
    var generator = TestGenerator(seed: 2)
    let groups = (0..<40).map { $0 / 4 }
    let shuffle = try #require(SampleShuffle(count: 40, groups: groups, values: (0..<40).map { $0 % 4 }))
    let order = shuffle.order(using: &generator)
    #expect(order.sorted() == Array(0..<40) && order != Array(0..<40))
    for (row, other) in order.enumerated() { #expect(groups[row] == groups[other]) }
  }

  @Test func noFairOrder() {
    #expect(SampleShuffle(count: 6, groups: [0, 0, 0, 1, 1, 2], values: [0, 0, 0, 1, 1, 0]) == nil)
    #expect(SampleShuffle(count: 3, groups: nil, values: [0, 0, 1]) != nil)
  }

  /// By hand: .01 · 4, .03 · 3 = .09, .04 · 2 = .08 but no less than .09, .2.
  @Test func holm() {
    let adjusted = PermutationTest.holm([0.2, 0.01, 0.04, 0.03])
    for (found, expected) in zip(adjusted, [0.2, 0.04, 0.09, 0.09]) { #expect(abs(found - expected) < 1e-12) }
    #expect(PermutationTest.holm([0.7, 0.9]) == [1, 1] && PermutationTest.holm([]).isEmpty)
  }

  @Test func nullOfATest() {
    let test = PermutationTest(5, null: (0..<199).map(Double.init))
    #expect(test.pValue == 195.0 / 200 && test.nullMean == 99 && test.nullQuantile == 194 && !test.isSignificant)
    #expect(PermutationTest(194.5, null: (0..<199).map(Double.init)).isSignificant)
  }
}
