import Foundation
import Modalities
import Quantification
import Tensors
import Testing

@testable import Experiments

@Suite struct RobustnessResultTests {
  private func logit(_ p: Double) -> Double { log(p / (1 - p)) }

  private func result(_ scores: [(String, [Double?])]) throws -> RobustnessResult {
    let data = try ExampleData.signs(xor: false).dataset
    let analysis = RobustnessAnalysis([.init(.noise, of: ["left"], levels: [0, 1])])
    let folder = RunFolder(URL(filePath: "/nowhere"))
    return RobustnessResult(
      analysis, data, .accuracy,
      methods: scores.map { TrainedTrial(method: $0.0, modalities: ["left", "right"], seed: 0, folder: folder) },
      scores.map { [MeasuredCondition(scores: $0.1, resampled: [$0.1, $0.1], seeds: 1)] })
  }

  /// Three methods on one line between logits and one off it: residuals of least squares, by hand.
  @Test func effectiveRobustnessIsTheDistanceFromTheLineOfTheRunsAtHand() throws {
    let clean = [0.6, 0.7, 0.8, 0.9]
    let noisy = [0.5, 0.55, 0.6, 0.85]
    let found = try result(zip(["a", "b", "late", "d"], zip(clean, noisy).map { [$0, $1] }).map { ($0, $1) })
    let condition = found.conditions[0]
    let (x, y) = (clean.map(logit), noisy.map(logit))
    let (meanX, meanY) = (x.reduce(0, +) / 4, y.reduce(0, +) / 4)
    let slope =
      zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + pow($1 - meanX, 2) }
    for (number, name) in ["a", "b", "late", "d"].enumerated() {
      let method = try #require(condition.methods.first { $0.method == name })
      let expected = 1 / (1 + exp(-(meanY + slope * (x[number] - meanX))))
      #expect(abs(method.effective!.mean - (noisy[number] - expected) / 2) < 1e-12)
      #expect((method.relativeToLate == nil) == (name == "late"))
    }
    #expect(condition.methods[0].method == "d" && condition.reference?.count == 1)
    let d = condition.methods[0]
    // Late: area .7, loss .1. d: area .875, loss .025.
    #expect(abs(d.relativeToLate!.mean - 0.175) < 1e-12 && abs(d.effectiveAgainstLate!.mean - 0.075) < 1e-12)
  }

  @Test func fewMethodsHaveNoLineAndUndefinedScoresNoCurve() throws {
    let found = try result([("a", [0.6, 0.5]), ("b", [0.7, nil])])
    #expect(found.conditions[0].reference == nil && found.conditions[0].methods.map(\.method) == ["a"])
    #expect(found.conditions[0].methods[0].effective == nil && found.leftOut.count == 1)
  }

  @Test func roundTripsThroughJSON() throws {
    let found = try result([("a", [0.6, 0.5]), ("b", [0.7, 0.6]), ("c", [0.8, 0.6])])
    #expect(try ResultJSON.decode(RobustnessResult.self, from: ResultJSON.encode(found)) == found)
  }
}
