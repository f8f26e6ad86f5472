public import Modalities

/// The scale in which a method's predictions are, by how it is built, a sum of one function per modality.
///
/// Such a method holds no interaction. The scale matters because a sum in one is none in the other: what is additive in
/// probabilities has interactions in logits, and the other way about. It speaks of samples that have every modality: what
/// stands in for an absent one may depend on which others are there.
public enum AdditiveScale: String, Codable, Sendable, CaseIterable {
  /// Probabilities are the sum: mixtures of experts' probabilities, votes.
  case probabilities
  /// Logits are the sum, up to a number that is added to all of them; or what a link of its own turns into logits, such as
  /// the decisions of support vector machines (what `Staged.fuse` gives).
  case logits
  /// Predicted values are the sum; regression knows no other scale.
  case values

  /// The same where a task predicts values.
  public func scale(of task: TaskKind) -> AdditiveScale { task == .regression ? .values : self }
}
