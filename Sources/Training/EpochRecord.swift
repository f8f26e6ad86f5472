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
  /// Conditional utilisation rate of each modality on the validation split after the epoch (Wu et al., 2022); nil where it
  /// was not measured.
  public var utilization: [String: Double]?

  public init(
    epoch: Int, trainLoss: Double, validationLoss: Double, validationScore: Double, learningRate: Double,
    seconds: Double, utilization: [String: Double]? = nil
  ) {
    self.epoch = epoch
    self.trainLoss = trainLoss
    self.validationLoss = validationLoss
    self.validationScore = validationScore
    self.learningRate = learningRate
    self.seconds = seconds
    self.utilization = utilization
  }
}
