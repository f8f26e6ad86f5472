import Analyses
import Evaluation
import Foundation

/// What fusing gains over the best single modality, and what of it an additive function of the same encodings does not
/// reach: two differences with their intervals on one axis.
enum GainFigure {
  static func script(_ comparison: Comparison) -> FigureScript? {
    guard let verdict = comparison.verdict else { return nil }
    var bars = verdict.perModality.sorted { $0.key < $1.key }.map { name, contest in
      BarFigure.Bar("fusion over \(name) alone", contest.contest.difference, .fusion)
    }
    if let additive = verdict.additive {
      bars.append(.init("fusion over the best additive", additive.difference, .ink))
    }
    if let gap = verdict.emapGap { bars.append(.init("fusion over its additive part", gap, .ink)) }
    let metric = verdict.metric
    let scale = metric.isShare ? 100.0 : 1
    return BarFigure(
      bars: bars.map { $0.scaled(scale) },
      axis: "improvement" + (metric.isShare ? " in points" : " of the \(metric.label)"),
      marks: []
    ) { value in
      let text = Format.difference(value / scale, metric)
      return value > 0 && !text.hasPrefix("−") ? "+" + text : text
    }.script()
  }
}

/// Redundant, unique and synergistic information as bars with their intervals.
enum InformationFigure {
  /// - Returns: nil where parts are withheld.
  static func script(_ finding: InformationFinding) -> FigureScript? {
    guard !finding.parts.isEmpty else { return nil }
    let inks: [Ink] = [.muted, .unimodal, .unimodal, .fusion]
    let bars = zip(finding.parts, inks).map { BarFigure.Bar($0.name, $0.value.mean, $0.value.ci95, $1) }
    let stated = finding.stated.map { stated in
      [stated.redundancy, stated.unique[finding.first] ?? 0, stated.unique[finding.second] ?? 0, stated.synergy]
    }
    return BarFigure(bars: bars, axis: "\(finding.unit) about the target", marks: stated ?? []) {
      Format.decimals($0, 2)
    }.script()
  }
}

/// Horizontal bars from zero with intervals, and marks beside them.
struct BarFigure {
  struct Bar {
    var name: String
    var value: Double
    var interval: Interval?
    var ink: Ink

    init(_ name: String, _ value: Double, _ interval: Interval?, _ ink: Ink) {
      (self.name, self.value, self.interval, self.ink) = (name, value, interval, ink)
    }

    init(_ name: String, _ value: Estimate, _ ink: Ink) { self.init(name, value.mean, value.ci95, ink) }

    func scaled(_ scale: Double) -> Bar {
      Bar(name, value * scale, interval.map { Interval($0.low * scale, $0.high * scale) }, ink)
    }
  }

  let bars: [Bar]
  let axis: String
  /// One for each bar, drawn as a ring; none where empty.
  let marks: [Double]
  /// A value as it is written beside its bar.
  let text: (Double) -> String

  func script() -> FigureScript {
    let row = 34.0
    let (left, right, top) = (210.0, 660.0, 26.0)
    let bottom = top + row * Double(bars.count)
    var figure = FigureScript(width: 860, height: bottom + 46)
    figure.frame(left: left, top: top, right: right, bottom: bottom)
    let range = AxisRange([0] + marks + bars.flatMap { [$0.value] + ($0.interval.map { [$0.low, $0.high] } ?? []) })
    figure.add("set xrange [\(figure.number(range.low)):\(figure.number(range.high))]")
    figure.add("set yrange [\(Double(bars.count) + 0.5):0.5]")
    figure.add("unset ytics")
    figure.add("set grid xtics lt 1 lw 0.6 lc rgb \(Ink.grid.code)")
    figure.add("set xtics \(figure.number(range.step)) format '%g'")
    figure.label(axis, x: (left + right) / 2, y: bottom + 38, align: "center", ink: .muted, size: 11)
    figure.label("value [95 % interval]", x: 850, y: top - 12, align: "right", ink: .muted, size: 11)
    figure.data("zero", [[0, 0.5], [0, Double(bars.count) + 0.5]])
    var plots = ["$zero using 1:2 with lines lw 1.2 lc rgb \(Ink.muted.code)"]
    for (index, bar) in bars.enumerated() {
      let (y, place) = (top + row * (Double(index) + 0.5) + 1, Double(index + 1))
      let value = bar.value
      figure.label(bar.name, x: left - 14, y: y, align: "right", ink: bar.ink == .muted ? .ink : bar.ink, size: 13)
      figure.label(text(value), x: 722, y: y, align: "right", size: 13)
      figure.add(
        "set object rectangle from \(figure.number(min(0, value))),\(place - 0.26) to "
          + "\(figure.number(max(0, value))),\(place + 0.26) behind fillcolor rgb \(bar.ink.code) "
          + "fillstyle transparent solid 0.55 noborder")
      guard let interval = bar.interval else { continue }
      figure.label(
        "[\(text(interval.low)), \(text(interval.high))]", x: 850, y: y, align: "right", ink: .muted, size: 12)
      figure.data("interval\(index)", [[interval.low, place, interval.high]])
      plots.append("$interval\(index) using 1:2:($3-$1):(0) with vectors nohead lw 2 lc rgb \(Ink.ink.code)")
    }
    if !marks.isEmpty {
      figure.data("marks", marks.enumerated().map { [$1, Double($0 + 1)] })
      plots.append("$marks using 1:2 with points pt 6 ps 1.1 lw 1.6 lc rgb \(Ink.ink.code)")
    }
    figure.add("plot " + plots.joined(separator: ", "))
    return figure
  }
}
