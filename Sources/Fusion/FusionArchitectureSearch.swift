import Modalities

/// Finds an architecture by evolution (MUFASA, Xu et al., 2021): the best of a few that are drawn from the population gets a
/// mutated child, and the oldest of the population goes (tournament selection with ageing, Real et al., 2019, algorithm 1).
///
/// The first trial is the standard architecture and the others of the first population are drawn at random; architectures
/// that were tried are not tried again. Modality blocks, fusion blocks and the width of the encoders evolve together. The
/// space is the paper's for encodings that are vectors: of its layers, convolutions over time and attention have nothing to
/// do there, and widths are in halves of one width rather than of the input's.
///
/// Trials come in small generations, which only look at those before: the trials of one can be trained at the same time, and
/// a search that was stopped anywhere goes on to the same end. What a trial is worth is a validation score; nothing else is
/// known here.
///
/// ```swift
/// var search = FusionArchitectureSearch(ArchitectureSpace(modalities: 2), seed: 1)
/// while search.trials.count < 40 {
///   for proposal in search.proposals() { search.record(proposal, score: train(proposal.candidate)) }
/// }
/// ```
public struct FusionArchitectureSearch: Codable, Hashable, Sendable {
  /// What is tried.
  public struct Candidate: Codable, Hashable, Sendable {
    public let architecture: FusionArchitecture
    /// Width of every encoding.
    public let encoderWidth: Int

    public init(architecture: FusionArchitecture, encoderWidth: Int) {
      self.architecture = architecture
      self.encoderWidth = encoderWidth
    }

    /// As options of the method `mufasa`.
    public var options: [String: String] { ["architecture": "\(architecture)", "width": "\(encoderWidth)"] }
  }

  /// A candidate that waits for its score.
  public struct Proposal: Hashable, Sendable {
    /// Of the trial, from 0.
    public let number: Int
    public let candidate: Candidate
    /// The trial whose candidate was mutated.
    public let parent: Int?
  }

  public struct Trial: Codable, Hashable, Sendable {
    public let number: Int
    public let candidate: Candidate
    public let parent: Int?
    /// On validation; nil where the training failed.
    public let score: Double?
    /// The validation loss that decides between equal scores; nil where none was told.
    public let loss: Double?
  }

  public let space: ArchitectureSpace
  public let seed: UInt64
  /// Trials that may have children: the youngest so many.
  public let population: Int
  /// Of the population, how many are drawn for a parent to be chosen among.
  public let tournament: Int
  /// Trials that do not know of each other.
  public let generation: Int
  public let higherIsBetter: Bool
  /// In order of their numbers; a search that was stopped may lack some of the last generation.
  public private(set) var trials: [Trial] = []

  public static let encoderWidths = [16, 32, 64, 128]

  public init(
    _ space: ArchitectureSpace, seed: UInt64, population: Int = 16, tournament: Int = 4, generation: Int = 4,
    higherIsBetter: Bool = true
  ) {
    precondition(population > 0 && (1...population).contains(tournament) && generation > 0, "no tournament")
    self.space = space
    self.seed = seed
    self.population = population
    self.tournament = tournament
    self.generation = generation
    self.higherIsBetter = higherIsBetter
  }

  /// What the current generation still has to try; empty where nothing new is found.
  public func proposals() -> [Proposal] {
    let start = self.start
    let before = trials.filter { $0.number < start }
    var known = Set(before.map(\.candidate))
    var proposals: [Proposal] = []
    for number in start..<start + generation {
      var draw = SplitMix64(seed: seed, stream: UInt64(number))
      guard let (candidate, parent) = candidate(number, before, known, using: &draw) else { break }
      known.insert(candidate)
      proposals.append(Proposal(number: number, candidate: candidate, parent: parent))
    }
    let done = Set(trials.map(\.number))
    return proposals.filter { !done.contains($0.number) }
  }

  /// Takes down what a proposal is worth.
  ///
  /// - Parameters:
  ///   - score: on validation; nil where the training failed.
  ///   - loss: on validation, which decides where scores are equal, as those of a task nearly solved often are.
  public mutating func record(_ proposal: Proposal, score: Double?, loss: Double? = nil) {
    trials.append(
      Trial(
        number: proposal.number, candidate: proposal.candidate, parent: proposal.parent, score: score, loss: loss))
    trials.sort { $0.number < $1.number }
  }

  /// The trial with the best score, of equal ones that with the lower loss, then the earliest; nil where none succeeded.
  public var best: Trial? { best(of: trials.filter { $0.score != nil }) }

  /// Number of the first trial of the generation that is not complete.
  private var start: Int {
    let done = Set(trials.map(\.number))
    let missing = (0...trials.count).first { !done.contains($0) }!
    return missing / generation * generation
  }

  private func best(of trials: [Trial]) -> Trial? {
    func worth(_ trial: Trial) -> Double { trial.score.map { higherIsBetter ? $0 : -$0 } ?? -.infinity }
    func key(_ trial: Trial) -> (Double, Double, Int) { (worth(trial), -(trial.loss ?? .infinity), -trial.number) }
    return trials.max { key($0) < key($1) }
  }

  /// Something that was not tried: for the first population at random, later a child.
  private func candidate(
    _ number: Int, _ before: [Trial], _ known: Set<Candidate>, using draw: inout SplitMix64
  ) -> (Candidate, parent: Int?)? {
    guard number > 0 else {
      let standard = FusionArchitecture.standard(modalities: space.modalities)
      if space.contains(standard) {
        return (Candidate(architecture: standard.canonical, encoderWidth: 64), nil)
      }
      return (Candidate(architecture: space.random(using: &draw).canonical, encoderWidth: 64), nil)
    }
    // Parents are there from the first generation behind the first population.
    let parent = number < population || before.isEmpty ? nil : self.parent(before, using: &draw)
    for attempt in 0..<1000 {
      var (architecture, width) = (space.random(using: &draw), pick(using: &draw))
      if let parent {
        (architecture, width) = (parent.candidate.architecture, parent.candidate.encoderWidth)
        // Further from the parent where its neighbours are known.
        for _ in 0...attempt / 50 {
          if draw.next(below: 8) == 0 {
            width = pick(using: &draw)
          } else {
            architecture = space.mutated(architecture, using: &draw)
          }
        }
      }
      let candidate = Candidate(architecture: architecture.canonical, encoderWidth: width)
      if !known.contains(candidate) { return (candidate, parent?.number) }
    }
    return nil
  }

  private func parent(_ before: [Trial], using draw: inout SplitMix64) -> Trial? {
    best(of: Array(draw.shuffled(Array(before.suffix(population))).prefix(tournament)))
  }

  private func pick(using draw: inout SplitMix64) -> Int {
    Self.encoderWidths[draw.next(below: Self.encoderWidths.count)]
  }
}
