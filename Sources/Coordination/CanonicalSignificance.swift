import Foundation
import InformationTheory
import Tensors

/// Tests of the hypothesis that a canonical correlation and all after it are 0, on normally distributed samples.
public struct CanonicalSignificance: Sendable, Hashable, Codable {
  /// Wilks' Λ = Π (1 − r²) over this correlation and those after it.
  public let wilks: Double
  /// Rao's approximation of Λ by the F distribution (Rao, 1951), exact where a view has at most two dimensions left; nil
  /// where a correlation is exactly 1, for it is infinite then.
  public let f: Double?
  public let fDegrees: [Double]
  /// Probability of an F at least as large under the hypothesis.
  public let fProbability: Double
  /// Bartlett's −(n − 1 − (p + q + 1)/2) ln Λ (Bartlett, 1938); nil where a correlation is exactly 1.
  public let chiSquared: Double?
  public let chiSquaredDegrees: Int
  /// Probability of a χ² at least as large under the hypothesis.
  public let chiSquaredProbability: Double
}

extension CanonicalCorrelationAnalysis {
  /// A test for each correlation that was asked for.
  ///
  /// - Throws: `UsageError` where the analysis was regularised, or there are not more samples than the tests need.
  public func significance() throws -> [CanonicalSignificance] {
    guard options.regularisation.allSatisfy(\.isNone) else {
      throw UsageError("tests of regularised canonical correlations: their distribution is not known")
    }
    let (p, q, n) = (Double(ranks[0]), Double(ranks[1]), Double(count))
    guard n > p + q + 1 else {
      throw UsageError(
        "\(count) samples for views of ranks \(ranks[0]) and \(ranks[1]); tests need more than \(ranks[0] + ranks[1] + 1)"
      )
    }
    let m = n - 1.5 - (p + q) / 2
    return singularValues.indices.map { index in
      let (a, b) = (p - Double(index), q - Double(index))
      let logarithm = allSingularValues[index...].reduce(0.0) { $0 + log1p(-$1 * $1) }
      let spread = a * a + b * b - 5
      let s = spread > 0 ? ((a * a * b * b - 4) / spread).squareRoot() : 1
      let degrees = [a * b, m * s - a * b / 2 + 1]
      // (1 − Λ^{1/s}) / Λ^{1/s} without losing small differences.
      let f = expm1(-logarithm / s) * degrees[1] / degrees[0]
      let chi = -m * logarithm
      return CanonicalSignificance(
        wilks: exp(logarithm), f: f.isFinite ? f : nil, fDegrees: degrees,
        fProbability: Distribution.fAbove(f, degrees[0], degrees[1]),
        chiSquared: chi.isFinite ? chi : nil, chiSquaredDegrees: Int(a * b),
        chiSquaredProbability: Distribution.chiSquaredAbove(chi, a * b))
    }
  }
}
