/// What one epoch of training left behind: a row of `epochs.csv` and a point of the learning curves.
public struct EpochRecord: Codable, Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// Mean objective over the training batches of the epoch.
  public var trainLoss: Double
  /// Mean objective over the validation split after the epoch.
  public var validationLoss: Double
  /// The data set's main metric on the validation split after the epoch, in the metric's own direction.
  public var validationScore: Double
  /// Learning rate of the epoch's last step.
  public var learningRate: Double
  /// Wall-clock time of the epoch, validation included.
  public var seconds: Double
  /// What else was measured on the validation split after the epoch, by name; nil where nothing was.
  public var measurements: [String: Double]?

  public init(
    epoch: Int, trainLoss: Double, validationLoss: Double, validationScore: Double, learningRate: Double,
    seconds: Double, measurements: [String: Double]? = nil
  ) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.validationScore = validationScore
    self.learningRate = learningRate
    self.seconds = seconds
    self.measurements = measurements
  }

  // As run folders have it.
  private enum CodingKeys: String, CodingKey {
    case epoch, trainLoss, validationLoss, validationScore, learningRate, seconds
    case measurements = "utilization"
  }
}
