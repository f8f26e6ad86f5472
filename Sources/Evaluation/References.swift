/// What a comparison's winner is held against beside the rows of the leaderboard: models that know one modality only, with as
/// much to learn it with, and what adds modalities up.
public struct References: Sendable {
  /// A reference with its trainings.
  public struct Candidate: Sendable {
    /// What sentences call it.
    public let name: String
    /// The modality that it knows; nil for one that knows all.
    public let modality: String?
    /// Whether it is the winner itself with one modality alone to learn from.
    public let isPlacebo: Bool
    /// Whether it holds no interactions between modalities by construction.
    public let isAdditive: Bool
    /// Why it was not trained; nil where it was.
    public let refusal: String?
    /// Empty where it was refused or not started.
    public let records: [TrialRecord]

    public init(
      _ name: String, modality: String?, isPlacebo: Bool, isAdditive: Bool, refusal: String?, records: [TrialRecord]
    ) {
      (self.name, self.modality, self.isPlacebo, self.isAdditive) = (name, modality, isPlacebo, isAdditive)
      (self.refusal, self.records) = (refusal, records)
    }
  }

  /// The row that is held against them.
  public let winner: String
  /// The modalities that are asked.
  public let modalities: [String]
  public let candidates: [Candidate]

  public init(of winner: String, modalities: [String], candidates: [Candidate]) {
    (self.winner, self.modalities, self.candidates) = (winner, modalities, candidates)
  }

  /// Up to so many modalities all are asked; of more, the two that do best alone.
  package static let mostModalities = 3
}
