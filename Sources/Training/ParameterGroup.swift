/// Parameters with an optimiser of their own, such as those of a critic or an adversary.
///
/// ```swift
/// trainer.parameterGroups = [ParameterGroup("critic.", isMaximised: true, steps: 5)]
/// ```
public struct ParameterGroup: Codable, Sendable, Equatable {
  /// Beginnings of the parameters' names; a parameter belongs to the first group that has one of them.
  public var prefixes: [String]
  /// What the learning rate is multiplied by.
  public var learningRateFactor: Double
  /// In place of that of the training; nil for the same.
  public var optimizer: OptimizerKind?
  /// In place of that of the training; nil for the same. Where the training lets biases and norms be, so does this.
  public var weightDecay: Double?
  /// Whether the parameters climb the objective that the others descend: an adversary of those.
  public var isMaximised: Bool
  /// Steps for one of the other parameters; all but the last move these alone, on the same batch with new masks of dropout.
  public var steps: Int

  public init(
    _ prefixes: String..., learningRateFactor: Double = 1, optimizer: OptimizerKind? = nil, weightDecay: Double? = nil,
    isMaximised: Bool = false, steps: Int = 1
  ) {
    precondition(!prefixes.isEmpty && steps > 0, "\(steps) steps of parameters that begin with \(prefixes)")
    self.prefixes = prefixes
    self.learningRateFactor = learningRateFactor
    self.optimizer = optimizer
    self.weightDecay = weightDecay
    self.isMaximised = isMaximised
    self.steps = steps
  }

  func holds(_ name: String) -> Bool { prefixes.contains { name.hasPrefix($0) } }
}
