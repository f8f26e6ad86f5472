import Evaluation
import Testing
import Training

@testable import Reports

@Suite struct RepetitionSectionTests {
  private let plain = Provenance(
    dataset: "my data", fingerprint: "f00d", methods: ["unimodal@a", "late:combine=product"], seeds: [0, 1],
    training: TrainingOptions())

  @Test func defaultsAreNotRepeated() {
    #expect(plain.command() == "chiasm compare 'my data' --methods unimodal@a,late:combine=product --seeds 2")
  }

  @Test func whatWasAskedForIs() {
    var asked = plain
    asked.dataset = "it's"
    asked.seeds = [3, 4, 5]
    (asked.training.epochs, asked.training.learningRate, asked.training.patience) = (7, 3e-4, nil)
    (asked.training.optimizer, asked.training.schedule) = (.sgd, .cosine(warmUp: 0.1))
    (asked.training.balancedClasses, asked.training.measuresUtilization) = (true, false)
    (asked.threads, asked.margin, asked.isQuick) = (2, 0.05, true)
    #expect(
      asked.command()
        == "chiasm compare 'it'\\''s' --methods unimodal@a,late:combine=product --seeds 3 --seed 3 --epochs 7 "
        + "--learning-rate 0.0003 --patience 7 --optimizer sgd --schedule cosine --balanced --no-utilization --threads 2 "
        + "--margin 0.05 --quick")
  }

  @Test func thePageHoldsIt() throws {
    let made = try MadeComparison.regression()
    let html = Report.render(
      made.result, records: made.records, environment: MadeComparison.environment, provenance: [plain])
    for text in ["chiasm compare &#39;my data&#39;", "f00d", "at most \(plain.training.epochs)", "0 and 1"] {
      #expect(html.contains(text), "\(text)")
    }
    let without = Report.render(made.result, records: made.records, environment: MadeComparison.environment)
    #expect(!without.contains("How to repeat it"))
  }
}
