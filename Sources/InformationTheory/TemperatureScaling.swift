import Foundation

/// How sure a classifier may be, as held-out samples show it: logits are divided by the temperature at which the
/// cross-entropy of these samples is least (Guo et al., 2017, section 4.2).
public enum TemperatureScaling {
  /// Temperatures that are considered: at the highest, nothing is left of what a classifier said.
  static let range = 0.2...1000

  /// The temperature at which the cross-entropy is least.
  ///
  /// It has one minimum over 1/T, found by Newton's steps inside a bracket.
  ///
  /// - Parameters:
  ///   - logits: row-major `[N, K]`, finite.
  ///   - labels: `[N]`, from 0.
  ///   - classes: K.
  ///   - rows: that count, as often as they occur; nil for all.
  public static func temperature(_ logits: [Double], labels: [Int], classes: Int, rows: [Int]? = nil) -> Double {
    precondition(logits.count == labels.count * classes, "\(logits.count) logits for \(labels.count) labels")
    let rows = rows ?? Array(labels.indices)
    /// First and second derivative of the summed cross-entropy by 1/T.
    func derivatives(_ inverse: Double) -> (Double, Double) {
      var (slope, curvature) = (0.0, 0.0)
      for row in rows {
        let (label, start) = (labels[row], row * classes)
        var highest = -Double.infinity
        for y in 0..<classes { highest = max(highest, logits[start + y]) }
        var (sum, first, second) = (0.0, 0.0, 0.0)
        for y in 0..<classes {
          // Less the highest, lest squares of large logits cancel.
          let z = logits[start + y] - highest
          let weight = exp(inverse * z)
          sum += weight
          first += weight * z
          second += weight * z * z
        }
        let mean = first / sum
        slope += mean - (logits[start + label] - highest)
        curvature += second / sum - mean * mean
      }
      return (slope, curvature)
    }
    var (low, high) = (1 / range.upperBound, 1 / range.lowerBound)
    var inverse = 1.0
    for _ in 0..<60 {
      let (slope, curvature) = derivatives(inverse)
      if slope == 0 { break }
      if slope > 0 { high = inverse } else { low = inverse }
      let step = inverse - slope / curvature
      // Newton's step where it stays in the bracket, else its geometric middle.
      let next = step > low && step < high ? step : (low * high).squareRoot()
      let isDone = abs(next - inverse) <= 1e-7 * inverse
      inverse = next
      if isDone { break }
    }
    return 1 / inverse
  }

  /// Softmax of the logits over the temperature, row-major `[N, K]`.
  public static func probabilities(_ logits: [Double], temperature: Double, classes: Int) -> [Double] {
    var values = logits
    for start in stride(from: 0, to: values.count, by: classes) {
      var highest = -Double.infinity
      for index in start..<start + classes { highest = max(highest, values[index]) }
      var sum = 0.0
      for index in start..<start + classes {
        values[index] = exp((values[index] - highest) / temperature)
        sum += values[index]
      }
      for index in start..<start + classes { values[index] /= sum }
    }
    return values
  }
}
