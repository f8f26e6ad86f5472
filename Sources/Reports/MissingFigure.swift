import Analyses
import Evaluation
import Foundation
import Models

/// The score of the best fusion for subsets of its modalities: who is there as dots, how well it does as bars.
enum MissingFigure {
  static func script(_ finding: MissingFinding, _ metric: Metric) -> FigureScript? {
    let shown = finding.rows.count > 20 ? finding.told : finding.rows
    guard let all = finding.rows.last?.present, !shown.isEmpty else { return nil }
    let row = 26.0
    let column = min(84.0, 360 / Double(all.count))
    let isSteep = all.contains { Double($0.count) * 6.4 > column - 6 }
    let longest = Double(min(14, all.map(\.count).max() ?? 1))
    let (left, top) = (24.0, isSteep ? 20 + 6.2 * longest : 32.0)
    let (start, end) = (left + column * Double(all.count) + 16, 660.0)
    let bottom = top + row * Double(shown.count)
    var figure = FigureScript(width: 860, height: bottom + 12)
    figure.add("set multiplot")
    figure.add("unset xtics; unset ytics")
    figure.add("set yrange [\(shown.count):0]")
    for (index, name) in all.enumerated() {
      let short = name.count > 14 ? name.prefix(13) + "…" : name
      figure.label(
        short, x: left + column * (Double(index) + 0.5), y: top - 12, align: isSteep ? "left" : "center", size: 11,
        rotate: isSteep ? 90 : 0)
    }
    figure.label("score [95 % interval]", x: 850, y: top - 12, align: "right", ink: .muted, size: 11)
    for (index, subset) in shown.enumerated() {
      let text = subset.score.map {
        "\(Format.score($0.mean, metric)) "
          + "[\(Format.difference($0.ci95.low, metric)), \(Format.difference($0.ci95.high, metric))]"
      }
      figure.label(
        text ?? "undefined", x: 850, y: top + row * (Double(index) + 0.5) + 1, align: "right",
        ink: text == nil ? .muted : .ink, size: 12)
    }
    figure.frame(left: left, top: top, right: left + column * Double(all.count), bottom: bottom)
    figure.add("set xrange [0:\(all.count)]")
    let dots = shown.enumerated().flatMap { index, subset in
      all.enumerated().map { number, name in
        (isThere: subset.present.contains(name), place: [Double(number) + 0.5, Double(index) + 0.5])
      }
    }
    var plots: [String] = []
    for (name, isThere, ink) in [("there", true, Ink.ink), ("missing", false, .muted)] {
      let points = dots.filter { $0.isThere == isThere }.map(\.place)
      guard !points.isEmpty else { continue }
      figure.data(name, points)
      plots.append("$\(name) using 1:2 with points pt \(isThere ? 7 : 6) ps 0.9 lw 1.2 lc rgb \(ink.code)")
    }
    figure.add("plot " + plots.joined(separator: ", "))
    bars(shown, from: start, to: end, top: top, bottom: bottom, into: &figure)
    figure.add("unset multiplot")
    return figure
  }

  /// Bars from zero, as long as scores are high, with their intervals.
  private static func bars(
    _ shown: [MissingFinding.Row], from start: Double, to end: Double, top: Double, bottom: Double,
    into figure: inout FigureScript
  ) {
    let scores = shown.enumerated().compactMap { index, row in row.score.map { (place: Double(index), score: $0) } }
    let values = scores.flatMap { [$0.score.mean, $0.score.ci95.low, $0.score.ci95.high] }
    guard let high = values.max(), let low = values.min(), max(high, 0) > min(low, 0) else { return }
    figure.clearLabels()
    figure.frame(left: start, top: top, right: end, bottom: bottom)
    figure.add("set xrange [\(figure.number(min(low, 0))):\(figure.number(max(high, 0)))]")
    for (place, score) in scores {
      figure.add(
        "set object rectangle from \(figure.number(min(0, score.mean))),\(figure.number(place + 0.22)) to "
          + "\(figure.number(max(0, score.mean))),\(figure.number(place + 0.78)) behind fillcolor rgb "
          + "\(Ink.fusion.code) fillstyle transparent solid 0.55 noborder")
    }
    figure.data("intervals", scores.map { [$0.score.ci95.low, $0.place + 0.5, $0.score.ci95.high] })
    figure.add("plot $intervals using 1:2:($3-$1):(0) with vectors nohead lw 2 lc rgb \(Ink.ink.code)")
  }
}
