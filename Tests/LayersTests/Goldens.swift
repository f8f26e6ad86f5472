import Foundation
import Tensors

/// One case of `Tests/Goldens/layers.json`, written by `make_layers.py`.
struct Golden: Decodable {
  struct Values: Decodable {
    let shape: [Int]
    let values: [Double]
    var tensor: Tensor { Tensor(values, shape: shape) }
  }

  let state: [String: Values]
  let inputs: [String: Values]
  let outputs: [String: Values]

  static func load(_ name: String) throws -> Golden {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../Goldens/layers.json")
    let cases = try JSONDecoder().decode([String: Golden].self, from: Data(contentsOf: file))
    guard let golden = cases[name] else { throw InputError(file: file.path, at: name, "no such case") }
    return golden
  }

  var parameters: [String: Tensor] { state.mapValues(\.tensor) }
  func input(_ name: String) -> Tensor { inputs[name]!.tensor }

  /// Largest absolute difference to an output, infinite where the shapes differ.
  func deviation(of tensor: Tensor, from name: String) -> Double {
    let expected = outputs[name]!
    guard tensor.shape == expected.shape else { return .infinity }
    return zip(tensor.doubles, expected.values).map { abs($0 - $1) }.reduce(0) { $1.isNaN ? .infinity : max($0, $1) }
  }
}
