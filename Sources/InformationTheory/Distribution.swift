import Foundation

/// Upper tails of distributions.
public enum Distribution {
  /// P(F ≥ f) with `a` and `b` degrees of freedom.
  public static func fAbove(_ f: Double, _ a: Double, _ b: Double) -> Double {
    guard f > 0 else { return 1 }
    guard f.isFinite else { return 0 }
    return incompleteBeta(b / (b + a * f), b / 2, a / 2)
  }

  /// P(|t| ≥ |`t`|) of Student's t with `k` degrees of freedom.
  public static func studentBeyond(_ t: Double, _ k: Double) -> Double { fAbove(t * t, 1, k) }

  /// P(χ² ≥ x) with `k` degrees of freedom.
  public static func chiSquaredAbove(_ x: Double, _ k: Double) -> Double {
    guard x > 0 else { return 1 }
    guard x.isFinite else { return 0 }
    return upperIncompleteGamma(k / 2, x / 2)
  }

  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (DLMF 8.17.22).
  public static func incompleteBeta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    // The fraction converges fast below the mean; above it the other tail is taken.
    if x > (a + 1) / (a + b + 2) { return 1 - incompleteBeta(1 - x, b, a) }
    let front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x)) / a
    let value = continuedFraction { step in
      let m = Double((step - 1) / 2)
      return step % 2 == 1
        ? -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        : (m + 1) * (b - m - 1) * x / ((a + 2 * m + 1) * (a + 2 * m + 2))
    }
    return front * value
  }

  /// 1 / (1 + d₁/(1 + d₂/(1 + …))) by Lentz's method as modified by Thompson and Barnett.
  private static func continuedFraction(_ term: (Int) -> Double) -> Double {
    let tiny = 1e-300
    var (c, d, value) = (1.0, 0.0, 1.0)
    for step in 1...2000 {
      let numerator = term(step)
      d = 1 + numerator * d
      if abs(d) < tiny { d = tiny }
      c = 1 + numerator / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      value *= c * d
      if abs(c * d - 1) < 1e-16 { break }
    }
    return 1 / value
  }

  /// The regularised upper incomplete gamma function Q(a, x), by series (DLMF 8.11.4) or continued fraction (8.9.2).
  public static func upperIncompleteGamma(_ a: Double, _ x: Double) -> Double {
    guard x > 0 else { return 1 }
    let front = exp(a * log(x) - x - lgamma(a))
    guard x >= a + 1 else {
      var (term, sum) = (1 / a, 1 / a)
      for step in 1...10_000 {
        term *= x / (a + Double(step))
        sum += term
        if term < sum * 1e-17 { break }
      }
      return 1 - front * sum
    }
    let tiny = 1e-300
    var b = x + 1 - a
    var (c, d) = (1 / tiny, 1 / b)
    var value = d
    for step in 1...10_000 {
      let numerator = -Double(step) * (Double(step) - a)
      b += 2
      d = numerator * d + b
      if abs(d) < tiny { d = tiny }
      c = b + numerator / c
      if abs(c) < tiny { c = tiny }
      d = 1 / d
      value *= d * c
      if abs(d * c - 1) < 1e-16 { break }
    }
    return front * value
  }
}
