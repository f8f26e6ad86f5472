import Evaluation
import Foundation
import Modalities
import Quantification
import Tensors
import Testing

@testable import Analyses

@Suite struct RobustnessResultTests {
  private func logit(_ p: Double) -> Double { log(p / (1 - p)) }

  private func result(_ scores: [(String, [Double?])]) -> RobustnessResult {
    RobustnessResult(
      dataset: "d", .accuracy, split: .test, samples: 120, draws: 3, seed: 0,
      conditions: [(.noise, ["left"], [0, 1])], methods: scores.map { ($0.0, ["left", "right"], $0.0 == "late") },
      scores.map { [MeasuredCondition(scores: $0.1, resampled: [$0.1, $0.1], seeds: 1)] })
  }

  /// Residuals from the line of least squares through the five others, by hand.
  @Test func effectiveRobustnessIsTheDistanceFromTheLineOfTheOtherMethods() throws {
    let names = ["a", "b", "late", "d", "e", "f"]
    let clean = [0.6, 0.65, 0.7, 0.75, 0.8, 0.9]
    let noisy = [0.5, 0.52, 0.55, 0.56, 0.6, 0.85]
    let found = result(zip(names, zip(clean, noisy).map { [$0, $1] }).map { ($0, $1) })
    let condition = found.conditions[0]
    #expect(condition.withoutReference == nil)
    for (number, name) in names.enumerated() {
      let others = names.indices.filter { $0 != number }
      let (x, y) = (others.map { logit(clean[$0]) }, others.map { logit(noisy[$0]) })
      let (meanX, meanY) = (x.reduce(0, +) / 5, y.reduce(0, +) / 5)
      let slope =
        zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) } / x.reduce(0) { $0 + pow($1 - meanX, 2) }
      let expected = 1 / (1 + exp(-(meanY + slope * (logit(clean[number]) - meanX))))
      let method = try #require(condition.methods.first { $0.method == name })
      #expect(abs(method.effective!.mean - (noisy[number] - expected)) < 1e-12)
      #expect(method.reference?.count == 1 && method.reference?[0].models == 5)
      #expect((method.relativeToLate == nil) == (name == "late"))
    }
    let first = condition.methods[0]
    #expect(first.method == "f")
    // Late: area .625, loss .075. f: area .875, loss .025.
    #expect(abs(first.relativeToLate!.mean - 0.25) < 1e-12 && abs(first.effectiveAgainstLate!.mean - 0.05) < 1e-12)
  }

  /// Seven methods whose scores of 500 samples scatter around one line, and one of them ten points above it.
  @Test(arguments: 0..<5) func tenPointsThatArePlantedComeOut(_ seed: UInt64) throws {
    var random = SplitMix64(seed: seed, stream: 3)
    func share(_ p: Double) -> Double { Double((0..<500).count { _ in random.uniform() < p }) / 500 }
    let scores = (0..<7).map { number -> (String, [Double?]) in
      let clean = 0.65 + 0.04 * Double(number)
      let expected = 1 / (1 + exp(0.5 - 0.6 * logit(clean)))
      return ("m\(number)", [share(clean), share(expected + (number == 3 ? 0.1 : 0))])
    }
    let methods = result(scores).conditions[0].methods
    let planted = try #require(methods.first { $0.method == "m3" }?.effective)
    #expect(abs(planted.mean - 0.1) < 0.045, "\(planted.mean)")
  }

  @Test func fewMethodsHaveNoLineAndUndefinedScoresNoCurve() throws {
    let found = result([("a", [0.6, 0.5]), ("b", [0.7, nil])])
    #expect(found.conditions[0].methods.map(\.method) == ["a"])
    #expect(found.conditions[0].methods[0].effective == nil && found.leftOut.count == 1)
    let problem = "the line that is to be expected needs at least 5 other methods that read left, found "
    #expect(found.conditions[0].withoutReference == problem + "0")
    let names = (0..<6).map { "m\($0)" }
    let (clean, noisy) = ([0.6, 0.65, 0.7, 0.75, 0.8], [0.5, 0.54, 0.58, 0.62, 0.66, 0.7])
    let five = result(zip(names, zip(clean, noisy)).map { ($0, [$1.0, $1.1]) })
    #expect(five.conditions[0].withoutReference == problem + "4")
    #expect(five.conditions[0].methods.allSatisfy { $0.effective == nil })
    let alike = result(zip(names, noisy).map { ($0, [0.6, $1]) })
    #expect(alike.conditions[0].withoutReference == "the clean scores of the other methods do not differ")
  }

  @Test func roundTripsThroughJSON() throws {
    let found = result([("a", [0.6, 0.5]), ("b", [0.7, 0.6]), ("c", [0.8, 0.6])])
    #expect(try ResultJSON.decode(RobustnessResult.self, from: ResultJSON.encode(found)) == found)
  }
}
