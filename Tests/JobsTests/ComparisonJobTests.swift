import Evaluation
import Experiments
import Foundation
import InformationTheory
import Jobs
import Modalities
import Tensors
import Testing

@Suite struct ComparisonJobTests {
  private let bench: Bench

  init() throws { bench = try Bench() }

  @Test func leavesAVerdictAReportAndARun() throws {
    let data = try bench.data()
    var job = ComparisonJob(.new(data), in: bench.workspace)
    (job.methods, job.seeds, job.training, job.quick, job.jobs) = ("unimodal,late", 2, Bench.quick, true, 1)
    let result = try job.run(progress: bench.progress)
    #expect(bench.stages() == ["compare synthetic"])
    #expect(result.comparison.comparison.methods.count == 3 && result.failure == nil)
    #expect(try String(contentsOf: result.report, encoding: .utf8).contains("<html"))
    let stored = try bench.workspace.reading().run(result.run.id)
    #expect(
      stored.status == .finished && Set(stored.metrics.keys) == Set(result.comparison.comparison.methods.map(\.name)))
    let json = try JSONSerialization.jsonObject(with: ResultJSON.encode(result)) as? [String: Any]
    #expect(Set(try #require(json).keys).isSuperset(of: ["dataset", "methods", "verdict"]))

    let run = try QuantifiedRun(result.run.id, in: bench.workspace)
    #expect(run.isComparison && run.trials.count == 6)
  }

  @Test func refusesOneThatFoundNoInformationToShow() throws {
    let data = try bench.data()
    var job = ComparisonJob(.new(data), in: bench.workspace)
    (job.methods, job.seeds, job.training, job.quick, job.jobs) = ("unimodal", 1, Bench.quick, true, 1)
    let id = try job.run().run.id
    let analysis = PartialInformationAnalysis(
      .discrete(try .init(named: "quantile", bins: 2), components: 1, resamples: 2))
    #expect(throws: UsageError.self) {
      try PartialInformationJob(DataSubject(id, in: bench.workspace), analysis).run()
    }
  }

  @Test func splitsTheInformationOfADataSet() throws {
    let data = try bench.data(synergy: true)
    let analysis = PartialInformationAnalysis(
      .discrete(try .init(named: "k-means", bins: 2), components: 1, resamples: 2))
    let found = try PartialInformationJob(DataSubject(data, in: bench.workspace), analysis).run()
    guard case .measured(let result, let names) = found else { throw InputError("a data set is no comparison") }
    #expect(names.count == 2 && result.samples == 1000)
    let pair = try #require(result.pairs.first)
    #expect(pair.total > 0.8 && (pair.synergy?.value ?? 0) > 0.7)
  }
}
