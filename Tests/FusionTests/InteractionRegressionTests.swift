import Foundation
import Fusion
import Tensors
import Testing

@Suite struct InteractionRegressionTests {
  struct Fit: Decodable {
    let coefficients, standardErrors, t, p: [Double]
    let rSquared, adjustedRSquared, aic, residualVariance: Double
  }

  struct Case: Decodable {
    let a, b, y: [Double]
    let additive, multiplicative, full: Fit
    let f, fProbability: Double
  }

  static func golden() throws -> [String: Case] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/regression.json")
    return try JSONDecoder().decode([String: Case].self, from: Data(contentsOf: file))
  }

  /// Relative to the number, with room for what is lost in an ill-conditioned design.
  private func expectClose(_ found: Double?, _ expected: Double, _ what: String, tolerance: Double) {
    #expect(
      abs((found ?? .nan) - expected) <= tolerance * max(abs(expected), 1e-200),
      "\(what): \(found ?? .nan), \(expected)")
  }

  @Test(arguments: ["interaction", "none", "strong", "ill-conditioned", "few", "binary"])
  func agreesWithStatsmodels(name: String) throws {
    let golden = try #require(Self.golden()[name])
    let found = try InteractionRegression(golden.a, golden.b, target: golden.y)
    // statsmodels goes through a pseudo-inverse, whose error grows with the condition of the design, here 10⁶.
    let loose = name == "ill-conditioned"
    let tolerance = loose ? 1e-6 : 1e-9
    for (what, model, expected) in [
      ("additive", found.additive, golden.additive), ("multiplicative", found.multiplicative, golden.multiplicative),
      ("full", found.full, golden.full),
    ] {
      for (index, coefficient) in model.coefficients.enumerated() {
        let term = "\(what) \(coefficient.name)"
        expectClose(coefficient.value, expected.coefficients[index], term, tolerance: tolerance)
        expectClose(coefficient.standardError, expected.standardErrors[index], "\(term) error", tolerance: tolerance)
        expectClose(coefficient.t, expected.t[index], "\(term) t", tolerance: tolerance)
        // A probability of 10⁻¹⁰⁰ magnifies a relative error of t by 10².
        expectClose(coefficient.p, expected.p[index], "\(term) p", tolerance: 1e3 * tolerance)
      }
      expectClose(model.rSquared, expected.rSquared, "\(what) R²", tolerance: 1e-9)
      expectClose(model.adjustedRSquared, expected.adjustedRSquared, "\(what) adjusted R²", tolerance: 1e-7)
      expectClose(model.aic, expected.aic, "\(what) AIC", tolerance: 1e-8)
      expectClose(model.residualVariance, expected.residualVariance, "\(what) variance", tolerance: tolerance)
    }
    expectClose(found.interaction.f, golden.f, "F", tolerance: 10 * tolerance)
    expectClose(found.interaction.p, golden.fProbability, "p of F", tolerance: 1e3 * tolerance)
    #expect(found.interaction.degrees == [1, golden.y.count - 4] && found.samples == golden.y.count)
  }

  /// Of one term more, F is t² and says the same.
  @Test func partialFIsTheSquareOfT() throws {
    let golden = try #require(Self.golden()["interaction"])
    let found = try InteractionRegression(golden.a, golden.b, target: golden.y, names: ["sound", "picture"])
    let product = try #require(found.full.coefficients.last)
    #expect(product.name == "sound·picture")
    expectClose(found.interaction.f, product.t! * product.t!, "F", tolerance: 1e-10)
    expectClose(found.interaction.p, product.p!, "p", tolerance: 1e-10)
  }

  /// Without an interaction its p is uniform; with one it is small.
  @Test func findsInteractionsAndInventsNone() throws {
    let generator = Generator(seed: 1)
    var (invented, found) = (0, 0)
    for _ in 0..<400 {
      let numbers = Tensor.randn([3, 50], dtype: .float64, generator: generator)
      let (a, b, noise) = (numbers[0].doubles, numbers[1].doubles, numbers[2].doubles)
      func p(_ weight: Double) throws -> Double {
        let target = (0..<50).map { 1 + a[$0] - b[$0] + weight * a[$0] * b[$0] + noise[$0] }
        return try #require(InteractionRegression(a, b, target: target).interaction.p)
      }
      invented += try p(0) < 0.05 ? 1 : 0
      found += try p(1) < 0.05 ? 1 : 0
    }
    // 400 draws of .05 have a deviation of 4.4.
    #expect(abs(invented - 20) < 22 && found > 390, "\(invented) invented, \(found) found of 400")
  }

  @Test(arguments: [
    ([1.0, 2, 3, 4], [1.0, 0, 1, 0], [1.0, 2, 3, 5], "4 samples have both; four coefficients need at least 5"),
    (
      [1, 2, 3, 4, 5], [2, 4, 6, 8, 10], [1, 2, 3, 5, 8], "A × B: B is constant or determined by the terms before it"
    ),
    ([7, 7, 7, 7, 7], [2, 4, 6, 9, 10], [1, 2, 3, 5, 8], "A × B: A is constant or determined"),
    ([0, 1, 0, 1, 0], [1, 0, 0, 0, 2], [1, 2, 3, 5, 8], "A·B is constant or determined"),
    ([1, 2, 3, 4, 6], [2, 4, 7, 8, 1], [3, 3, 3, 3, 3], "the target is 3.0 in all 5 samples"),
    ([1, 2, .nan, 4, 6], [2, 4, 7, 8, 1], [3, 3, 3, 3, 4], "A holds a number that is not finite"),
  ]) func whatCannotBeFittedIsRefused(a: [Double], b: [Double], y: [Double], expected: String) {
    let error = #expect(throws: InputError.self) { _ = try InteractionRegression(a, b, target: y) }
    #expect(error?.description.contains(expected) == true, "\(error?.description ?? "")")
  }
}
