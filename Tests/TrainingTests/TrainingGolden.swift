import Foundation
import Tensors

/// `Tests/Goldens/training.json`, written by `make_training.py`.
struct TrainingGolden: Decodable {
  struct Values: Decodable {
    let shape: [Int]
    let values: [Double]
    var tensor: Tensor { Tensor(values, shape: shape) }
  }

  let inputs: [String: Values]
  let losses: [String: Double]
  let optimizers: [String: Values]
  let schedules: [String: [Double]]

  init() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/training.json")
    self = try JSONDecoder().decode(TrainingGolden.self, from: Data(contentsOf: file))
  }

  func input(_ name: String) -> Tensor { inputs[name]!.tensor }
}
