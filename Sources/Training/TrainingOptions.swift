/// The settings of one training run, resolved and kept with its results.
public struct TrainingOptions: Codable, Sendable, Equatable {
  /// At most so many passes over the training split.
  public var epochs = 50
  public var batchSize = 32
  public var optimizer = OptimizerKind.adamw
  public var learningRate = 1e-3
  public var weightDecay = 1e-2
  /// Whether weight decay also acts on biases and norms.
  public var decaysVectors = true
  /// Stops after so many epochs without a better validation score; nil: never before `epochs`.
  public var patience: Int? = 10
  /// Largest norm of the gradient; nil: any.
  public var gradientClip: Double? = 1
  public var schedule = Schedule.constant
  /// Whether every class has the same share of the loss, whatever its number of samples.
  public var balancedClasses = false
  /// How modalities are kept in balance; nil: not at all. Of one modality, or of decisions that learn alone, there is
  /// nothing to balance.
  public var balance: Balance?
  /// Whether conditional utilisation rates are measured after each epoch; nil: where that is cheap.
  public var measuresUtilization: Bool?

  public init() {}
}
