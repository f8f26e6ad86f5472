import Foundation

/// Measures by dit and estimates by infomeasure, made by `Tests/Goldens/make_information.py`.
struct InformationGoldens: Decodable {
  /// Four variables; amounts in bits.
  struct Table: Decodable, Sendable {
    let shape: [Int], probabilities: [Double]
    let entropy, entropy02, conditionalEntropy01given3, mutual0and13, mutual0and1given2: Double
    let coInformation012, interaction012, coInformation0123, interaction0123, totalCorrelation: Double
  }
  /// Observations of three variables; amounts in nats.
  struct Sample: Decodable, Sendable {
    struct Estimates: Decodable, Sendable { let entropyX, mutualXY, mutualXYgivenZ: Double }
    let x, y, z: [Int]
    let plugIn, millerMadow: Estimates
  }
  let tables: [Table]
  let samples: [Sample]

  static func load() throws -> InformationGoldens {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Goldens/information.json"))
    return try JSONDecoder().decode(InformationGoldens.self, from: data)
  }
}
