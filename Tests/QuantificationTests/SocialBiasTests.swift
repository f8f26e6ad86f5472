import Foundation
import Quantification
import Testing

@Suite struct SocialBiasTests {
  private func counts(_ rows: [[Int]]) -> GroupCounts {
    var (classes, groups) = ([Int](), [Int]())
    for (kind, row) in rows.enumerated() {
      for (group, count) in row.enumerated() {
        classes += [Int](repeating: kind, count: count)
        groups += [Int](repeating: group, count: count)
      }
    }
    return GroupCounts(classes: classes, groups: groups, classCount: rows.count, groupCount: rows[0].count)
  }

  /// The example of Zhao et al. (2017, section 1): of people cooking 66 % are women in the labels and 84 % in the
  /// predictions, an amplification of 18 points for that class.
  @Test func cookingOfZhao() throws {
    let labels = counts([[66, 34]])
    let predictions = counts([[84, 16]])
    #expect(abs(try #require(SocialBias.amplification(of: predictions, over: labels)) - 0.18) < 1e-12)
    #expect(SocialBias.amplification(of: labels, over: labels) == 0)
  }

  /// Shares of the tied group: class 0 from .75 to .9 of group 0, class 1 from .8 to .6 of group 1: (.15 − .2) / 2.
  @Test func meanOverClasses() throws {
    let found = SocialBias.amplification(of: counts([[9, 1], [4, 6]]), over: counts([[75, 25], [20, 80]]))
    #expect(abs(try #require(found) + 0.025) < 1e-12)
    // A class never predicted says nothing.
    let part = SocialBias.amplification(of: counts([[9, 1], [0, 0]]), over: counts([[75, 25], [20, 80]]))
    #expect(abs(try #require(part) - 0.15) < 1e-12)
    #expect(SocialBias.amplification(of: counts([[0, 0]]), over: counts([[1, 2]])) == nil)
  }

  /// Against the definition written out over samples.
  @Test(arguments: 0..<6) func directionalIsTheDefinition(_ seed: Int) throws {
    func draw(_ index: Int, _ stream: Int) -> Int {
      Int(abs(sin(Double(seed * 1000 + stream * 97 + index) * 12.9898)) * 43758.5453) % 1000
    }
    let groups = (0..<80).map { draw($0, 1) % 3 }
    let labels = groups.indices.map { draw($0, 2) % 5 < 2 ? groups[$0] % 2 : draw($0, 3) % 2 }
    let predicted = groups.indices.map { draw($0, 4) % 4 == 0 ? groups[$0] % 2 : labels[$0] }
    func probability(_ isIn: (Int) -> Bool, given: (Int) -> Bool = { _ in true }) -> Double {
      let base = groups.indices.filter(given)
      return Double(base.count(where: isIn)) / Double(base.count)
    }
    var sum = 0.0
    for group in 0..<3 {
      for kind in 0..<2 {
        let isTied =
          probability { groups[$0] == group && labels[$0] == kind }
          > probability { groups[$0] == group } * probability { labels[$0] == kind }
        let delta =
          probability {
            predicted[$0] == kind
          } given: {
            groups[$0] == group
          }
          - probability {
            labels[$0] == kind
          } given: {
            groups[$0] == group
          }
        sum += isTied ? delta : -delta
      }
    }
    let found = SocialBias.directional(
      of: GroupCounts(classes: predicted, groups: groups, classCount: 2, groupCount: 3),
      over: GroupCounts(classes: labels, groups: groups, classCount: 2, groupCount: 3))
    #expect(abs(try #require(found) - sum / 6) < 1e-9)
  }

  /// Predicting the tied class always amplifies, the labels themselves do not.
  @Test func signs() throws {
    let labels = counts([[8, 2], [2, 8]])
    #expect(SocialBias.directional(of: labels, over: labels) == 0)
    #expect(abs(try #require(SocialBias.directional(of: counts([[10, 0], [0, 10]]), over: labels)) - 0.2) < 1e-12)
    #expect(try #require(SocialBias.directional(of: counts([[5, 5], [5, 5]]), over: labels)) < 0)
    // A group without samples is left out.
    let empty = counts([[8, 2, 0], [2, 8, 0]])
    #expect(SocialBias.directional(of: empty, over: empty) == 0)
  }
}
