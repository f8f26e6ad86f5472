import Evaluation
import Foundation
import Models

/// Score against what it costs, parameters and time per sample, both on logarithmic axes; a line joins the methods that no
/// other one beats on both.
enum CostFigure {
  static func script(_ comparison: Comparison) -> FigureScript? {
    let metric = comparison.dataset.metric
    let methods = comparison.methods.filter { $0.metrics[metric.rawValue] != nil }
    guard methods.count > 1 else { return nil }
    let scale = metric.isShare ? 100.0 : 1
    var figure = FigureScript(width: 860, height: 380)
    let scores = methods.compactMap { $0.metrics[metric.rawValue]?.mean }.map { $0 * scale }
    let range = AxisRange(scores, within: metric.isShare ? 0...100 : nil)
    let panels: [(title: String, cost: (MethodResult) -> Double, format: String)] = [
      ("trainable parameters", { Double($0.parameters) }, "%.0s%c"),
      ("time per sample, median", { $0.latencyMicroseconds.p50 * 1e-6 }, "%.0s %cs"),
    ]
    figure.add("set multiplot")
    for (position, panel) in panels.enumerated() {
      // A cost of zero was not measured, and a logarithm has no place for it.
      let shown = zip(methods, scores).filter { panel.cost($0.0) > 0 }
      guard !shown.isEmpty else { continue }
      draw(
        shown.map { ($0.0, panel.cost($0.0), $0.1) }, panel.title, panel.format, range, metric,
        left: position == 0 ? 62 : 486, into: &figure)
    }
    figure.add("unset multiplot")
    return figure
  }

  private static func draw(
    _ points: [(method: MethodResult, cost: Double, score: Double)], _ title: String, _ format: String,
    _ range: AxisRange, _ metric: Metric, left: Double, into figure: inout FigureScript
  ) {
    let (right, top, bottom) = (left + 356, 34.0, 322.0)
    let costs = points.map(\.cost)
    // Whole powers of ten would leave much of the panel empty.
    let (low, high) = ((costs.min() ?? 1) / 1.6, (costs.max() ?? 1) * 1.6)
    figure.clearLabels()
    figure.frame(left: left, top: top, right: right, bottom: bottom)
    figure.add("set logscale x")
    figure.add("set xrange [\(figure.number(low)):\(figure.number(high))]")
    figure.add("set yrange [\(figure.number(range.low)):\(figure.number(range.high))]")
    figure.add(
      "set xtics (\(ticks(low, high).map { "'\(tickLabel($0, format))' \(figure.number($0))" }.joined(separator: ", ")))"
    )
    figure.add("set ytics \(figure.number(range.step)) format '%g\(metric.isShare ? " %%" : "")'")
    figure.add("set grid ytics lt 1 lw 0.6 lc rgb \(Ink.grid.code)")
    figure.label(title, x: (left + right) / 2, y: bottom + 42, align: "center", ink: .muted, size: 11)
    figure.label(metric.label, x: left - 4, y: top - 14, align: "left", ink: .muted, size: 11)

    func pixel(_ cost: Double, _ score: Double) -> (x: Double, y: Double) {
      (
        left + (log(cost) - log(low)) / (log(high) - log(low)) * (right - left),
        bottom - (score - range.low) / (range.high - range.low) * (bottom - top)
      )
    }
    let places = LabelPlacement.place(
      points.map { pixel($0.cost, $0.score) }, names: points.map(\.method.name), left: left, right: right + 8, top: top,
      bottom: bottom)
    for (place, point) in zip(places, points) {
      guard let place else { continue }
      figure.label(
        point.method.name, x: place.x, y: place.y, align: place.align,
        ink: point.method.isUnimodal ? .unimodal : .fusion, size: 11)
    }

    var plots = [String]()
    let front = front(points, metric)
    let name = "cost\(Int(left))"
    if front.count > 1 {
      figure.data("\(name)_front", front.map { [$0.cost, $0.score] })
      plots.append("$\(name)_front using 1:2 with lines lw 1 lc rgb \(Ink.muted.code)")
    }
    for (ink, isUnimodal) in [(Ink.unimodal, true), (.fusion, false)] {
      let rows = points.filter { $0.method.isUnimodal == isUnimodal }
      guard !rows.isEmpty else { continue }
      figure.data("\(name)_\(ink.rawValue)", rows.map { [$0.cost, $0.score] })
      plots.append(
        "$\(name)_\(ink.rawValue) using 1:2 with points pt \(ScoreFigure.marker(isUnimodal)) ps 0.85 lc rgb \(ink.code)"
      )
    }
    figure.add("plot " + plots.joined(separator: ", "))
  }

