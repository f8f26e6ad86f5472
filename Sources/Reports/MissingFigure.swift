import Analyses
import Evaluation
import Foundation
import Models

/// The score of the best fusion for every subset of its modalities: who is there as dots, how well it does as shading.
enum MissingFigure {
  static func script(_ finding: MissingFinding, _ metric: Metric) -> FigureScript? {
    guard let all = finding.rows.last?.present, !finding.rows.isEmpty else { return nil }
    let row = finding.rows.count > 20 ? 20.0 : 26.0
    let column = min(84.0, 360 / Double(all.count))
    let isSteep = all.contains { Double($0.count) * 6.4 > column - 6 }
    let longest = Double(min(14, all.map(\.count).max() ?? 1))
    let (left, top) = (24.0, isSteep ? 20 + 6.2 * longest : 32.0)
    let (start, end) = (left + column * Double(all.count) + 16, 640.0)
    let bottom = top + row * Double(finding.rows.count)
    var figure = FigureScript(width: 860, height: bottom + 12)
    figure.frame(left: left, top: top, right: end, bottom: bottom)
    figure.add("unset xtics; unset ytics")
    figure.add("set xrange [0:\(figure.number(end - left))]")
    figure.add("set yrange [\(finding.rows.count):0]")
    for (index, name) in all.enumerated() {
      let short = name.count > 14 ? name.prefix(13) + "…" : name
      figure.label(
        short, x: left + column * (Double(index) + 0.5), y: top - 12, align: isSteep ? "left" : "center", size: 11,
        rotate: isSteep ? 90 : 0)
    }
    figure.label("score [95 % interval]", x: 850, y: top - 12, align: "right", ink: .muted, size: 11)
    let scores = finding.rows.compactMap { $0.score?.mean }
    let (low, high) = (scores.min() ?? 0, scores.max() ?? 1)
    var dots: [Bool: [[Double]]] = [:]
    for (index, subset) in finding.rows.enumerated() {
      let y = top + row * (Double(index) + 0.5) + 1
      for (number, name) in all.enumerated() {
        dots[subset.present.contains(name), default: []].append([column * (Double(number) + 0.5), Double(index) + 0.5])
      }
      guard let score = subset.score else {
        figure.label("undefined", x: 850, y: y, align: "right", ink: .muted, size: 12)
        continue
      }
      let goodness = high > low ? (score.mean - low) / (high - low) : 1
      let shade = metric.higherIsBetter ? goodness : 1 - goodness
      figure.add(
        "set object rectangle from \(figure.number(start - left)),\(index) to \(figure.number(end - left)),\(index + 1) "
          + "behind fillcolor rgb \(Ink.fusion.code) fillstyle transparent solid \(figure.number(0.08 + 0.82 * shade)) "
          + "noborder")
      figure.label(
        Format.score(score.mean, metric), x: (start + end) / 2, y: y, align: "center",
        ink: shade > 0.5 ? .paper : .ink, size: 12)
      figure.label(
        "\(Format.score(score.mean, metric)) "
          + "[\(Format.difference(score.ci95.low, metric)), \(Format.difference(score.ci95.high, metric))]",
        x: 850, y: y, align: "right", size: 12)
    }
    var plots: [String] = []
    for (isThere, ink) in [(true, Ink.ink), (false, .muted)] {
      guard let points = dots[isThere] else { continue }
      figure.data(isThere ? "there" : "missing", points)
      plots.append(
        "$\(isThere ? "there" : "missing") using 1:2 with points pt \(isThere ? 7 : 6) ps 0.9 lw 1.2 lc rgb \(ink.code)"
      )
    }
    figure.add("plot " + plots.joined(separator: ", "))
    return figure
  }
}
