import Modalities
import Models
import Tensors
import Testing

@testable import Evaluation

@Suite("Leaderboard")
struct LeaderboardTests {
  private let made = MadeTrials()

  @Test func ranksAndSummarisesOverSeeds() throws {
    let records =
      made.classification("image", modalities: ["image"], accuracy: 0.6)
      + made.classification("early", modalities: ["audio", "image"], accuracy: 0.8)
    let board = try Leaderboard(records, task: .classification, metric: .accuracy, resamples: 200)
    #expect(board.methods.map(\.name) == ["early", "image"])
    let summary = try #require(board["early"]?.metrics["accuracy"])
    let perSeed = records.filter { $0.method == "early" }.map { $0.metrics["accuracy"]! }
    #expect(summary.perSeed == perSeed)
    #expect(abs(summary.mean - perSeed.reduce(0, +) / 3) < 1e-12)
    #expect(summary.ci95.contains(summary.mean))
    #expect(Set(board.methods[0].metrics.keys) == Set(Metric.all(for: .classification).map(\.rawValue)))
    #expect(board.methods[0].latencyMicroseconds == Latency(p50: 100, p95: 170))
    #expect(board.methods[0].trainSeconds == 4)
    #expect(board.methods[0].epochs == 20)
  }

  /// The table's interval of accuracy and that of the plain bootstrap over hits are the same numbers.
  @Test func intervalsAreThoseOfTheBootstrapOverHits() throws {
    let records = made.classification("early", modalities: ["audio", "image"], accuracy: 0.8)
    let groups = (0..<400).map { $0 / 8 }
    for groups in [nil, groups] {
      let board = try Leaderboard(
        records, task: .classification, metric: .accuracy, resamples: 300, seed: 7, groups: groups)
      let hits = try records.map { record in
        let classes = try Predictions(record.predictions, targets: record.targets, task: .classification).classes
        return zip(classes, record.targets).map { Double($0) == $1 ? 1.0 : 0 }
      }
      let bootstrap = Bootstrap(samples: 400, groups: groups, resamples: 300, seed: 7)
      let expected = try #require(
        Bootstrap.interval(bootstrap.distributions(ofMeans: [Bootstrap.pooled(hits)])[0]))
      let found = try #require(board["early"]?.metrics["accuracy"]?.ci95)
      #expect(abs(found.low - expected.low) < 1e-9 && abs(found.high - expected.high) < 1e-9)
    }
  }

  @Test func failuresAreReportedAndDoNotEndTheComparison() throws {
    var records = made.classification("image", modalities: ["image"], accuracy: 0.6)
    records[1].failure = "loss is not finite in epoch 3, step 7: encoders.image"
    records[2].predictions[5][0] = .nan
    records.append(
      TrialRecord(method: "tensor", area: "fusion", modalities: ["a", "b"], seed: 0, failure: "out of memory"))
    let board = try Leaderboard(records, task: .classification, metric: .accuracy, resamples: 50)
    #expect(board.methods.map(\.name) == ["image", "tensor"])
    #expect(board["image"]?.metrics["accuracy"]?.perSeed.count == 1)
    #expect(board["image"]?.metrics["accuracy"]?.std == 0)
    #expect(board["image"]?.failures.map(\.seed) == [1, 2])
    #expect(board["image"]?.failures[1].error.contains("not finite") == true)
    #expect(board["tensor"]?.metrics.isEmpty == true)
    #expect(board["tensor"]?.failures == [TrialFailure(seed: 0, error: "out of memory")])
    #expect(board.side(of: "tensor") == nil)
  }

  /// Scores that are pooled over seeds first give what each seed's metric gives, resample by resample; a metric that does not
  /// rank has a quarter of the resamples.
  @Test(arguments: [Metric.accuracy, .logLoss, .macroF1]) func resamplesAreThoseOfTheMetric(_ main: Metric) throws {
    let records = made.classification("early", modalities: ["audio", "image"], accuracy: 0.8)
    let method = try #require(try MethodTrials.grouped(records, task: .classification, metric: main).first)
    let bootstrap = Bootstrap(samples: made.samples, resamples: 21, seed: 3)
    let metrics = Metric.all(for: .classification)
    let found = method.distributions(of: metrics, ranking: main, bootstrap)
    #expect(Set(found.keys) == Set(metrics))
    for metric in metrics {
      let plain = bootstrap.distribution { method.means([metric], at: $0)[0] }
      let values = try #require(found[metric])
      #expect(values.count == (metric == main ? 21 : 6))
      for (value, expected) in zip(values, plain) {
        #expect(abs(try #require(value) - (try #require(expected))) < 1e-12, "\(metric)")
      }
    }
  }

  @Test func nothingFinished() throws {
    let records = [TrialRecord(method: "a", area: "fusion", modalities: ["a", "b"], seed: 0, failure: "no")]
    let board = try Leaderboard(records, task: .classification, metric: .accuracy)
    #expect(board.methods.count == 1)
    #expect(board.baseline == nil)
  }

  @Test func trialsOnOtherSamplesAreRefused() {
    var records = made.classification("image", modalities: ["image"], accuracy: 0.6)
    records[1].ids[0] = "other"
    let error = #expect(throws: InputError.self) {
      try Leaderboard(records, task: .classification, metric: .accuracy, resamples: 10)
    }
    #expect(error?.description.contains("image, seed 1") == true)
  }

  @Test func smallErrorsRankFirst() throws {
    let records =
      made.regression("text", modalities: ["text"], noise: 2)
      + made.regression("early", modalities: ["text", "video"], noise: 1)
    let board = try Leaderboard(records, task: .regression, metric: .mae, resamples: 200)
    #expect(board.methods.map(\.name) == ["early", "text"])
    // The median answers best: the mean absolute deviation of a uniform target in ±3.
    #expect(abs(try #require(board.baseline) - 1.5) < 0.1)
  }

  @Test func choiceIsMadeOnValidationWithTiesToTheSmaller() throws {
    let records =
      made.classification("a", modalities: ["x", "y"], accuracy: 0.9, validation: 0.7, parameters: 50)
      + made.classification("b", modalities: ["x", "y"], accuracy: 0.7, validation: 0.8, parameters: 20)
      + made.classification("c", modalities: ["x", "y"], accuracy: 0.7, validation: 0.8, parameters: 10)
    let board = try Leaderboard(records, task: .classification, metric: .accuracy, resamples: 20)
    #expect(board.methods[0].name == "a")
    #expect(board.bestOnValidation { _ in true }?.name == "c")
  }

  @Test func multilabel() throws {
    let rows: [[Double]] = [[0.9, 0.2, 0.1], [0.3, 0.8, 0.6], [0.7, 0.7, 0.2]]
    let record = TrialRecord(
      method: "early", area: "fusion", modalities: ["a", "b"], seed: 0, validationMetrics: ["microF1": 1],
      predictions: rows, targets: [1, 0, 0, 0, 1, 1, 1, 0, 0], ids: ["1", "2", "3"])
    let board = try Leaderboard([record], task: .multilabel, metric: .microF1, resamples: 100)
    #expect(board.methods[0].metrics["microF1"]?.mean == 8.0 / 9)
    #expect(board.methods[0].metrics["subsetAccuracy"]?.mean == 2.0 / 3)
  }
}