  /// Methods that no other one beats in both cost and score, by rising cost.
  static func front(
    _ points: [(method: MethodResult, cost: Double, score: Double)], _ metric: Metric
  ) -> [(cost: Double, score: Double)] {
    var front = [(cost: Double, score: Double)]()
    let sorted = points.sorted {
      $0.cost != $1.cost ? $0.cost < $1.cost : metric.improvement(of: $0.score, over: $1.score) > 0
    }
    for point in sorted {
      guard let last = front.last else {
        front.append((point.cost, point.score))
        continue
      }
      if metric.improvement(of: point.score, over: last.score) > 0 { front.append((point.cost, point.score)) }
    }
    return front
  }

  /// 1, 2, 5 times powers of ten inside the range; powers alone where those are enough.
  static func ticks(_ low: Double, _ high: Double) -> [Double] {
    let powers = (Int(floor(log10(low)))...Int(ceil(log10(high)))).map { pow(10, Double($0)) }
    let whole = powers.filter { low <= $0 && $0 <= high }
    if whole.count >= 3 { return whole }
    let fine = powers.flatMap { [$0, 2 * $0, 5 * $0] }.filter { low <= $0 && $0 <= high }
    return fine.isEmpty ? [(low * high).squareRoot()] : fine
  }

  private static func tickLabel(_ value: Double, _ format: String) -> String {
    if format.hasSuffix("s") { return Format.microseconds(value * 1e6).replacingOccurrences(of: ".0", with: "") }
    return Format.count(Int(value.rounded())).replacingOccurrences(of: ".0 ", with: " ")
      .replacingOccurrences(of: ".00 ", with: " ")
  }
}

/// Puts names beside points so that they cover neither each other nor a point.
enum LabelPlacement {
  struct Place: Equatable {
    var x: Double
    var y: Double
    var align: String
  }

  /// A place per name, or `nil` for a name that finds none; earlier ones choose first.
  static func place(
    _ points: [(x: Double, y: Double)], names: [String], left: Double, right: Double, top: Double, bottom: Double
  ) -> [Place?] {
    var taken = points.map { Box(left: $0.x - 5, top: $0.y - 5, right: $0.x + 5, bottom: $0.y + 5) }
    return zip(points, names).map { point, name in
      // About the width of a letter at 11 pixels.
      let width = Double(name.count) * 6.1
      for (shift, rise) in offsets {
        let start = shift > 0 ? point.x + shift : shift < 0 ? point.x + shift - width : point.x - width / 2
        let box = Box(left: start, top: point.y + rise - 7, right: start + width, bottom: point.y + rise + 6)
        guard box.left >= left - 4, box.right <= right, box.top >= top - 14, box.bottom <= bottom + 2,
          !taken.contains(where: box.overlaps)
        else { continue }
        taken.append(box)
        let align = shift > 0 ? "left" : shift < 0 ? "right" : "center"
        return Place(x: shift == 0 ? point.x : point.x + shift, y: point.y + rise + 1, align: align)
      }
      return nil
    }
  }

  private static let offsets: [(Double, Double)] = [
    (9, 0), (-9, 0), (0, -14), (0, 14), (7, -11), (-7, -11), (7, 11), (-7, 11), (0, -26), (0, 26), (9, -20), (-9, -20),
    (9, 20), (-9, 20),
  ]

  private struct Box {
    var left, top, right, bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }
  }
}
