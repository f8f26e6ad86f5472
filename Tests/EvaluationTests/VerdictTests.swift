import Modalities
import Models
import Testing

@testable import Evaluation
@testable import Reports

@Suite("Verdict")
struct VerdictTests {
  /// A verdict and what is said of it.
  @dynamicMemberLookup private struct Told {
    let verdict: Verdict
    let sentence: String
    subscript<Value>(dynamicMember path: KeyPath<Verdict, Value>) -> Value { verdict[keyPath: path] }
  }

  private func verdict(
    _ records: [TrialRecord], task: TaskKind = .classification, metric: Metric = .accuracy, units: TestUnits? = nil
  ) throws -> Told? {
    let leaderboard = try Leaderboard(records, task: task, metric: metric, resamples: 50)
    return try Verdict(leaderboard, units: units).flatMap { verdict in
      VerdictSentence(verdict, leaderboard.methods).map {
        Told(verdict: verdict, sentence: $0.headline.sentence.plain)
      }
    }
  }

  private let made = MadeTrials(samples: 500)

  private func pair(_ unimodal: Double, _ fusion: Double, emap: Double? = nil, additive: Double = 0.4) -> [TrialRecord]
  {
    var sum = made.classification("additive", modalities: ["audio", "image"], accuracy: additive)
    for number in sum.indices { sum[number].adds = .logits }
    return made.classification("audio", modalities: ["audio"], accuracy: 0.4)
      + made.classification("image", modalities: ["image"], accuracy: unimodal)
      + made.classification("low-rank", modalities: ["audio", "image"], accuracy: fusion, emapAccuracy: emap) + sum
  }

  @Test func fusionHelpsAndUsesInteractions() throws {
    let verdict = try #require(try verdict(pair(0.7, 0.85, emap: 0.7)))
    #expect(verdict.outcome == .fusionHelps)
    #expect(verdict.bestUnimodal == "image" && verdict.bestFusion == "low-rank")
    #expect(verdict.modality == "image" && verdict.reference == "image")
    #expect(abs(verdict.difference.mean - 0.15) < 0.05)
    let gap = try #require(verdict.emapGap)
    #expect(abs(gap.mean - 0.15) < 0.05)
    #expect(verdict.interactionsClaimed)
    #expect(verdict.sentence.hasPrefix("low-rank reaches 8"))
    #expect(verdict.sentence.contains(" points over image alone ["))
    #expect(verdict.sentence.contains("it uses interactions between the modalities"))
    #expect(verdict.perModality["audio"]!.contest.difference.mean > verdict.difference.mean)
  }

  /// A gap to its own projection is no interaction that data demand: an additive model may do as well.
  @Test func interactionsNeedTheBestAdditiveModelBeaten() throws {
    let beaten = try #require(try verdict(pair(0.7, 0.85, emap: 0.7, additive: 0.84)))
    #expect(beaten.emapGap!.ci95.low > 0 && !beaten.interactionsClaimed)
    #expect(beaten.sentence.contains("that interactions between the modalities bring it is not shown"))
    let without = try #require(try verdict(pair(0.7, 0.85, emap: 0.85)))
    #expect(!without.interactionsClaimed)
  }

  @Test func whatAddsUpByConstructionIsSaidTo() throws {
    let records = pair(0.7, 0.85).map { record in
      var record = record
      if record.method == "low-rank" { record.adds = .probabilities }
      return record
    }
    let verdict = try #require(try verdict(records))
    #expect(verdict.adds == .probabilities && !verdict.interactionsClaimed)
    #expect(verdict.sentence.contains("it adds up what each modality says"))
  }

  @Test func oneModalityIsEnough() throws {
    let large = MadeTrials(samples: 4000)
    let records =
      large.classification("image", modalities: ["image"], accuracy: 0.9)
      + large.classification("early", modalities: ["audio", "image"], accuracy: 0.9)
    let verdict = try #require(try verdict(records))
    #expect(verdict.outcome == .oneModalityIsEnough)
    #expect(verdict.sentence.hasPrefix("One modality is enough: early reaches "))
    #expect(verdict.sentence.contains("less than the 2.0 points that would count"))
  }

