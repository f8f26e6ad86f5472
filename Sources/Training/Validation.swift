/// What the validation split says about the model as it stands.
public struct Validation: Sendable, Equatable {
  public let loss: Double
  /// The metric that decides which epoch is kept; where it ties, the lower loss does.
  public let score: Double
  public let higherIsBetter: Bool
  /// See ``EpochRecord/measurements``.
  public let measurements: [String: Double]?

  public init(loss: Double, score: Double, higherIsBetter: Bool, measurements: [String: Double]? = nil) {
    self.loss = loss
    self.score = score
    self.higherIsBetter = higherIsBetter
    self.measurements = measurements
  }

  /// Whether weights that got this are kept rather than those of the epoch `best`.
  func isBetter(than best: EpochRecord) -> Bool {
    if score == best.validationScore { return loss < best.validationLoss }
    return (score > best.validationScore) == higherIsBetter
  }
}

/// What a training run leaves behind; the model holds the weights of the best epoch.
public struct TrainingHistory: Sendable, Equatable {
  public let epochs: [EpochRecord]
  /// Counted from 1.
  public let bestEpoch: Int

  public init(epochs: [EpochRecord], bestEpoch: Int) {
    self.epochs = epochs
    self.bestEpoch = bestEpoch
  }
}
