import Foundation
public import Tensors

/// The tensors of a model file, taken one by one and checked; what nobody takes is refused.
public struct NamedTensors {
  private var left: [String: Tensor]
  public let notes: [String: String]
  public let file: String?

  public init(_ tensors: [String: Tensor], notes: [String: String], file: String?) {
    left = tensors
    self.notes = notes
    self.file = file
  }

  /// Takes a float64 tensor of a shape in which nil stands for any size.
  ///
  /// - Throws: `InputError` naming file and key where it is missing, of another type or shape, or not finite.
  public mutating func take(_ name: String, _ shape: [Int?]) throws -> Tensor {
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
  public mutating func takeAll(_ prefix: String) -> [String: Tensor] {
    let taken = left.filter { $0.key.hasPrefix(prefix) }
    left = left.filter { !$0.key.hasPrefix(prefix) }
    return Dictionary(uniqueKeysWithValues: taken.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
  }

  /// Whether a tensor is there.
  public func has(_ name: String) -> Bool { left[name] != nil }

  /// Reads a note that was written by `note(_:)`.
  ///
  /// - Throws: `InputError` where it is missing or says something else.
  public func note<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    guard let text = notes[name], let value = try? JSONDecoder().decode(type, from: Data(text.utf8)) else {
      throw InputError(file: file, at: name, "the file's note is missing or not one that this version writes")
    }
    return value
  }

  /// Refuses tensors that were not taken.
  public func checkEmpty() throws {
    if let name = left.keys.min() { throw InputError(file: file, at: name, "no part of the model has this name") }
  }
}

/// A value as a note of a model file.
public func note(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = .sortedKeys
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}
