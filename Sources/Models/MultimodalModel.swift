public import Layers
public import Modalities
public import Tensors
public import Training

/// A model of several modalities, whoever finds it: gradient steps (``LearningModel``) or a solver (``SolvedModel``).
///
/// What it can do are its capabilities, protocols of their own: ``Predicting`` (and ``Staged``), ``EmbeddingModel``,
/// ``Generating``, ``Aligning``, ``Factoring``, ``Likelihood``. A command asks for the one it needs (`model as? any EmbeddingModel`).
public protocol MultimodalModel {
  /// Modality names, sorted.
  var names: [String] { get }
  /// Numbers that were learned.
  var parameterCount: Int { get }
  /// Everything that was learned, by name: what a model file holds.
  func state() -> [String: Tensor]
  /// What a model file says in words beside it.
  var notes: [String: String] { get }
}

extension MultimodalModel {
  public var notes: [String: String] { [:] }
}

/// A model that learns by gradient steps.
public protocol LearningModel: MultimodalModel, Module {
  /// The loss to minimise on a batch, a scalar. The target is standardised and is there only if the task has one.
  ///
  /// It reads no values into Swift and draws random numbers from `Phase.masks` alone, so that steps can be recorded and several
  /// seeds can train as one.
  ///
  /// - Parameter step: how far the training is, for weights and temperatures that change with it.
  func objective(_ batch: Batch, at step: StepContext) -> Tensor
  /// Parameters with an optimiser of their own, such as a critic's; none unless the model says otherwise.
  var parameterGroups: [ParameterGroup] { get }
  /// Ends a step, without gradients: clamps a temperature, moves an average. Nothing unless the model says otherwise.
  func afterStep(_ step: StepContext)
  /// Learns from the inputs of the train split before the first step; nothing unless the model says otherwise.
  ///
  /// - Parameters:
  ///   - batches: the inputs; targets are not read.
  ///   - generator: of everything random.
  /// - Throws: `TrainingCancelled`; the model is then of no use.
  func pretrain(on batches: some Sequence<Batch>, generator: Generator, cancellation: Cancellation?) throws
  /// Fits what is left to samples that no step learned from, once the steps have ended; nothing unless the model says
  /// otherwise.
  ///
  /// - Parameters:
  ///   - batches: of the validation split.
  ///   - targets: all of theirs, standardised.
  ///   - sampleWeights: how much each sample counts, `[N]`; nil for all alike.
  /// - Returns: whether the model is another now.
  func conclude(on batches: some Sequence<Batch>, targets: Tensor, sampleWeights: Tensor?) -> Bool
}

extension LearningModel {
  public var parameterGroups: [ParameterGroup] { [] }
  public func afterStep(_ step: StepContext) {}
  public func pretrain(on batches: some Sequence<Batch>, generator: Generator, cancellation: Cancellation?) throws {}
  public func conclude(on batches: some Sequence<Batch>, targets: Tensor, sampleWeights: Tensor?) -> Bool { false }
}

/// A model that predicts what a `PredictionTask` with a target asks for.
public protocol Predicting: MultimodalModel {
  /// Logits or standardised values `[B, outputs]`.
  func callAsFunction(_ batch: Batch) -> Tensor
  /// The representation `[B, D]` of all modalities together that predictions are made from.
  func representation(_ batch: Batch) -> Tensor
  /// What it chooses among for each sample; nil where it does not choose.
  var choiceNames: [String]? { get }
  /// How much each of `choiceNames` enters, `[B, C]` from 0 to 1; nil where it does not choose.
  func choices(_ batch: Batch) -> Tensor?
}

extension Predicting {
  public var choiceNames: [String]? { nil }
  public func choices(_ batch: Batch) -> Tensor? { nil }
}

