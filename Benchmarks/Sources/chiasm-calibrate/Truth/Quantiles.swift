import Foundation

/// The distribution that bounds on counts need.
enum Quantiles {
  /// The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz & Stegun, 26.5.8) with
  /// the method of Lentz.
  static func beta(_ x: Double, _ a: Double, _ b: Double) -> Double {
    if x <= 0 { return 0 }
    if x >= 1 { return 1 }
    // The fraction converges fast on this side alone.
    if x > (a + 1) / (a + b + 2) { return 1 - beta(1 - x, b, a) }
    let constant: Double = lgamma(a + b) - lgamma(a) - lgamma(b)
    let power: Double = a * log(x) + b * log(1 - x)
    let front: Double = exp(constant + power) / a
    func away(_ value: Double) -> Double { abs(value) < 1e-300 ? 1e-300 : value }
    var c = 1.0
    var d: Double = 1 / away(1 - (a + b) * x / (a + 1))
    var result = d
    for step in 1...500 {
      let m = Double(step)
      let place: Double = a + 2 * m
      let even: Double = m * (b - m) * x / ((place - 1) * place)
      let odd: Double = -(a + m) * (a + b + m) * x / (place * (place + 1))
      for numerator in [even, odd] {
        d = 1 / away(1 + numerator * d)
        c = away(1 + numerator / c)
        result *= c * d
      }
      if abs(c * d - 1) < 1e-14 { break }
    }
    return front * result
  }

  /// The x at which I_x(a, b) is `probability`, by bisection.
  static func betaQuantile(_ probability: Double, _ a: Double, _ b: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if beta(middle, a, b) < probability { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }
}
