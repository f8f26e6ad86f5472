import Foundation
import Quantification
import Testing

@Suite struct RobustnessCurveTests {
  private let curve = RobustnessCurve(levels: [0, 1, 3], scores: [0.9, 0.7, 0.3], higherIsBetter: true)
  private let other = RobustnessCurve(levels: [0, 1, 3], scores: [0.8, 0.7, 0.6], higherIsBetter: true)

  /// (0.8 · 1 + 0.5 · 2) / 3 and (0.75 · 1 + 0.65 · 2) / 3.
  @Test func areasByTrapezoids() {
    #expect(abs(curve.area - 0.6) < 1e-12 && abs(other.area - 2.05 / 3) < 1e-12)
    #expect(curve.clean == 0.9 && abs(curve.loss - 0.3) < 1e-12)
    #expect(abs(curve.relative(to: other) - (0.6 - 2.05 / 3)) < 1e-12)
    // The other one moved up by .1 has the area 2.35 / 3.
    #expect(abs(curve.effective(against: other) - (0.6 - 2.35 / 3)) < 1e-12)
  }

  @Test func errorsCountTheOtherWay() {
    let error = RobustnessCurve(levels: [0, 2], scores: [1, 3], higherIsBetter: false)
    let better = RobustnessCurve(levels: [0, 2], scores: [1, 2], higherIsBetter: false)
    #expect(error.loss == 1 && better.loss == 0.5)
    #expect(better.relative(to: error) == 0.5 && better.effective(against: error) == 0.5)
  }

  private func logit(_ p: Double) -> Double { log(p / (1 - p)) }
  private func share(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

  /// Models on a line between logits promise each other's scores.
  @Test func referenceLineIsTheOneTheModelsAreOn() throws {
    let clean = [0.6, 0.7, 0.85, 0.9, 0.95]
    let perturbed = clean.map { share(0.5 * logit($0) - 0.4) }
    let line = try #require(ReferenceLine(clean: clean, perturbed: perturbed, isShare: true))
    #expect(abs(line.slope - 0.5) < 1e-12 && abs(line.intercept + 0.4) < 1e-12)
    for (clean, perturbed) in zip(clean, perturbed) { #expect(abs(line(clean) - perturbed) < 1e-12) }
    let lines = [line, line]
    let onLine = RobustnessCurve(levels: [0, 1, 3], scores: [0.7, perturbed[1], perturbed[1]], higherIsBetter: true)
    #expect(abs(onLine.effective(beyond: lines)) < 1e-12)
    let above = RobustnessCurve(
      levels: [0, 1, 3], scores: [0.7, perturbed[1] + 0.03, perturbed[1] + 0.06], higherIsBetter: true)
    // Residuals .03 and .06 at the levels that perturb.
    #expect(abs(above.effective(beyond: lines) - 0.045) < 1e-12)
  }

  /// Least squares through (1, 3), (2, 5), (4, 6), (5, 9), (8, 10): slope 1, intercept 2.6 by the normal equations.
  @Test func leastSquares() throws {
    let line = try #require(
      ReferenceLine(clean: [1, 2, 4, 5, 8], perturbed: [3, 5, 6, 9, 10], isShare: false))
    #expect(abs(line.slope - 1) < 1e-12 && abs(line.intercept - 2.6) < 1e-12 && line.models == 5)
    let error = RobustnessCurve(levels: [0, 1], scores: [2, 4], higherIsBetter: false)
    // Expected 4.6 of it; below that is better for an error.
    #expect(abs(error.effective(beyond: [line]) - 0.6) < 1e-12)
  }

  @Test func noLineWithoutFiveModelsThatDiffer() {
    let (clean, perturbed) = ([0.5, 0.6, 0.7, 0.8], [0.4, 0.5, 0.5, 0.6])
    #expect(ReferenceLine(clean: clean, perturbed: perturbed, isShare: true) == nil)
    #expect(ReferenceLine(clean: clean + [0.9], perturbed: perturbed + [0.7], isShare: true)?.models == 5)
    #expect(ReferenceLine(clean: clean.map { _ in 0.5 } + [0.5], perturbed: perturbed + [0.7], isShare: true) == nil)
    let extreme = ReferenceLine(clean: [0, 0, 0.5, 1, 1], perturbed: [0, 0.1, 0.5, 0.9, 1], isShare: true)
    #expect(extreme.map { $0.slope.isFinite && $0(1).isFinite } == true)
  }
}
