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

/// Makes the gradient of a step out of those of views of its batch.
public protocol StepBalancer<Batch>: AnyObject {
  associatedtype Batch
  /// Leaves the gradient of a step in the arena.
  ///
  /// - Parameters:
  ///   - batch: with all modalities.
  ///   - arena: the model's parameters and their gradients.
  ///   - compute: leaves the gradient of a batch's loss in the arena and returns the loss.
  /// - Returns: the loss of the batch with all modalities, or with those that the step saw.
  func step(_ batch: Batch, in arena: Arena, compute: (Batch) -> Double) -> Double
  /// Called after each epoch, evaluating, without gradients.
  func finishEpoch() throws
  /// Everything that later steps depend on, for checkpoints.
  var state: [Double] { get set }
}
