public import Training

/// What a comparison will do, written into its folder before the first trial, so that it can be resumed.
public struct ComparisonPlan: Codable, Sendable, Equatable {
  /// Folder of the data set, as given.
  public var dataset: String
  /// Of the data set when the comparison began.
  public var fingerprint: String
  public var selections: [MethodSelection]
  public var seeds: [Int]
  public var training: TrainingOptions
  /// No trial starts after so many minutes of work; nil: no limit.
  public var budgetMinutes: Double?

  public init(
    dataset: String, fingerprint: String, selections: [MethodSelection], seeds: [Int], training: TrainingOptions,
    budgetMinutes: Double? = nil
  ) {
    self.dataset = dataset
    self.fingerprint = fingerprint
    self.selections = selections
    self.seeds = seeds
    self.training = training
    self.budgetMinutes = budgetMinutes
  }

  /// One training.
  struct Trial: Sendable, Equatable {
    let selection: MethodSelection
    let seed: Int
    /// Name of its folder inside `trials/`.
    var folder: String {
      let safe = selection.name.map { $0.isASCII && ($0.isLetter || $0.isNumber || "-+=@.".contains($0)) ? $0 : "_" }
      return String(safe) + "-seed\(seed)"
    }
  }

  /// Every trial; all methods of one seed before the next seed, so that a budget cuts seeds and not methods.
  var trials: [Trial] { seeds.flatMap { seed in selections.map { Trial(selection: $0, seed: seed) } } }
}
