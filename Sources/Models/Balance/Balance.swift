public import Training

/// How a training keeps a model of several modalities from relying on the one it learns fastest.
///
/// A modality's own loss is that of the model's prediction where only that modality is there: the papers' separate heads
/// are left out, so that any fusion can be balanced and the model stays what it is.
public enum Balance: String, Codable, Sendable, CaseIterable {
  /// Steps without the modality whose encoder has learned fastest (Wu et al., 2022); see ``ConditionalLearning``.
  case conditional
  /// A weighted sum of the losses of each modality alone and of all (Wang et al., 2020); see ``GradientBlending``.
  case blending
  /// Gradients of those losses made equally long and free of conflicts (Javaloy et al., 2022); see
  /// ``ImpartialOptimization``.
  case impartial

  /// The balancer of a training from its start.
  ///
  /// - Parameters:
  ///   - views: what it may do to batches.
  ///   - stepsPerEpoch: number of batches in an epoch.
  public func make<Batch>(_ views: BatchViews<Batch>, stepsPerEpoch: Int) -> any StepBalancer<Batch> {
    switch self {
    case .conditional: ConditionalLearning(views, warmUp: stepsPerEpoch)
    case .blending: GradientBlending(views)
    case .impartial: ImpartialOptimization(views)
    }
  }
}

/// What a balancer may do to batches.
public struct BatchViews<Batch> {
  /// How many modalities there are.
  public let modalities: Int
  /// The batch with some of the modalities only; every view of a batch has tensors of the same shapes.
  public let keeping: (Batch, _ isKept: [Bool]) -> Batch
  /// The modality whose encoder a parameter belongs to, by its name; nil for what modalities share.
  public let owner: (String) -> Int?
  /// The loss on the validation split with some of the modalities only.
  public let validationLoss: (_ isKept: [Bool]) throws -> Double

  public init(
    modalities: Int, keeping: @escaping (Batch, _ isKept: [Bool]) -> Batch, owner: @escaping (String) -> Int?,
    validationLoss: @escaping (_ isKept: [Bool]) throws -> Double
  ) {
    precondition(modalities > 1, "\(modalities) modality cannot be balanced")
    self.modalities = modalities
    self.keeping = keeping
    self.owner = owner
    self.validationLoss = validationLoss
  }

  var all: [Bool] { Array(repeating: true, count: modalities) }
  func only(_ modality: Int) -> [Bool] { (0..<modalities).map { $0 == modality } }
  /// Each modality alone, then all: M + 1 views.
  var views: [[Bool]] { (0..<modalities).map(only) + [all] }
}

extension TrainingOptions {
  /// How modalities are kept in balance; nil: not at all. Of one modality, or of decisions that learn alone, there is
  /// nothing to balance.
  public var balance: Balance? {
    get { balancer.flatMap { Balance(rawValue: $0) } }
    set { balancer = newValue?.rawValue }
  }
}
