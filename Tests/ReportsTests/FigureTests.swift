import Analyses
import Evaluation
import Foundation
import Modalities
import Testing
import Training

@testable import Reports

@Suite("Figures")
struct FigureTests {
  /// Names from a data set never reach gnuplot, and reach the page as text only.
  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func textsArePlaceholdersUntilThePictureIsThere() throws {
    var script = FigureScript(width: 100, height: 50)
    let name = "`touch /tmp/x` ' \" <script>&\n"
    script.label(name, x: 10, y: 10)
    #expect(!script.lines.joined().contains("touch"))
    script.add(
      "plot [0:1][0:1] x with lines lc rgb \(Ink.fusion.code), x*x with points pt 7 lc rgb \(Ink.unimodal.code)")
    let svg = try script.svg(try #require(Gnuplot.installed()), name: "n", title: "<t>")
    #expect(svg.contains("`touch /tmp/x` &#39; &quot; &lt;script&gt;&amp;"))
    #expect(svg.contains("aria-label=\"&lt;t&gt;\""))
    #expect(svg.contains("var(--fusion)") && svg.contains("var(--unimodal)"))
    #expect(!svg.contains("rgb("))
    #expect(svg.contains("id='n-gpPt6'") && svg.contains("href='#n-gpPt6'"))
    #expect(!svg.contains("href='#gp"))
  }

  @Test(
    arguments: [([70.2, 93.4], [69.04, 94.56, 5]), ([0.1, 0.2], [0.095, 0.205, 0.02])] as [([Double], [Double])])
  func axesHaveRoundSteps(values: [Double], expected: [Double]) {
    let range = AxisRange(values)
    for (value, expected) in zip([range.low, range.high, range.step], expected) {
      #expect(abs(value - expected) < 1e-9)
    }
  }

  @Test func axesOfSharesStayWithinTheirLimits() {
    let range = AxisRange([1, 100], within: 0...100)
    #expect(range.high == 100)
    #expect(range.low == 0)
    let single = AxisRange([5, 5])
    #expect(single.low < 5 && single.high > 5 && single.step > 0)
  }

  @Test func logarithmicTicksLieInTheRange() {
    #expect(CostFigure.ticks(90, 11_000) == [100, 1000, 10_000])
    #expect(CostFigure.ticks(15, 120) == [20, 50, 100])
    #expect(CostFigure.ticks(11, 14).count == 1)
  }

  @Test func frontHoldsTheMethodsThatNoneBeats() {
    func method(_ name: String) -> MethodResult { MethodResult(name: name, area: "fusion", modalities: ["a", "b"]) }
    let points: [(method: MethodResult, cost: Double, score: Double)] = [
      (method("a"), 1, 0.5), (method("b"), 2, 0.4), (method("c"), 3, 0.7), (method("d"), 3, 0.6), (method("e"), 9, 0.7),
    ]
    #expect(CostFigure.front(points, .accuracy).map(\.cost) == [1, 3])
    #expect(CostFigure.front(points, .mae).map(\.score) == [0.5, 0.4])
  }

  @Test func namesDoNotCoverEachOther() {
    var points = [(x: Double, y: Double)]()
    for row in 0..<3 {
      for column in 0..<3 { points.append((x: 200.0 + 6.0 * Double(column), y: 100.0 + 6.0 * Double(row))) }
    }
    let names = points.indices.map { "method\($0)" }
    let places = LabelPlacement.place(points, names: names, left: 0, right: 400, top: 0, bottom: 200).compactMap { $0 }
    #expect(places.count >= 4)
    let width = 7 * 6.1
    let starts = places.map { place -> Double in
      switch place.align {
      case "left": place.x
      case "right": place.x - width
      default: place.x - width / 2
      }
    }
    for first in places.indices {
      for second in places.indices where first < second && abs(places[first].y - places[second].y) < 12 {
        #expect(abs(starts[first] - starts[second]) >= width)
      }
    }
  }

  @Test func curvesAreMeansOverTheSeedsStillTraining() {
    func trial(_ losses: [Double]) -> TrialRecord {
      TrialRecord(
        method: "m", area: "fusion", modalities: ["a", "b"], seed: 0,
        epochs: losses.enumerated().map {
          EpochRecord(
            epoch: $0.offset + 1, trainLoss: $0.element, validationLoss: 0, validationScore: 0, learningRate: 0,
            seconds: 0)
        })
    }
    let curve = LearningFigure.curve([trial([4, 2, 1]), trial([2, 1]), trial([3])], \.trainLoss)
    #expect(curve == [[1, 3, 2, 4], [2, 1.5, 1, 2]])
  }
}
