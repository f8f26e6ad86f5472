import Modalities
import Testing

@testable import Experiments

@Suite("Verdict")
struct VerdictTests {
  private func verdict(_ records: [TrialRecord], task: Task = .classification, metric: Metric = .accuracy) throws
    -> Verdict?
  {
    Verdict(try Leaderboard(records, task: task, metric: metric, resamples: 100), records: records)
  }

  private let made = MadeTrials(samples: 500)

  private func pair(_ unimodal: Double, _ fusion: Double, emap: Double? = nil) -> [TrialRecord] {
    made.classification("audio", modalities: ["audio"], accuracy: 0.4)
      + made.classification("image", modalities: ["image"], accuracy: unimodal)
      + made.classification("early", modalities: ["audio", "image"], accuracy: fusion - 0.03)
      + made.classification("low-rank", modalities: ["audio", "image"], accuracy: fusion, emapAccuracy: emap)
  }

  @Test func fusionHelpsAndPartOfItIsInteraction() throws {
    let verdict = try #require(try verdict(pair(0.7, 0.85, emap: 0.8)))
    #expect(verdict.conclusion == .fusionHelps)
    #expect(verdict.bestUnimodal == "image")
    #expect(verdict.bestFusion == "low-rank")
    #expect(abs(verdict.difference.mean - 0.15) < 0.05)
    #expect(verdict.difference.ci95.low > 0)
    let gap = try #require(verdict.emapGap)
    #expect(abs(gap.mean - 0.05) < 0.03)
    #expect(verdict.sentence.hasPrefix("Fusing audio and image gains 1"))
    #expect(verdict.sentence.contains(" points over image alone ["))
    #expect(verdict.sentence.contains("of them come from interactions between the modalities ["))
  }

  @Test func allOfTheGainIsInteraction() throws {
    let verdict = try #require(try verdict(pair(0.5, 0.95, emap: 0.3)))
    #expect(verdict.sentence.contains("all of it comes from interactions"))
  }

  @Test func additiveGain() throws {
    let verdict = try #require(try verdict(pair(0.7, 0.85, emap: 0.85)))
    #expect(verdict.sentence.contains("none of it is shown to come from interactions"))
  }

  @Test(arguments: [true, false, nil] as [Bool?]) func estimatesAreCalledEstimates(isExact: Bool?) throws {
    let records = pair(0.7, 0.85, emap: 0.8).map { record in
      var record = record
      record.emapIsExact = record.emap == nil ? nil : isExact
      return record
    }
    let verdict = try #require(try verdict(records))
    #expect(verdict.emapIsExact == isExact)
    #expect(verdict.sentence.contains("estimated from random recombinations") == (isExact == false))
  }

  @Test func unmeasuredInteractionsAreSaidToBe() throws {
    let verdict = try #require(try verdict(pair(0.7, 0.85)))
    #expect(verdict.emapGap == nil)
    #expect(verdict.sentence.hasSuffix("was not measured."))
  }

  @Test func oneModalityIsEnough() throws {
    let verdict = try #require(try verdict(pair(0.9, 0.9, emap: 0.9)))
    #expect(verdict.conclusion == .oneModalityIsEnough)
    #expect(verdict.difference.ci95.contains(0))
    #expect(verdict.sentence.hasPrefix("One modality is enough: image alone reaches "))
    #expect(verdict.sentence.contains("not distinguishable from no gain"))
  }

  @Test func sureButSmallGainIsNotWorthASecondModality() throws {
    let large = MadeTrials(samples: 2000)
    let unimodal = large.classification("image", modalities: ["image"], accuracy: 0.9, seeds: 1)
    // The same predictions with 10 mistakes out of 2000 put right: +0.5 points, certainly above zero.
    var fusion = unimodal
    fusion[0].method = "early"
    fusion[0].modalities = ["audio", "image"]
    var repaired = 0
    for index in fusion[0].targets.indices where repaired < 10 {
      let row = fusion[0].predictions[index]
      let target = Int(fusion[0].targets[index])
      guard row[target] < row.max()! else { continue }
      fusion[0].predictions[index] = row.indices.map { $0 == target ? 1 : 0 }
      repaired += 1
    }
    let verdict = try #require(try verdict(unimodal + fusion))
    #expect(abs(verdict.difference.mean - 0.005) < 1e-9)
    #expect(verdict.difference.ci95.low > 0)
    #expect(verdict.conclusion == .oneModalityIsEnough)
    #expect(verdict.sentence.contains("by only 0.5 points ["))
    #expect(verdict.sentence.contains("less than the 1.0 point that would count"))
  }

  @Test func fusionHurts() throws {
    let verdict = try #require(try verdict(pair(0.9, 0.75)))
    #expect(verdict.conclusion == .fusionHurts)
    #expect(verdict.difference.ci95.high < 0)
    #expect(verdict.sentence.hasPrefix("Fusing hurts: audio and image score 1"))
    #expect(verdict.sentence.hasSuffix("use image alone."))
  }

  @Test func chanceIsNotCalledEnough() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.25)
      + made.classification("early", modalities: ["audio", "image"], accuracy: 0.26)
    let verdict = try #require(try verdict(records))
    #expect(verdict.conclusion == .nothingLearned)
    #expect(verdict.sentence.hasPrefix("Nothing was learned: neither image alone nor audio and image"))
  }

  /// The test split must not decide which method is compared: the better one on test loses the choice on validation.
  @Test func methodsAreChosenOnValidation() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.6)
      + made.classification("lucky", modalities: ["audio", "image"], accuracy: 0.95, validation: 0.7)
      + made.classification("steady", modalities: ["audio", "image"], accuracy: 0.8, validation: 0.81)
    #expect(try verdict(records)?.bestFusion == "steady")
  }

  @Test func regressionHasItsOwnWords() throws {
    let records =
      made.regression("text", modalities: ["text"], noise: 2)
      + made.regression("early", modalities: ["text", "video"], noise: 1)
    let lower = try #require(try verdict(records, task: .regression, metric: .mae))
    #expect(lower.conclusion == .fusionHelps)
    #expect(!lower.higherIsBetter)
    #expect(lower.sentence.hasPrefix("Fusing text and video lowers the mean absolute error of text alone by 0."))
    let higher = try #require(try verdict(records, task: .regression, metric: .pearson))
    #expect(higher.sentence.contains("of correlation over text alone"))
  }

  @Test func noVerdictWithoutBothSides() throws {
    #expect(try verdict(made.classification("image", modalities: ["image"], accuracy: 0.6)) == nil)
    #expect(try verdict([]) == nil)
  }
}
