import Testing

@testable import Evaluation

/// The rule, each branch at its boundary; intervals are made by hand.
@Suite("Judgement")
struct DecisionTests {
  private func contest(
    _ modality: String, _ mean: Double, _ low: Double, _ high: Double, high90: Double? = nil, p: Double? = 0.001
  ) -> ModalityContest {
    var contest = Contest("w", over: modality, mean: mean, bootstrap: [mean, mean])!
    contest.difference = Estimate(mean: mean, ci95: Interval(low, high))
    contest.ci90 = Interval(low, high90 ?? high)
    return ModalityContest(modality: modality, contest: contest, validationScore: 0, pNull: p)
  }

  private func outcome(_ contests: [ModalityContest], preferred: Int = 0, p: Double? = 0.001) -> Outcome {
    Judgement(contests, preferred: preferred, candidateP: p, margin: 0.02).outcome
  }

  @Test func nothingIsLearnedWhereNoPIsSmall() {
    #expect(
      outcome([contest("a", 0.05, 0.01, 0.09, p: 0.4), contest("b", 0.05, 0.01, 0.1, p: 0.2)], p: 0.3)
        == .nothingLearned)
    // One modality of two at .02 is no more than chance allows; at .01 it is.
    #expect(
      outcome([contest("a", 0, -0.1, 0.1, p: 0.02), contest("b", 0, -0.1, 0.1, p: 0.5)], p: 0.3) == .nothingLearned)
    #expect(outcome([contest("a", 0, -0.1, 0.1, p: 0.01), contest("b", 0, -0.1, 0.1, p: 0.5)], p: 0.3) == .undecided)
  }

  @Test func helpsOnlyOverEveryModality() {
    let (good, bad) = (contest("a", 0.05, 0.01, 0.09), contest("b", 0.03, -0.01, 0.07))
    #expect(outcome([good, good]) == .fusionHelps)
    #expect(outcome([good, bad]) == .undecided)
    #expect(Judgement([good, bad], preferred: 0, candidateP: 0.001, margin: 0.02).closest.modality == "b")
  }

  @Test func aGainBelowHalfTheMarginDoesNotCount() {
    #expect(outcome([contest("a", 0.0101, 0.005, 0.015)]) == .fusionHelps)
    #expect(outcome([contest("a", 0.0099, 0.005, 0.0149)]) == .oneModalityIsEnough)
  }

  @Test func gainsOfAFusionThatKnowsNothingAreNone() {
    #expect(outcome([contest("a", 0.05, 0.01, 0.09)], p: 0.2) == .undecided)
  }

  @Test func hurtsIsJudgedAgainstWhatValidationPrefers() {
    let (worse, better) = (contest("a", -0.05, -0.09, -0.01), contest("b", 0.2, 0.1, 0.3))
    #expect(outcome([worse, better], preferred: 0) == .fusionHurts)
    #expect(outcome([worse, better], preferred: 1) == .undecided)
  }

  @Test func enoughNeedsTheGainToBeShownSmall() {
    #expect(outcome([contest("a", 0, -0.03, 0.021, high90: 0.019)]) == .oneModalityIsEnough)
    #expect(outcome([contest("a", 0, -0.03, 0.023, high90: 0.021)]) == .undecided)
    #expect(outcome([contest("a", 0, -0.03, 0.021, high90: 0.019, p: 0.2)]) == .undecided)
  }

  /// Where targets allow no p, a gain is one all the same; that nothing is known, or enough, cannot be said.
  @Test func whereTargetsAllowNoP() {
    #expect(outcome([contest("a", 0.05, 0.01, 0.09, p: nil)], p: nil) == .fusionHelps)
    #expect(outcome([contest("a", 0, -0.01, 0.01, p: nil)], p: nil) == .undecided)
    #expect(outcome([contest("a", 0, -0.01, 0.01, p: 0.001)], p: nil) == .oneModalityIsEnough)
  }

  @Test func undecidedSaysWhatWouldDecide() throws {
    let units = SeededScores((0..<3).map { seed in (0..<100).map { Double(($0 * 7 + seed) % 2) } })
    let none = SeededScores([[Double](repeating: 0.47, count: 100)], isDeterministic: true)
    let contest = Contest("w", over: "a", mean: 0.03, scores: (units, none))
    let judgement = Judgement(
      [ModalityContest(modality: "a", contest: contest, validationScore: 0, pNull: 0.001)], preferred: 0,
      candidateP: 0.001, margin: 0.02)
    #expect(judgement.outcome == .undecided)
    guard case .units(let needed) = judgement.need else {
      Issue.record("\(String(describing: judgement.need))")
      return
    }
    #expect(needed > 100)
  }
}
