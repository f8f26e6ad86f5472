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

  @Test(arguments: [(0.80, 0.77, 400), (0.9, 0.7, 20)])
  func whatChanceExplainsIsNot(_ validation: Double, _ test: Double, _ samples: Int) {
    #expect(cautions(validation: validation, test: test, samples: samples).isEmpty)
  }

  @Test func oneSeedIsNotEnough() {
    #expect(
      cautions(validation: 0.8, test: 0.8, seeds: 1) == [
        "One seed only: the spread between trainings is not known, and the intervals do not hold it."
      ])
  }
}