/// A model that works on each modality alone before it brings them together.
///
/// What recombines, replaces or leaves out modalities (additive projection, missing modalities, swaps, utilisation) does the
/// first stages once a sample and only the last once a combination.
public protocol Staged: Predicting {
  /// The samples of each modality on their own, in sorted order of names: `[B, D_m]`, or steps `[B, T_m, D_m + 1]`.
  func encode(_ batch: Batch) -> [Tensor]
  /// The samples of one modality.
  func encode(_ input: ModalityInput, of name: String) -> Tensor
  /// Width of the encoding of each modality.
  var widths: [Int] { get }
  /// Which modalities each sample has, `[B, M]`; nil where all have all or the model does not ask.
  func presence(_ batch: Batch) -> Tensor?
  /// What each encoding contributes before the contributions are combined.
  func parts(_ encoded: [Tensor], present: Tensor?) -> [Tensor]
  /// `combine` but for its last map, which is affine; or, of a method that adds its modalities up here, a link. Parts may come
  /// from different samples.
  func fuse(_ parts: [Tensor], present: Tensor?) -> Tensor
  /// Logits or standardised values `[B, outputs]` of encodings: `combine` of `parts`, but for rounding.
  func predict(_ encoded: [Tensor], present: Tensor?) -> Tensor
  /// The last map: logits or standardised values `[B, outputs]` of what `fuse` gives.
  func applyHead(_ fused: Tensor) -> Tensor
  /// Whether `fuse` takes parts whose leading axes broadcast: of `[n, 1, …]` and `[1, m, …]` every pair.
  var combinesGrids: Bool { get }
  /// Whether `combine` is affine in each part while the others stay, and asks for no presence.
  var isMultiaffine: Bool { get }
  /// Whether it reads sequences step by step, so that a pass costs far more than one over vectors.
  var readsSteps: Bool { get }
  /// Whether each modality has a predictor of its own, whose predictions are combined.
  var fusesDecisions: Bool { get }
}

extension Staged {
  public var combinesGrids: Bool { false }
  public var readsSteps: Bool { false }
  public var fusesDecisions: Bool { false }

  /// Logits or standardised values `[B, outputs]` of parts, which may come from different samples.
  public func combine(_ parts: [Tensor], present: Tensor? = nil) -> Tensor {
    applyHead(fuse(parts, present: present))
  }

  public func predict(_ encoded: [Tensor], present: Tensor?) -> Tensor {
    combine(parts(encoded, present: present), present: present)
  }

  /// Of samples that have all modalities.
  public func predict(_ encoded: [Tensor]) -> Tensor { predict(encoded, present: nil) }

  public func callAsFunction(_ batch: Batch) -> Tensor { predict(encode(batch), present: presence(batch)) }

  /// The encodings of batches as one, and which samples have what, `[N, M]`; nil where all have all.
  public func encode(_ batches: some Sequence<Batch>) -> (encoded: [Tensor], present: Tensor?) {
    let parts = batches.map { (encoded: encode($0), present: presence($0), count: $0.count) }
    return (joinedEncodings(parts.map(\.encoded)), joinedPresence(parts.map { ($0.present, $0.count) }))
  }

  /// Presences of several batches as one, `[N, M]`; nil where all have all.
  public func joinedPresence(_ presences: [(present: Tensor?, count: Int)]) -> Tensor? {
    guard presences.contains(where: { $0.present != nil }) else { return nil }
    return .concatenated(presences.map { $0.present ?? .ones([$0.count, names.count], dtype: .bool) })
  }
}

/// A model that puts several modalities into one space, in which a vector of one finds those of another.
public protocol EmbeddingModel: MultimodalModel {
  /// Vectors `[B, D]` of each modality that it puts there, by name. The row of an absent modality says nothing.
  func embed(_ batch: Batch) -> [String: Tensor]
}

/// A model that makes samples.
public protocol Generating: MultimodalModel {
  /// Samples of some modalities, as many as the batch has, given those that it holds.
  ///
  /// - Parameters:
  ///   - names: what to make.
  ///   - batch: what is given; its modalities may be fewer than the model's, or none.
  func sample(_ names: [String], given batch: Batch, using generator: Generator) -> Batch
}

/// A model that says how likely a sample is.
public protocol Likelihood: MultimodalModel {
  /// −ln p of each sample in nats, or an upper bound of it, `[B]`.
  func negativeLogLikelihood(_ batch: Batch) -> Tensor
}

/// A model that says which part of one modality belongs to which of another.
public protocol Aligning: MultimodalModel {
  /// How much each of the S steps of one modality goes with each of the T of another, `[B, S, T]`; rows sum to 1.
  func alignment(_ batch: Batch, from: String, to: String) -> Tensor
}

/// A model that parts what modalities share from what each has alone.
public protocol Factoring: MultimodalModel {
  /// The factors `[B, D]` by name.
  func factors(_ batch: Batch) -> [String: Tensor]
}

/// Encodings of several batches, per batch and modality, as one for each modality; steps are padded to the longest.
public func joinedEncodings(_ encodings: [[Tensor]]) -> [Tensor] {
  (0..<(encodings.first?.count ?? 0)).map { modality in
    let parts = encodings.map { $0[modality] }
    guard parts[0].rank == 3 else { return Tensor.concatenated(parts) }
    let longest = parts.map { $0.shape[1] }.max()!
    // Padding is marked by zeros, see `Steps.packed`.
    return Tensor.concatenated(parts.map { $0.padded([0, 0, 0, longest - $0.shape[1]]) })
  }
}
