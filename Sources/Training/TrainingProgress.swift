/// How far a training run is, after a step.
public struct TrainingProgress: Sendable, Equatable {
  /// Counted from 1.
  public let epoch: Int
  public let epochs: Int
  /// Steps done in the epoch.
  public let step: Int
  public let steps: Int
  /// Loss of the step's batch.
  public let loss: Double
  /// Validation score after the last finished epoch.
  public let validation: Double?
  /// See ``EpochRecord/measurements``, of the last finished epoch; nil for several models.
  public let measurements: [String: Double]?
  public let stepsPerSecond: Double
  /// Until the last epoch; early stopping may end sooner.
  public let secondsLeft: Double
}
