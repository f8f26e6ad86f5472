import Encoders
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
  /// the decisions of support vector machines (what `TrialModel.fuse` gives).
  case logits
  /// Predicted values are the sum; regression knows no other scale.
  case values

  /// The same where a task predicts values.
  func scale(of task: Task) -> AdditiveScale { task == .regression ? .values : self }
}

extension FusionDescription {
  /// The scale in which the method adds its modalities up; nil where it is not additive by construction, whatever it learns.
  ///
  /// - Parameter options: values given by the user; the rest take their defaults.
  /// - Throws: `UsageError` for an unknown option or a value out of range.
  public func additiveScale(options: [String: String] = [:], task: Task) throws -> AdditiveScale? {
    try adds(OptionValues(options, of: allOptions, method: name))?.scale(of: task)
  }
}
