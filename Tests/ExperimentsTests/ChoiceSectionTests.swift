import Analyses
import Evaluation
import Foundation
import Modalities
import Testing
import Training

@testable import Experiments
@testable import Reports

@Suite struct ChoiceSectionTests {
  /// A trial remembers what its trained model relies on, and the report has the mean over seeds.
  @Test func sharesOfTrainedModelsAreInTheReport() throws {
    let data = try ExampleData.signs(xor: true)
    var training = TrainingOptions()
    training.epochs = 4
    let plan = ComparisonPlan(
      dataset: "xor", fingerprint: data.fingerprint,
      selections: try MethodSelection.parse(
        "unimodal@left,additive,gated:gate=softmax", modalities: data.dataset.names),
      seeds: [0, 1], training: training)
    try ExampleData.inTemporaryFolder { folder in
      let (result, records) = try ComparisonRunner(plan, in: RunFolder(folder), on: data).run()
      let gated = records.filter { $0.method.hasPrefix("gated") }
      #expect(gated.count == 2 && records.allSatisfy { ($0.choices == nil) == !$0.method.hasPrefix("gated") })
      for record in gated {
        let trial = RunFolder(
          folder.appending(path: "trials/\(record.method.replacing(":", with: "_"))-seed\(record.seed)"))
        // Weights read from the folder; the data set is normalised already, and normalising by mean 0 is none.
        let trained = try TrainedModel.load(trial)
        #expect(record.choices == ChoiceShares(trained, normalised: data.dataset, split: .test))
        #expect(record.choices?.rows.map(\.label) == ["same", "different", "all"])
        #expect(record.choices?.rows.map(\.samples).last == data.dataset[.test].count)
      }
      let mean = try #require(ChoiceShares(mean: gated.compactMap(\.choices)))
      let pair = gated.compactMap { $0.choices?.rows[1].shares[0] }
      #expect(abs(mean.rows[1].shares[0] - (pair[0] + pair[1]) / 2) < 1e-12)
      let html = Report.render(
        result, records: records, environment: .current(libtorch: "", chiasm: ""))
      let section = try #require(html.components(separatedBy: "What they relied on").last)
      for row in mean.rows {
        let cells = row.shares.map { "<td class=\"n\">\(Format.decimals(100 * $0, 1)) %</td>" }.joined()
        #expect(section.contains("<td>\(row.label)</td><td class=\"n\">\(row.samples)</td>\(cells)"))
      }
    }
  }
}
