/// Why a model cannot be trained as it stands: found before the first step, not after hours with frozen weights.
public enum UntrainableModel: Error, Equatable, CustomStringConvertible, Sendable {
  /// Nothing to train: the model has no parameters, or all are frozen.
  case noParameters
  /// A parameter was given to the optimiser twice.
  case repeated(String)
  /// A parameter's number type or device differs from that of the first one.
  case mixedTypes(_ name: String, _ found: String, _ expected: String)
  /// Parameters that the objective does not depend on: no gradient ever reaches them.
  case noGradient([String])
  /// Parameters that are optimised but not part of the model.
  case notInModel([String])
  /// Trainable parameters of the model that are not optimised.
  case notOptimised([String])
  /// The model of that number differs from the first in the names, shapes or trainability of its parameters.
  case unlikeReplica(Int)

  public var description: String {
    switch self {
    case .noParameters: "the model has no trainable parameter"
    case .repeated(let name): "parameter \(name) is given to the optimiser twice"
    case .mixedTypes(let name, let found, let expected):
      "parameter \(name) is \(found), the others are \(expected): convert the model first"
    case .noGradient(let names):
      "no gradient reaches \(list(names)): the objective does not depend on it; use it in the forward pass or freeze it"
    case .notInModel(let names): "\(list(names)) is optimised but not a parameter of the model"
    case .unlikeReplica(let number): "replica \(number) has other parameters than replica 0: they cannot train as one"
    case .notOptimised(let names): "\(list(names)) is a trainable parameter of the model but is not optimised"
    }
  }

  private func list(_ names: [String]) -> String {
    let shown = names.prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(shown) and \(names.count - 5) more" : shown
  }
}
