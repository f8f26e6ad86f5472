public import Foundation
public import Tensors

/// Everything that a training run needs to go on bit for bit: one safetensors file whose metadata hold the rest as JSON.
public struct Checkpoint {
  /// The part that is not tensors.
  public struct Position: Codable, Sendable, Equatable {
    public var options: TrainingOptions
    public var seed: UInt64
    /// Names of the optimised parameters in the order of the moments.
    public var parameters: [String]
    /// Finished epochs.
    public var records: [EpochRecord] = []
    /// The epoch whose weights are kept as the best, counted from 1; 0 before the first.
    public var bestEpoch = 0
    /// Steps done in the epoch after the finished ones, and the sum of their losses and of their seconds.
    public var step = 0
    public var lossSum = 0.0
    public var seconds = 0.0
    /// Whether training has come to its end.
    public var isFinished = false
    /// State of the balancer; nil without one.
    public var balance: [Double]?
  }

  public var position: Position
  /// Parameters and buffers after the last step.
  public var model: [String: Tensor]
  /// Parameters and buffers after the best epoch.
  public var best: [String: Tensor]
  public var optimizer: [String: Tensor]
  /// State of the generator that dropout draws from.
  public var generator: Tensor

  /// Writes to a temporary file and renames it, so that a crash leaves the previous checkpoint.
  ///
  /// - Throws: `InputError` naming the file that cannot be written.
  public func write(to url: URL) throws {
    var tensors = ["generator": generator]
    for (part, group) in [("model", model), ("best", best), ("optimizer", optimizer)] {
      for (name, tensor) in group { tensors["\(part).\(name)"] = tensor }
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let json = String(decoding: try encoder.encode(position), as: UTF8.self)
    try Safetensors.write(tensors, metadata: ["format": Self.format, "position": json], to: url)
  }

  /// - Throws: `InputError` naming the file that is unreadable or not a checkpoint.
  public static func read(from url: URL) throws -> Checkpoint {
    let (tensors, metadata) = try Safetensors.read(url)
    guard metadata["format"] == format, let json = metadata["position"], let generator = tensors["generator"] else {
      throw InputError(file: url.path, "not a training checkpoint of this version (\(format))")
    }
    func group(_ part: String) -> [String: Tensor] {
      let members = tensors.filter { $0.key.hasPrefix(part + ".") }
      return Dictionary(uniqueKeysWithValues: members.map { (String($0.key.dropFirst(part.count + 1)), $0.value) })
    }
    let position: Position
    do {
      position = try JSONDecoder().decode(Position.self, from: Data(json.utf8))
    } catch {
      throw InputError(file: url.path, at: "position", "cannot be read: \(error)")
    }
    let checkpoint = Checkpoint(
      position: position, model: group("model"), best: group("best"), optimizer: group("optimizer"),
      generator: generator)
    try checkpoint.check(file: url.path)
    return checkpoint
  }

  /// Refuses what no training can have written.
  private func check(file: String) throws {
    guard position.step >= 0, position.lossSum.isFinite, position.seconds.isFinite else {
      throw InputError(file: file, at: "position", "\(position.step) steps; a training counts from 0")
    }
    guard (0...position.records.count).contains(position.bestEpoch) else {
      throw InputError(
        file: file, at: "position", "epoch \(position.bestEpoch) is the best of \(position.records.count)")
    }
    guard position.bestEpoch == 0 || best.mapValues(\.shape) == model.mapValues(\.shape) else {
      throw InputError(file: file, at: "best", "are not the parameters of the model")
    }
    try generator.checkGeneratorState(at: "generator", file: file)
  }

  private static let format = "chiasm training 1"
}

extension Tensor {
  /// Refuses what is no state of a generator.
  func checkGeneratorState(at key: String, file: String) throws {
    let own = Generator(seed: 0).state
    guard dtype == own.dtype, shape == own.shape else {
      throw InputError(file: file, at: key, "\(dtype) \(shape); \(own.dtype) \(own.shape) expected")
    }
  }
}
