import Evaluation
import Testing

@testable import Experiments

@Suite struct CautionsTests {
  private func cautions(validation: Double, test: Double, seeds: Int = 3, samples: Int = 400) -> [String] {
    let dataset = DatasetSummary(
      name: "d", task: .classification, metric: .accuracy, classes: ["a", "b"],
      samples: ["train": 1000, "validation": samples, "test": samples], modalities: [:])
    let scores = [Double](repeating: test, count: seeds)
    let summary = MetricSummary(mean: test, std: 0, ci95: Interval(test - 0.01, test + 0.01), perSeed: scores)
    let method = MethodResult(
      name: "late", area: "fusion", modalities: ["x", "y"], metrics: ["accuracy": summary], validationScore: validation)
    return Cautions(dataset, [method]).sentences
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
    let named = comparison.cautions.filter { $0.contains("early hardly uses audio") }
    #expect(named.count == (isNamed ? 1 : 0), "\(comparison.cautions)")
    // Who says nothing alone has not collapsed: of four classes one in four is right by chance.
    let silent = try Comparison(dataset, records: records(alone: 0.25), resamples: 50)
    #expect(!silent.cautions.contains { $0.contains("hardly uses") })
  }
}
