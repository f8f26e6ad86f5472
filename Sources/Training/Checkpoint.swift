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
    do {
      return Checkpoint(
        position: try JSONDecoder().decode(Position.self, from: Data(json.utf8)), model: group("model"),
        best: group("best"), optimizer: group("optimizer"), generator: generator)
    } catch {
      throw InputError(file: url.path, at: "position", "cannot be read: \(error)")
    }
  }

  private static let format = "chiasm training 1"
}
