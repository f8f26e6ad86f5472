import Experiments
import Modalities
import Tensors

/// One side of a verdict's difference, as it can be trained anew: a row, or a reference that learned from other data.
struct Competitor {
  let method: MethodSelection
  private let reference: ReferencePlan.Candidate?

  /// - Parameters:
  ///   - name: as the verdict calls it.
  ///   - plan: of the comparison.
  ///   - references: that it trained beside its rows.
  /// - Throws: `InputError` where nothing has that name.
  init(_ name: String, of plan: ComparisonPlan, _ references: ReferenceTrials?) throws {
    reference = references?.plan.candidates.first { $0.name == name }
    guard let method = reference?.selection ?? plan.selections.first(where: { $0.name == name }) else {
      throw InputError("the comparison has no method \"\(name)\"")
    }
    self.method = method
  }

  /// What it learns from: of a placebo, copies of its modality, or the others in another order for every seed.
  func data(_ dataset: Dataset, seed: Int) -> Dataset {
    guard let reference, let modality = reference.modality else { return dataset }
    let others = method.modalities.filter { $0 != modality }
    switch reference.kind {
    case .copy: return others.reduce(dataset) { $0.replacing($1, by: modality) }
    case .permuted: return dataset.permuting(others, rows: dataset.placeboOrder(seed: UInt64(seed)))
    case .depth, .own, .additive: return dataset
    }
  }
}
