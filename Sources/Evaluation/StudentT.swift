import Foundation
import InformationTheory

/// Student's t distribution: how many standard errors an interval reaches to either side.
public enum StudentT {
  /// The t with P(T ≤ t) = `probability`, by bisection to rounding.
  ///
  /// - Parameters:
  ///   - probability: in (0, 1).
  ///   - degreesOfFreedom: any number above 0, not whole ones alone; ∞ is the normal distribution.
  public static func quantile(_ probability: Double, degreesOfFreedom: Double) -> Double {
    precondition(
      probability > 0 && probability < 1 && degreesOfFreedom > 0,
      "the quantile at \(probability) with \(degreesOfFreedom) degrees of freedom")
    guard probability != 0.5 else { return 0 }
    let tail = 2 * min(probability, 1 - probability)
    // Beyond a million degrees the normal distribution agrees to ten digits, and the fraction converges slowly.
    let degrees = min(degreesOfFreedom, 1e6)
    var (low, high) = (0.0, 1.0)
    while Distribution.studentBeyond(high, degrees) > tail { high *= 2 }
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if Distribution.studentBeyond(middle, degrees) > tail { low = middle } else { high = middle }
    }
    let quantile = (low + high) / 2
    return probability > 0.5 ? quantile : -quantile
  }
}
