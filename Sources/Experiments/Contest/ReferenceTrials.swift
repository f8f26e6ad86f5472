public import Evaluation
import Foundation

/// The trials of the references that a comparison's winner is held against.
public struct ReferenceTrials: Sendable {
  public let plan: ReferencePlan
  /// Of each candidate, its trials; empty where it was refused or not started.
  public let records: [[TrialRecord]]

  public init(plan: ReferencePlan, records: [[TrialRecord]]) {
    self.plan = plan
    self.records = records
  }

  /// What the winner is held against, as the contest takes it.
  public var references: References {
    References(
      of: plan.winner, modalities: plan.modalities,
      candidates: zip(plan.candidates, records).map { candidate, records in
        References.Candidate(
          candidate.name, modality: candidate.modality, isPlacebo: candidate.isPlacebo,
          isAdditive: candidate.isPlacebo || candidate.kind == .additive, refusal: candidate.refusal, records: records)
      })
  }

  /// Where the plan stands in the folder of a comparison.
  static func file(_ folder: RunFolder) -> URL { folder.url.appending(path: "contest.json") }

  /// The folder of a candidate's seed.
  static func folder(of candidate: ReferencePlan.Candidate, seed: Int, in folder: RunFolder) -> RunFolder {
    RunFolder(
      folder.url.appending(path: "references", directoryHint: .isDirectory)
        .appending(path: candidate.folder(seed), directoryHint: .isDirectory))
  }

  /// Reads what a comparison left; nil where it asked no references.
  ///
  /// - Parameter dataset: that the trials have to be of.
  /// - Throws: `InputError` for a file that is not what it should be.
  public static func read(_ folder: RunFolder, of dataset: DatasetSummary) throws -> ReferenceTrials? {
    guard FileManager.default.fileExists(atPath: file(folder).path) else { return nil }
    let plan = try folder.read(ReferencePlan.self, from: file(folder))
    return ReferenceTrials(
      plan: plan,
      records: try plan.candidates.map { candidate in
        try candidate.seeds.compactMap { seed in
          let own = Self.folder(of: candidate, seed: seed, in: folder)
          guard FileManager.default.fileExists(atPath: own.trial.path) else { return nil }
          let record = try own.read(TrialRecord.self, from: own.trial)
          try RunFolder.naming(own.trial) { try record.check(on: dataset) }
          return record
        }
      })
  }
}
