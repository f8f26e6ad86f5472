import Foundation
import Tensors

/// Turns decision values into probabilities: P(1 | f) = 1 / (1 + exp(A f + B)) (Platt, 2000), fitted by Newton's method with
/// backtracking as Lin, Lin & Weng (2007) write it down.
///
/// Fit it on decisions about samples that the machine did not learn from: `MultipleKernelClassifier` does so by folds.
public struct PlattScaling: Sendable, Hashable, Codable {
  public let a: Double
  public let b: Double

  /// - Parameters:
  ///   - decisions: f of samples.
  ///   - positive: which of them are of class 1.
  ///   - weights: how much each counts, above 0; nil for 1 each.
  /// - Throws: `InputError` where there is no sample of one of the classes.
  public init(fitting decisions: [Double], positive: [Bool], weights: [Double]? = nil) throws {
    precondition(decisions.count == positive.count, "\(decisions.count) decisions for \(positive.count) labels")
    let shares = weights ?? positive.map { _ in 1 }
    precondition(shares.count == positive.count, "\(shares.count) weights for \(positive.count) labels")
    let ones = zip(shares, positive).reduce(0) { $0 + ($1.1 ? $1.0 : 0) }
    let zeros = shares.reduce(0, +) - ones
    guard ones > 0, zeros > 0 else { throw InputError("decisions of one class only; two expected") }
    // Smoothed targets keep the fit finite where classes are separated.
    let targets = positive.map { $0 ? (ones + 1) / (ones + 2) : 1 / (zeros + 2) }
    func loss(_ a: Double, _ b: Double) -> Double {
      decisions.indices.reduce(0) { sum, index in
        let (z, target) = (a * decisions[index] + b, targets[index])
        let each = z >= 0 ? target * z + log1p(exp(-z)) : (target - 1) * z + log1p(exp(z))
        return sum + shares[index] * each
      }
    }
    var (a, b) = (0.0, log((zeros + 1) / (ones + 1)))
    var value = loss(a, b)
    for _ in 0..<100 {
      var (h11, h22, h21, g1, g2) = (1e-12, 1e-12, 0.0, 0.0, 0.0)
      for index in decisions.indices {
        let (f, target, share) = (decisions[index], targets[index], shares[index])
        let p = PlattScaling.probability(a * f + b)
        let curvature = share * p * (1 - p)
        h11 += f * f * curvature
        h22 += curvature
        h21 += f * curvature
        g1 += share * f * (target - p)
        g2 += share * (target - p)
      }
      if abs(g1) < 1e-9 && abs(g2) < 1e-9 { break }
      let determinant = h11 * h22 - h21 * h21
      let (da, db) = (-(h22 * g1 - h21 * g2) / determinant, -(-h21 * g1 + h11 * g2) / determinant)
      let slope = g1 * da + g2 * db
      var step = 1.0
      while step >= 1e-10 {
        let next = loss(a + step * da, b + step * db)
        if next < value + 1e-4 * step * slope {
          (a, b, value) = (a + step * da, b + step * db, next)
          break
        }
        step /= 2
      }
      if step < 1e-10 { break }
    }
    self.a = a
    self.b = b
  }

  /// The probability of class 1 at a decision value.
  public func callAsFunction(_ decision: Double) -> Double { PlattScaling.probability(a * decision + b) }

  /// 1 / (1 + eᶻ) without overflow.
  private static func probability(_ z: Double) -> Double { z >= 0 ? exp(-z) / (1 + exp(-z)) : 1 / (1 + exp(z)) }
}
