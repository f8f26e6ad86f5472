import Analyses
import Evaluation
import Foundation
import Modalities
import Quantification
import Testing

@testable import Reports

@Suite struct CurveFigureTests {
  /// Names stay in order, apart, and near where they belong.
  @Test func namesAreSpread() {
    #expect(CurveFigure.spread([50, 10, 90], gap: 13, within: 0...100) == [50, 10, 90])
    #expect(CurveFigure.spread([50, 50, 51], gap: 10, within: 0...100) == [50, 60, 70])
    let low = CurveFigure.spread([99, 98, 100], gap: 10, within: 0...100)
    #expect(low == [90, 80, 100])
  }

  /// Points lie where their values do, by the axis of the panel.
  @Test func linesRunThroughTheirPoints() throws {
    let line = CurveFigure.Line(name: "<a&b>", points: [(0, 0), (2, 100)], ink: .fusion)
    let panel = CurveFigure.Panel(title: "t", axis: "levels", ticks: [(0, "0"), (2, "2")], lines: [line])
    let svg = try #require(CurveFigure(panels: [panel, panel, panel], unit: " %", label: "l").svg)
    #expect(svg.components(separatedBy: "<polyline").count == 4 && svg.contains("viewBox=\"0 0 860 472\""))
    let points = try #require(svg.firstMatch(of: /points="([0-9.]+),([0-9.]+) ([0-9.]+),([0-9.]+)"/)).output
    #expect(points.1 == "40.0" && points.3 == "334.0")
    // 0 and 100 on an axis from −5 to 105 between 192 and 40 pixels.
    #expect(abs(Double(points.2)! - (192 - 5.0 / 110 * 152)) < 0.1)
    #expect(abs(Double(points.4)! - (192 - 105.0 / 110 * 152)) < 0.1)
    #expect(svg.contains("&lt;a&amp;b&gt;") && !svg.contains("<a&b>"))
    #expect(CurveFigure(panels: [], unit: "", label: "").svg == nil)
  }

  private func page(_ result: ExplainedComparison, _ records: [TrialRecord]) -> String {
    ReportPage(
      result: result, records: records, architectures: [], provenance: [], environment: MadeComparison.environment,
      figures: Figures(result, records: records, gnuplot: nil), date: nil
    ).html
  }

  @Test func sectionsAppearWhereMeasured() throws {
    let made = try MadeComparison.classification(samples: 60, resamples: 5)
    let plain = page(made.result, made.records)
    for title in ["Robustness", "Use of the modalities", "How different the modalities are"] {
      #expect(!plain.contains("<h2>\(title)</h2>"))
    }
    var records = made.records
    for index in records.indices where records[index].method == "low-rank" {
      for epoch in records[index].epochs.indices {
        records[index].epochs[epoch].utilization = ["audio": 0.2, "image": 0.1]
      }
    }
    var result = made.result
    result.robustness = RobustnessResult(
      dataset: "d", .accuracy, split: .test, samples: 60, draws: 3, seed: 0,
      conditions: [(.noise, ["audio"], [0, 1, 2])],
      methods: [
        ("unimodal@audio", ["audio"], false), ("late", ["audio", "image"], true), ("early", ["audio", "image"], false),
      ],
      [[0.7, 0.5, 0.4], [0.8, 0.7, 0.6], [0.9, 0.7, 0.5]].map {
        [MeasuredCondition(scores: $0, resampled: [$0, $0], seeds: 1)]
      })
    let html = page(result, records)
    #expect(html.contains("<h2>Robustness</h2>") && html.contains("noise on audio"))
    #expect(html.contains("the last is −6 dB") && html.contains("<td class=\"n\">70.0 %</td>"))
    #expect(html.contains("<h2>Use of the modalities</h2>"))
    // The rates of one method, of two modalities.
    #expect(html.components(separatedBy: "<polyline").count - 1 == 3 + 2)
  }
}
