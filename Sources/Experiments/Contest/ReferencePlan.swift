import Evaluation
import Foundation
import Modalities
import Models

/// What the winner of a comparison is held against: models that know one modality only, with as much to learn it with.
///
/// Written to `contest.json` before the first of them is trained. None of them is a row of the leaderboard.
public struct ReferencePlan: Codable, Sendable, Equatable {
  /// Why a reference is there.
  public enum Kind: String, Codable, Sendable, CaseIterable {
    /// The single-modality method with another number of layers.
    case depth
    /// The winner's own method on the modality alone.
    case own
    /// The winner with the modality in every slot.
    case copy
    /// The winner, to which the other modalities come from other samples.
    case permuted
    /// Additive fusion with the winner's encoders, where no additive method competes.
    case additive
  }

  /// A reference and its trainings.
  public struct Candidate: Codable, Sendable, Equatable {
    public var kind: Kind
    /// The modality that it knows; nil for one that knows all.
    public var modality: String?
    public var selection: MethodSelection
    public var seeds: [Int]
    /// Why it was not trained; nil where it was.
    public var refusal: String?

    /// What sentences call it.
    public var name: String {
      switch (kind, modality) {
      case (.copy, let modality?): "\(selection.name) on copies of \(modality)"
      case (.permuted, let modality?): "\(selection.name) with all but \(modality) permuted"
      default: selection.name
      }
    }

    var isPlacebo: Bool { kind == .copy || kind == .permuted }

    /// The folder of a seed inside `references/`.
    func folder(_ seed: Int) -> String {
      let plain = ComparisonPlan.Trial(selection: selection, seed: seed).folder
      guard isPlacebo, let modality else { return plain }
      return "\(kind.rawValue)-\(ComparisonPlan.safe(modality))-\(plain)"
    }
  }

  /// The method that validation prefers among those that see several modalities.
  public var winner: String
  /// The modalities that it is held against.
  public var modalities: [String]
  public var candidates: [Candidate]

  /// - Parameters:
  ///   - winner: best on validation of those that see several modalities.
  ///   - singles: modalities by the best validation score of a method that sees it alone, best first; those without one last.
  ///   - plan: of the comparison.
  ///   - prepared: the data set.
  ///   - isQuick: whether placebos are left out.
  init(
    _ winner: MethodSelection, singles: [String], plan: ComparisonPlan, on prepared: PreparedDataset, isQuick: Bool
  ) {
    let names = prepared.dataset.names
    let ranked = singles + winner.modalities.filter { !singles.contains($0) }
    let own = ranked.filter(winner.modalities.contains)
    self.winner = winner.name
    modalities = (own.count <= References.mostModalities ? own : Array(own.prefix(2))).sorted()
    let rows = plan.selections
    func seeds(_ selection: MethodSelection) -> [Int] { plan.seeds(of: selection) }
    var found: [Candidate] = []
    for modality in modalities {
      for layers in Self.depths(of: modality, prepared) {
        let selection = MethodSelection(
          method: Method.unimodal.name, modalities: [modality], options: layers == 1 ? [:] : ["layers": "\(layers)"],
          among: names)
        if !rows.contains(selection) {
          found.append(
            Candidate(kind: .depth, modality: modality, selection: selection, seeds: seeds(selection)))
        }
      }
      guard !isQuick else { continue }
      let alone = MethodSelection(
        method: winner.method, modalities: [modality], options: winner.options, among: names)
      if (try? plan.methods.named(winner.method))?.modalities.contains(1) == true, !rows.contains(alone) {
        found.append(Candidate(kind: .own, modality: modality, selection: alone, seeds: seeds(alone)))
      }
      for kind in [Kind.copy, .permuted] {
        found.append(Candidate(kind: kind, modality: modality, selection: winner, seeds: seeds(winner)))
      }
    }
    if !isQuick, let additive = Self.additive(winner, in: plan, on: prepared) {
      found.append(Candidate(kind: .additive, selection: additive, seeds: seeds(additive)))
    }
    candidates = found
  }

  /// The numbers of layers that make a difference for the modality's encoder.
  private static func depths(of modality: String, _ prepared: PreparedDataset) -> [Int] {
    switch prepared.dataset.manifest.modalities[modality]?.kind {
    // Pictures choose their layers by their size.
    case .image, nil: [1]
    default: [1, 2, 3]
    }
  }

  /// Additive fusion with the winner's encoders, unless an additive method of the same modalities competes.
  private static func additive(
    _ winner: MethodSelection, in plan: ComparisonPlan, on prepared: PreparedDataset
  ) -> MethodSelection? {
    func adds(_ selection: MethodSelection) -> Bool {
      (try? plan.methods.named(selection.method).additiveScale(options: selection.options, task: prepared.task)) ?? nil
        != nil
    }
    if plan.selections.contains(where: { $0.modalities == winner.modalities && adds($0) }) { return nil }
    let known = Set((try? plan.methods.named("additive"))?.options.map(\.name) ?? [])
    return MethodSelection(
      method: "additive", modalities: winner.modalities, options: winner.options.filter { known.contains($0.key) },
      among: prepared.dataset.names)
  }

  /// How many trainings a comparison of so many modalities is going to add, for its progress.
  static func expected(_ plan: ComparisonPlan, on prepared: PreparedDataset, isQuick: Bool) -> Int {
    let widest = plan.selections.max { $0.modalities.count < $1.modalities.count }
    guard let widest, widest.modalities.count > 1 else { return 0 }
    let own =
      widest.modalities.count <= References.mostModalities ? widest.modalities : Array(widest.modalities.prefix(2))
    let depths = own.reduce(0) { $0 + Self.depths(of: $1, prepared).count - 1 }
    return plan.seeds.count * (depths + (isQuick ? 0 : 2 * own.count))
  }
}
