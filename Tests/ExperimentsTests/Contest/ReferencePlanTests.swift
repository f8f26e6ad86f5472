import Modalities
import Tensors
import Testing
import Training

@testable import Experiments

@Suite struct ReferencePlanTests {
  private func plan(_ winner: String, quick: Bool = false) throws -> ReferencePlan {
    let data = try ExampleData.signs(xor: true)
    let selections = try MethodSelection.parse("unimodal,\(winner)", modalities: data.dataset.names)
    let plan = ComparisonPlan(
      dataset: "xor", fingerprint: data.fingerprint, selections: selections, seeds: [0, 1], training: TrainingOptions())
    return ReferencePlan(
      try #require(selections.last), singles: ["right", "left"], plan: plan, on: data, isQuick: quick)
  }

  private func count(_ kind: ReferencePlan.Kind, _ plan: ReferencePlan) -> Int {
    plan.candidates.count { $0.kind == kind }
  }

  /// Kernel machines and transformers learn from one modality, too; others only in the guise of placebos.
  @Test(arguments: [
    ("mkl", 2), ("composite-kernel", 2), ("mid-transformer", 2), ("mbt", 2), ("tensor", 0), ("gated", 0),
  ]) func theWinnersOwnMethod(_ winner: String, _ own: Int) throws {
    let plan = try plan(winner)
    #expect(count(.own, plan) == own)
    #expect(plan.candidates.filter { $0.kind == .own }.map(\.name).allSatisfy { $0.hasPrefix("\(winner)@") })
    #expect(count(.copy, plan) == 2 && count(.permuted, plan) == 2 && count(.depth, plan) == 4)
    #expect(plan.modalities == ["left", "right"])
  }

  @Test func additiveIsTrainedUnlessSomethingAdditiveCompetes() throws {
    #expect(try count(.additive, plan("tensor")) == 1)
    #expect(try count(.additive, plan("late,tensor")) == 0)
  }

  @Test func quickLeavesOutPlacebos() throws {
    let plan = try plan("tensor", quick: true)
    #expect(Set(plan.candidates.map(\.kind)) == [.depth])
  }
}
