import Models
import Testing

@testable import Evaluation
@testable import Reports

@Suite struct CautionsTests {
  private func cautions(validation: Double, test: Double, seeds: Int = 3, samples: Int = 400) -> [String] {
    let dataset = DatasetSummary(
      name: "d", task: .classification, metric: .accuracy, classes: ["a", "b"],
      samples: ["train": 1000, "validation": samples, "test": samples], modalities: [:])
    let scores = [Double](repeating: test, count: seeds)
    let summary = MetricSummary(mean: test, std: 0, ci95: Interval(test - 0.01, test + 0.01), perSeed: scores)
    let method = MethodResult(
      name: "late", area: "fusion", modalities: ["x", "y"], metrics: ["accuracy": summary], validationScore: validation)
    return Cautions(dataset, [method]).all.map(\.sentence)
  }

  @Test func splitsThatDoNotAgreeAreNamed() throws {
    let sentence = try #require(cautions(validation: 0.99, test: 0.77).first)
    #expect(sentence.contains("late reaches 99.0 % on validation, 77.0 % on test"))
  }

  @Test(arguments: [(0.80, 0.77, 400), (0.9, 0.7, 20), (1, 0, 1), (1, 0.6, 4)])
  func whatChanceExplainsIsNot(_ validation: Double, _ test: Double, _ samples: Int) {
    #expect(cautions(validation: validation, test: test, samples: samples).isEmpty)
  }

  @Test func anIntervalWithoutWidthIsExplained() {
    let sentence =
      "late makes no mistake on the 400 test samples, so its interval has no width; up to 0.9 % of mistakes "
      + "could go unseen in so many."
    #expect(cautions(validation: 0.99, test: 1) == [sentence])
    #expect(cautions(validation: 0.99, test: 0.9975).isEmpty)
  }

  @Test func oneSeedIsNotEnough() {
    #expect(
      cautions(validation: 0.8, test: 0.8, seeds: 1) == [
        "One seed only: the spread between trainings is not known, and the intervals do not hold it."
      ])
  }

  /// A modality that says much alone and that the best fusion does as well without.
  @Test(arguments: [(0.01, true), (0.05, false)]) func modalitiesThatCollapsedAreNamed(_ rate: Double, _ isNamed: Bool)
    throws
  {
    let made = MadeTrials(samples: 300)
    func records(alone: Double) -> [TrialRecord] {
      var records =
        made.classification("audio", modalities: ["audio"], accuracy: alone)
        + made.classification("image", modalities: ["image"], accuracy: 0.8)
        + made.classification("early", modalities: ["audio", "image"], accuracy: 0.82)
      for index in records.indices where records[index].method == "early" {
        for epoch in records[index].epochs.indices {
          // Rates of epochs that were not kept do not count.
          let isKept = records[index].epochs[epoch].epoch == records[index].bestEpoch
          records[index].epochs[epoch].utilization = ["audio": isKept ? rate : 0.5, "image": 0.4]
        }
      }
      return records
    }
    let dataset = DatasetSummary(
      name: "d", task: .classification, metric: .accuracy, samples: ["validation": 300, "test": 300], modalities: [:])
    let comparison = try Comparison(dataset, records: records(alone: 0.6), resamples: 50)
    let used = try #require(comparison.methods.first { $0.name == "early" }?.utilization)
    #expect(abs(used["audio"]! - rate) < 1e-12 && abs(used["image"]! - 0.4) < 1e-12)
    let named = comparison.cautions.map(\.sentence).filter { $0.contains("early hardly uses audio") }
    #expect(named.count == (isNamed ? 1 : 0), "\(comparison.cautions)")
    // Who says nothing alone has not collapsed: of four classes one in four is right by chance.
    let silent = try Comparison(dataset, records: records(alone: 0.25), resamples: 50)
    #expect(!silent.cautions.contains { $0.sentence.contains("hardly uses") })
  }

  /// A constant answer of the majority class is hard to beat where the metric counts right answers.
  @Test(
    arguments: [
      (0.95, .accuracy, 2, "metric: auroc"), (0.95, .accuracy, 3, "metric: balancedAccuracy"),
      (0.75, .accuracy, 2, nil), (0.95, .auroc, 2, nil), (0.95, .macroF1, 3, nil),
    ] as [(Double, Metric, Int, String?)]
  ) func oneClassThatIsNearlyAll(_ share: Double, _ metric: Metric, _ classes: Int, _ advice: String?) {
    let dataset = DatasetSummary(
      name: "d", task: .classification, metric: metric, classes: Array(["no", "yes", "maybe"].prefix(classes)),
      samples: ["test": 400], modalities: [:], majorityClass: .init(name: "no", share: share))
    let sentences = Cautions(dataset, []).all.map(\.sentence)
    guard let advice else {
      #expect(sentences.isEmpty)
      return
    }
    #expect(sentences.count == 1 && sentences[0].hasPrefix("95.0 % of the test samples are of class no: accuracy"))
    #expect(sentences[0].contains(advice))
  }

  @Test func modalitiesThatASplitLacksAreNamed() {
    let dataset = DatasetSummary(
      name: "d", task: .classification, metric: .accuracy, samples: ["test": 400],
      modalities: [
        "v0": ModalitySummary(kind: .vector, shape: [3], missing: 40, absentFrom: ["validation"]),
        "v1": ModalitySummary(kind: .vector, shape: [3], missing: 3),
      ])
    #expect(
      Cautions(dataset, []).all.map(\.sentence) == [
        "v0 is in no row of validation: what is chosen or measured there says nothing about it."
      ])
  }

  /// The error of an area under a curve is the one that was measured, which few positives make far larger than a share's.
  @Test func measuredErrorsCount() {
    func sentences(_ halfWidth: Double) -> [String] {
      let dataset = DatasetSummary(
        name: "d", task: .classification, metric: .auroc, classes: ["a", "b"],
        samples: ["validation": 400, "test": 400], modalities: [:])
      let summary = MetricSummary(
        mean: 0.7, std: 0, ci95: Interval(0.7 - halfWidth, 0.7 + halfWidth), perSeed: [0.7, 0.7])
      let method = MethodResult(
        name: "late", area: "fusion", modalities: ["x", "y"], metrics: ["auroc": summary], validationScore: 0.9)
      return Cautions(dataset, [method]).all.map(\.sentence)
    }
    #expect(sentences(0.15).isEmpty && sentences(0.02).count == 1)
  }
}
