import Analyses
import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite struct MissingFigureTests {
  /// All subsets of some modalities, fewer first; each scores a tenth a modality.
  private func finding(_ names: [String]) throws -> MissingFinding {
    let subsets = (1..<(1 << names.count)).map { bits in names.indices.filter { bits >> $0 & 1 == 1 }.map { names[$0] }
    }
    .sorted { $0.count < $1.count }
    let rows = subsets.map { present -> [String: Any] in
      let score = 0.1 * Double(present.count)
      return ["present": present, "score": ["mean": score, "ci95": [score - 0.05, score + 0.05]]]
    }
    let object: [String: Any] = ["imputation": "absent", "seeds": 1, "rows": rows]
    return try ResultJSON.decode(MissingFinding.self, from: JSONSerialization.data(withJSONObject: object))
  }

  /// A bar is as long as its score is high.
  @Test func barsEndAtTheirScores() throws {
    let script = try #require(MissingFigure.script(finding(["a", "b"]), .accuracy))
    let ends = script.lines.compactMap { line in
      line.firstMatch(of: /set object rectangle from ([-0-9.]+),[0-9.]+ to ([-0-9.]+),/).map {
        (Double($0.output.1), Double($0.output.2))
      }
    }
    #expect(ends.map(\.0) == [0, 0, 0])
    for (end, score) in zip(ends.map(\.1), [0.1, 0.1, 0.2]) { #expect(abs(try #require(end) - score) < 1e-6) }
    #expect(script.lines.contains { $0.hasPrefix("set xrange [0:0.25]") })
  }

  /// Of 63 sets, one modality, all but one, and all are drawn.
  @Test func ofManySetsFewAreDrawn() throws {
    let many = try finding(["a", "b", "c", "d", "e", "f"])
    #expect(many.rows.count == 63)
    let script = try #require(MissingFigure.script(many, .accuracy))
    #expect(script.lines.count { $0.hasPrefix("set object rectangle") } == 6 + 6 + 1)
  }
}
