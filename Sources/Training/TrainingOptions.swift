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
  /// Name of what balances the steps (``StepBalancer``), for whoever makes it; nil: nothing does.
  public var balancer: String?
  /// Whether what ``Validation/measurements`` holds is measured after each epoch; nil: where that is cheap.
  public var measuresEpochs: Bool?
  /// How many batches a step of the optimiser takes its gradient from: their mean. An epoch's last step takes what is left.
  public var accumulation: Int {
    get { accumulated ?? 1 }
    set {
      precondition(newValue > 0, "a step of \(newValue) batches")
      accumulated = newValue == 1 ? nil : newValue
    }
  }
  /// Nil for 1: runs of before there was a choice have no such key.
  private var accumulated: Int?

  public init() {}

  /// Number of the optimiser's steps in an epoch of so many batches.
  func steps(batches: Int) -> Int { (batches + accumulation - 1) / accumulation }

  /// Whether training ends after so many epochs, of which `bestEpoch` was the best.
  func isFinished(epochs: Int, bestEpoch: Int) -> Bool {
    epochs >= self.epochs || epochs - bestEpoch >= patience ?? .max
  }

  // As run folders have it.
  private enum CodingKeys: String, CodingKey {
    case epochs, batchSize, optimizer, learningRate, weightDecay, decaysVectors, patience, gradientClip, schedule
    case balancedClasses
    case balancer = "balance"
    case measuresEpochs = "measuresUtilization"
    case accumulated = "accumulation"
  }
}
