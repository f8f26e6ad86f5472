import Foundation
import InformationTheory

/// Estimates by scikit-learn, dcor and numpy, made by `Tests/Goldens/make_continuous_information.py`.
struct ContinuousGoldens: Decodable {
  let x, y, z, skewed: [Double]
  let classes, equalWidth, quantile: [Int]
  let ksg1, ross, conditional: [String: Double]
  let distanceCorrelation, distanceCovarianceSquared, unbiasedDistanceCorrelationSquared: Double

  static func load() throws -> ContinuousGoldens {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Goldens/continuous-information.json"))
    return try JSONDecoder().decode(ContinuousGoldens.self, from: data)
  }
}

extension TestGenerator {
  mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// √(−2 ln(1 − u)) cos 2πv of two uniform numbers.
  mutating func normal() -> Double {
    let radius = (-2 * log(1 - uniform())).squareRoot()
    return radius * cos(2 * .pi * uniform())
  }

  /// 1000 rows of four independent normal numbers from seed 42, by column.
  static func normalColumns() -> [[Double]] {
    var generator = TestGenerator(seed: 42)
    let values = (0..<4000).map { _ in generator.normal() }
    return (0..<4).map { column in (0..<1000).map { values[$0 * 4 + column] } }
  }
}
