import Evaluation
import Foundation
import Testing

@testable import Reports

@Suite struct LeaderboardFormatTests {
  private let comparison = Comparison(
    dataset: DatasetSummary(
      name: "d", task: .classification, metric: .accuracy, samples: ["test": 8], modalities: [:]),
    methods: [
      MethodResult(
        name: "late,\"x\"_1|2", area: "fusion", modalities: ["a", "b"],
        metrics: [
          "accuracy": MetricSummary(mean: 0.875, std: 0.125, ci95: Interval(0.75, 0.9375), perSeed: [0.75, 1])
        ], validationScore: 0.5, parameters: 1200, trainSeconds: 2.5, epochs: 3,
        latencyMicroseconds: Latency(p50: 10, p95: 20), peakBytes: 4096),
      MethodResult(
        name: "broken", area: "fusion", modalities: ["a"], failures: [TrialFailure(seed: 0, error: "no")]),
    ], verdict: nil)

  @Test func csvHoldsEveryNumber() {
    #expect(
      LeaderboardFormat.csv.text(of: comparison) == """
        method,area,modalities,seeds,failures,validation,accuracy,accuracy.std,accuracy.low,accuracy.high,\
        parameters,trainSeconds,epochs,latencyMicroseconds.p50,latencyMicroseconds.p95,peakBytes
        "late,""x""_1|2",fusion,a+b,2,0,0.5,0.875,0.125,0.75,0.9375,1200,2.5,3,10.0,20.0,4096
        broken,fusion,a,0,1,,,,,,0,0.0,0,0.0,0.0,0

        """)
  }

  @Test func markdownHasARowEach() {
    let lines = LeaderboardFormat.markdown.text(of: comparison).split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines[0].hasPrefix("| method | accuracy | 95 % interval |"))
    #expect(lines[1].hasPrefix("| :-- | --: |"))
    #expect(lines[2].hasPrefix("| late,\"x\"_1\\|2 | 87.5 % | [75.0, 93.8] |"))
    #expect(lines[3].contains("failed"))
  }

  @Test func latexIsEscaped() {
    let text = LeaderboardFormat.latex.text(of: comparison)
    #expect(text.contains("late,\"x\"\\_1|2 & 87.5 \\% & [75.0, 93.8]"))
    #expect(text.contains("$\\pm$ seeds") && text.contains("\\begin{tabular}{lrrrrrrl}"))
    #expect(text.hasSuffix("\\bottomrule\n\\end{tabular}\n"))
    for line in text.split(separator: "\n").dropFirst() { #expect(!line.replacing("\\%", with: "").contains("%")) }
  }
}