  /// 100 samples and a gain of a few points: neither is shown, and the sentence says how many samples would show it.
  @Test func fewSamplesLeaveItUndecided() throws {
    let small = MadeTrials(samples: 100)
    let records =
      small.classification("image", modalities: ["image"], accuracy: 0.7)
      + small.classification("early", modalities: ["audio", "image"], accuracy: 0.74)
    let verdict = try #require(try verdict(records))
    #expect(verdict.outcome == .undecided)
    #expect(verdict.sentence.hasPrefix("Undecided: early reaches "))
    guard case .units(let count) = verdict.need else {
      Issue.record("\(String(describing: verdict.need))")
      return
    }
    #expect(count > 100 && verdict.sentence.contains("would decide it; there are 100"))
  }

  @Test func fusionHurts() throws {
    let verdict = try #require(try verdict(pair(0.9, 0.75)))
    #expect(verdict.outcome == .fusionHurts)
    #expect(verdict.difference.ci95.high < 0)
    #expect(verdict.sentence.hasPrefix("Fusing hurts: low-rank reaches "))
    #expect(verdict.sentence.contains("and loses 1"))
    #expect(verdict.sentence.hasSuffix("use image alone."))
  }

  @Test func chanceIsNotCalledEnough() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.25)
      + made.classification("early", modalities: ["audio", "image"], accuracy: 0.26)
    let verdict = try #require(try verdict(records))
    #expect(verdict.outcome == .nothingLearned)
    #expect(try #require(verdict.pNull.fusion) > 0.025)
    #expect(verdict.sentence.hasPrefix("Nothing was learned: early reaches 2"))
  }

  /// Answers that are all of one class show nothing in accuracy, though they may rank: p is then of the area under the curve,
  /// of that side alone.
  @Test func answersOfOneClassAreTestedByWhatTheyRank() throws {
    let two = MadeTrials(samples: 400, classes: 2)
    func below(_ records: [TrialRecord]) -> [TrialRecord] {
      records.map { record in
        var record = record
        record.predictions = record.predictions.map { [1 - 0.4 * $0[1], 0.4 * $0[1]] }
        return record
      }
    }
    let image = two.classification("image", modalities: ["image"], accuracy: 0.7)
    let early = two.classification("early", modalities: ["audio", "image"], accuracy: 0.8)
    let ranking = try #require(try verdict(below(image) + early))
    #expect(ranking.outcome != .nothingLearned)
    #expect(ranking.perModality["image"]?.pMetric == "auroc" && ranking.perModality["image"]?.pNull == 0.001)
    #expect(ranking.pNull.fusion == 0.001 && ranking.difference.mean > 0)
    // Answers to another sample rank no better than chance, and are not saved by it.
    let blind = below(image + early).map { record in
      var record = record
      record.predictions = Array(record.predictions[7...] + record.predictions[..<7])
      return record
    }
    let silent = try #require(try verdict(blind))
    #expect(silent.outcome == .nothingLearned && silent.perModality["image"]?.pMetric == "auroc")
    // A metric that is not of classes is asked itself.
    let loss = try #require(try verdict(below(image).map(withLoss) + early.map(withLoss), metric: .logLoss))
    #expect(loss.perModality["image"]?.pMetric == nil)
  }

  private func withLoss(_ record: TrialRecord) -> TrialRecord {
    var record = record
    record.validationMetrics["logLoss"] = 1 - record.validationMetrics["accuracy"]!
    return record
  }

  /// The test split must not decide which method is compared: the better one on test loses the choice on validation.
  @Test func methodsAreChosenOnValidation() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.6)
      + made.classification("lucky", modalities: ["audio", "image"], accuracy: 0.95, validation: 0.7)
      + made.classification("steady", modalities: ["audio", "image"], accuracy: 0.8, validation: 0.81)
    #expect(try verdict(records)?.bestFusion == "steady")
  }

  /// Validation prefers audio, test image: a gain over audio alone is no gain over every modality.
  @Test func aGainHasToBeOneOverEveryModality() throws {
    let records =
      made.classification("audio", modalities: ["audio"], accuracy: 0.5, validation: 0.71)
      + made.classification("image", modalities: ["image"], accuracy: 0.8, validation: 0.7)
      + made.classification("early", modalities: ["audio", "image"], accuracy: 0.8)
    let verdict = try #require(try verdict(records))
    #expect(verdict.perModality["audio"]!.contest.difference.ci95.low > 0.2)
    #expect(verdict.outcome == .undecided && verdict.modality == "image")
  }

  /// Every sign follows its verb, whichever direction the metric has.
  @Test(arguments: [
    (1.0, 2.0, Metric.mae, "lowers it by 0.", Outcome.fusionHelps),
    (2.0, 1.0, .mae, "raises it by 0.", .fusionHurts),
    (1.0, 2.0, .pearson, "gains 0.", .fusionHelps),
    (2.0, 1.0, .pearson, "loses 0.", .fusionHurts),
  ]) func signsFollowTheVerb(
    _ fusion: Double, _ single: Double, _ metric: Metric, _ words: String, _ outcome: Outcome
  ) throws {
    let records =
      made.regression("text", modalities: ["text"], noise: single)
      + made.regression("early", modalities: ["text", "video"], noise: fusion)
    let verdict = try #require(try verdict(records, task: .regression, metric: metric))
    #expect(verdict.outcome == outcome)
    #expect((verdict.difference.mean > 0) == (outcome == .fusionHelps))
    #expect(verdict.sentence.contains(words), "\(verdict.sentence)")
    // The interval is of what the verb says.
    let numbers = try #require(
      verdict.sentence.firstMatch(of: /by|gains|loses/).map { verdict.sentence[$0.range.upperBound...] })
    #expect(!numbers.prefix { $0 != "]" }.contains("−"), "\(verdict.sentence)")
  }

  /// The fusion is no better where all modalities are there, and answers where the image is absent: that is coverage.
  @Test func rowsThatLackAModalityAreToldApart() throws {
    var records =
      made.classification("image", modalities: ["image"], accuracy: 0.8, validation: 0.8)
      + made.classification("audio", modalities: ["audio"], accuracy: 0.5, validation: 0.5)
    let fusion = made.classification("early", modalities: ["audio", "image"], accuracy: 0.8, validation: 0.81)
    let there = (0..<500).map { $0 % 3 != 0 }
    for number in records.indices where records[number].method == "image" {
      for row in 0..<500 where !there[row] { records[number].predictions[row] = [0.4, 0.2, 0.2, 0.2] }
    }
    records += fusion
    let all = try #require(try verdict(records))
    #expect(all.outcome == .fusionHelps)
    let told = try #require(try verdict(records, units: TestUnits(present: ["image": there])))
    #expect(told.outcome != .fusionHelps)
    #expect(told.incomplete?.complete == there.count { $0 } && told.incomplete?.incomplete == there.count { !$0 })
    #expect(try #require(told.incomplete?.difference).ci95.low > 0.2)
  }

  /// Ten people with fifty samples each are ten units.
  @Test func groupsAreTheUnits() throws {
    let records = pair(0.7, 0.8)
    let units = TestUnits(groups: (0..<500).map { $0 % 10 })
    let verdict = try #require(try verdict(records, units: units))
    #expect(verdict.interval.units == 10 && verdict.interval.isGrouped)
    #expect(verdict.interval.degreesOfFreedom! < 20)
  }

  @Test func oneSeedIsOfTheseTrainedModelsAlone() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.7, seeds: 1)
      + made.classification("early", modalities: ["audio", "image"], accuracy: 0.9, seeds: 1)
    let leaderboard = try Leaderboard(records, task: .classification, metric: .accuracy, resamples: 50)
    let verdict = try #require(try Verdict(leaderboard))
    #expect(verdict.interval.target == .theseTrainedModels && verdict.interval.method == .jackknife)
    let notes = try #require(VerdictSentence(verdict, leaderboard.methods)).notes.map(\.plain)
    #expect(notes.contains { $0.contains("these trained models") })
  }

  @Test func noVerdictWithoutBothSides() throws {
    #expect(try verdict(made.classification("image", modalities: ["image"], accuracy: 0.6)) == nil)
    #expect(try verdict([]) == nil)
  }
}
