public import Fusion
public import Modalities
public import Tensors

/// What a trial ends with, whoever found it: gradient steps (`FusionModel`) or a solver (`FittedModel`).
///
/// It says what each modality contributes alone and what the contributions predict together; predictions, representations
/// and the additive projection need no more.
public protocol TrialModel {
  /// Modality names, sorted.
  var names: [String] { get }
  /// Numbers that were learned.
  var parameterCount: Int { get }
  /// The samples of each modality on their own, in sorted order of names.
  func encode(_ batch: Batch) -> [Tensor]
  /// The samples of one modality.
  func encode(_ input: ModalityInput, of name: String) -> Tensor
  /// Which modalities each sample has, `[B, M]`; nil where all have all or the model does not ask.
  func presence(_ batch: Batch) -> Tensor?
  /// What each encoding contributes before the contributions are combined.
  func parts(_ encoded: [Tensor], present: Tensor?) -> [Tensor]
  /// Logits or standardised values `[B, outputs]` of parts, which may come from different samples.
  func combine(_ parts: [Tensor], present: Tensor?) -> Tensor
  /// `combine` but for its last map, which is affine; or, of a method that adds its modalities up here, a link.
  func fuse(_ parts: [Tensor], present: Tensor?) -> Tensor
  /// The last map: what `combine` makes of what `fuse` gives.
  func applyHead(_ fused: Tensor) -> Tensor
  /// Whether `fuse` takes parts whose leading axes broadcast, see `SeparableFusion.combinesGrids`.
  var combinesGrids: Bool { get }
  /// Whether `combine` is affine in each part while the others stay, and asks for no presence.
  var isMultiaffine: Bool { get }
  /// Whether it reads sequences step by step, so that a pass costs far more than one over vectors.
  var readsSteps: Bool { get }
  /// Logits or standardised values `[B, outputs]` of encodings.
  func predict(_ encoded: [Tensor], present: Tensor?) -> Tensor
  /// Logits or standardised values `[B, outputs]`.
  func callAsFunction(_ batch: Batch) -> Tensor
  /// The fused representation `[B, D]`.
  func representation(_ batch: Batch) -> Tensor
  /// The modalities that it links in one space, in which a vector of one finds those of another; nil where it has none.
  var linkedNames: [String]? { get }
  /// Vectors of each of `linkedNames` in that space, `[B, D]` each; nil where there is none.
  func linked(_ batch: Batch) -> [Tensor]?
  /// What it chooses among for each sample; nil where it does not choose.
  var choiceNames: [String]? { get }
  /// How much each of `choiceNames` enters, `[B, C]` from 0 to 1; nil where it does not choose.
  func choices(_ batch: Batch) -> Tensor?
  /// Everything that was learned, by name: what a model file holds.
  func state() -> [String: Tensor]
  /// What a model file says in words.
  var notes: [String: String] { get }
}

extension TrialModel {
  public func fuse(_ parts: [Tensor], present: Tensor?) -> Tensor { combine(parts, present: present) }
  public func applyHead(_ fused: Tensor) -> Tensor { fused }
  public var combinesGrids: Bool { false }

  public func predict(_ encoded: [Tensor], present: Tensor?) -> Tensor {
    combine(parts(encoded, present: present), present: present)
  }

  public func callAsFunction(_ batch: Batch) -> Tensor { predict(encode(batch), present: presence(batch)) }
}

extension FusionModel: TrialModel {
  public var readsSteps: Bool { fusion is any SequenceFusion }
  public var linkedNames: [String]? { nil }
  public func linked(_ batch: Batch) -> [Tensor]? { nil }
  public var notes: [String: String] { [:] }
}
