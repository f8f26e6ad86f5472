import Foundation
import Kernels
import Tensors

/// The tensors of a model file, taken one by one and checked; what nobody takes is refused.
struct NamedTensors {
  private var left: [String: Tensor]
  let notes: [String: String]
  let file: String?

  init(_ tensors: [String: Tensor], notes: [String: String], file: String?) {
    left = tensors
    self.notes = notes
    self.file = file
  }

  /// Takes a float64 tensor of a shape in which nil stands for any size.
  ///
  /// - Throws: `InputError` naming file and key where it is missing, of another type or shape, or not finite.
  mutating func take(_ name: String, _ shape: [Int?]) throws -> Tensor {
    guard let tensor = left.removeValue(forKey: name) else {
      throw InputError(file: file, at: name, "missing; the model needs it")
    }
    let expected = shape.map { $0.map { "\($0)" } ?? "any" }.joined(separator: ", ")
    guard tensor.dtype == .float64, tensor.rank == shape.count,
      zip(tensor.shape, shape).allSatisfy({ $1 == nil || $0 == $1 })
    else {
      throw InputError(file: file, at: name, "\(tensor.dtype) \(tensor.shape); the model expects float64 [\(expected)]")
    }
    guard tensor.count == 0 || tensor.isFinite().all().item() == 1 else {
      throw InputError(file: file, at: name, "holds a value that is not finite")
    }
    return tensor
  }

  /// Takes everything whose name begins with `prefix`, without it.
  mutating func takeAll(_ prefix: String) -> [String: Tensor] {
    let taken = left.filter { $0.key.hasPrefix(prefix) }
    left = left.filter { !$0.key.hasPrefix(prefix) }
    return Dictionary(uniqueKeysWithValues: taken.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  /// Whether a tensor is there.
  func has(_ name: String) -> Bool { left[name] != nil }

  /// Reads a note that was written by `note(_:)`.
  ///
  /// - Throws: `InputError` where it is missing or says something else.
  func note<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    guard let text = notes[name], let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
      throw InputError(file: file, at: name, "the file's note is missing or not one that this version writes")
    }
    return value
  }

  /// Refuses tensors that were not taken.
  func checkEmpty() throws {
    if let name = left.keys.min() { throw InputError(file: file, at: name, "no part of the model has this name") }
  }
}

/// A value as a note of a model file.
func note(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension VectorKernel {
  /// Refuses parameters with which it would be no kernel of features.
  ///
  /// - Throws: `InputError` naming the file.
  func check(file: String?) throws {
    let isRight: Bool
    switch self {
    case .linear, .cosine: isRight = true
    case .polynomial(let degree, let scale, let offset):
      isRight = (1...64).contains(degree) && scale > 0 && scale.isFinite && offset >= 0 && offset.isFinite
    case .laplacian(let gamma, _), .exponentialDot(let gamma), .gaussian(let gamma):
      isRight = gamma > 0 && gamma.isFinite
    // Features are normalised: they are no histograms.
    case .chiSquared, .intersection: isRight = false
    }
    guard isRight else { throw InputError(file: file, at: "kernels", "\(self) is no kernel of the model's features") }
  }
}
