/// Training met a number that is not finite.
public struct TrainingFailure: Error, Codable, Sendable, Equatable, CustomStringConvertible {
  public enum Quantity: String, Codable, Sendable {
    case loss, validationLoss = "validation loss", validationScore = "validation score", gradientNorm = "gradient norm"
  }

  public let quantity: Quantity
  public let value: Double
  /// Counted from 1.
  public let epoch: Int
  /// Counted from 1 within the epoch.
  public let step: Int
  /// The first module whose output was not finite in a repeated forward pass; nil where all were.
  public let module: String?

  public var description: String {
    let origin = module.map { "; \($0) is the first module whose output is not finite" } ?? ""
    return "epoch \(epoch), step \(step): the \(quantity.rawValue) is \(value)\(origin)"
  }
}

/// Training was told to stop; its checkpoint, where it has one, holds all that is needed to go on.
public struct TrainingCancelled: Error, Sendable, Equatable, CustomStringConvertible {
  public let epoch: Int
  public let step: Int

  /// - Parameters:
  ///   - epoch: counted from 1; 0 before the first.
  ///   - step: how many steps of it were done.
  public init(epoch: Int, step: Int) {
    self.epoch = epoch
    self.step = step
  }

  public var description: String { "stopped in epoch \(epoch) after step \(step)" }
}
