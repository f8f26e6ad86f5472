public import Analyses
public import Fusion
public import Training

/// What a search will do, written into its folder before the first trial, so that it can be resumed.
public struct ArchitectureSearchPlan: Codable, Sendable, Equatable {
  /// Folder of the data set, as given.
  public var dataset: String
  /// Of the data set when the search began.
  public var fingerprint: String
  public var training: TrainingOptions
  /// Of the search, and of every training in it.
  public var seed: Int
  /// Most trials; nil: no limit.
  public var trials: Int?
  /// No trial starts after so many minutes of work; nil: no limit.
  public var budgetMinutes: Double?
  /// The rows that the best architecture is compared with.
  public var rivals: [MethodSelection]
  /// How many seeds the best architecture and its rivals are trained with.
  public var seeds: Int

  public init(
    dataset: String, fingerprint: String, training: TrainingOptions, seed: Int = 0, trials: Int? = 40,
    budgetMinutes: Double? = nil, rivals: [MethodSelection] = [], seeds: Int = 5
  ) {
    self.dataset = dataset
    self.fingerprint = fingerprint
    self.training = training
    self.seed = seed
    self.trials = trials
    self.budgetMinutes = budgetMinutes
    self.rivals = rivals
    self.seeds = seeds
  }

  /// The comparison that ends a search: the rivals and the best architecture, newly trained with several seeds.
  public func comparison(of best: FusionArchitectureSearch.Candidate, modalities: [String]) -> ComparisonPlan {
    let found = MethodSelection(
      method: "mufasa", modalities: modalities, options: best.options, among: modalities)
    return ComparisonPlan(
      dataset: dataset, fingerprint: fingerprint, selections: rivals + [found],
      seeds: Array(seed..<seed + seeds), training: training)
  }
}

/// What a search found, and what that is worth beside other methods.
public struct ArchitectureSearchResult: Codable, Sendable {
  /// As the method `mufasa` takes it.
  public let architecture: String
  /// The best candidate as options of the method `mufasa`.
  public let options: [String: String]
  /// The architecture as a person reads it.
  public let equations: [String]
  /// Of the best candidate, in the search: the best of many, and so too good to be true.
  public let validationScore: Double?
  /// Every trial of the search in order.
  public let trials: [FusionArchitectureSearch.Trial]
  /// The best candidate and its rivals, newly trained.
  public let comparison: ExplainedComparison

  public init(
    _ search: FusionArchitectureSearch, best: FusionArchitectureSearch.Trial, names: [String],
    comparison: ExplainedComparison
  ) {
    architecture = "\(best.candidate.architecture)"
    options = best.candidate.options
    equations = best.candidate.architecture.equations(names: names, hidden: 32)
    validationScore = best.score
    trials = search.trials
    self.comparison = comparison
  }
}
