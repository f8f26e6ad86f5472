import Evaluation
import Foundation

/// Every method's score with its interval, best first: what the reader looks at first.
enum ScoreFigure {
  static func script(_ comparison: Comparison) -> FigureScript? {
    let metric = comparison.dataset.metric
    let methods = comparison.methods.filter { $0.metrics[metric.rawValue] != nil }
    guard !methods.isEmpty else { return nil }
    let scale = metric.isShare ? 100.0 : 1
    let summaries = methods.compactMap { $0.metrics[metric.rawValue] }
    let row = 27.0
    let (left, right, top) = (190.0, 690.0, 30.0)
    let bottom = top + row * Double(methods.count)
    var figure = FigureScript(width: 860, height: bottom + 44)
    figure.frame(left: left, top: top, right: right, bottom: bottom)

    var values = summaries.flatMap { [$0.ci95.low, $0.ci95.high] + $0.perSeed }
    let baseline = comparison.verdict?.baseline.flatMap { isNear($0, values) ? $0 : nil }
    if let baseline { values.append(baseline) }
    let range = AxisRange(values.map { $0 * scale }, within: metric.isShare ? 0...100 : nil)
    figure.add("set xrange [\(figure.number(range.low)):\(figure.number(range.high))]")
    figure.add("set yrange [\(Double(methods.count) + 0.5):0.5]")
    figure.add("unset ytics")
    figure.add("set grid xtics lt 1 lw 0.6 lc rgb \(Ink.grid.code)")
    figure.add("set xtics \(figure.number(range.step)) format '%g\(metric.isShare ? " %%" : "")'")
    figure.label(
      metric.label + " on the test split" + (metric.higherIsBetter ? "" : " (lower is better)"),
      x: (left + right) / 2, y: bottom + 36, align: "center", ink: .muted, size: 11)
    figure.label("mean [95 % interval]", x: 850, y: top - 12, align: "right", ink: .muted, size: 11)

    for (index, (method, summary)) in zip(methods, summaries).enumerated() {
      let y = top + row * (Double(index) + 0.5) + 1
      let isChosen = [comparison.verdict?.bestUnimodal, comparison.verdict?.bestFusion].contains(method.name)
      figure.label(
        method.name, x: left - 14, y: y, align: "right",
        ink: isChosen ? (method.isUnimodal ? .unimodal : .fusion) : .ink,
        size: 13)
      figure.label(Format.score(summary.mean, metric), x: 748, y: y, align: "right", size: 13)
      figure.label(
        "[\(Format.difference(summary.ci95.low, metric)), \(Format.difference(summary.ci95.high, metric))]", x: 850,
        y: y, align: "right", ink: .muted, size: 12)
    }

    var plots = [String]()
    if let baseline {
      let x = baseline * scale
      figure.data("baseline", [[x, 0.5], [x, Double(methods.count) + 0.5]])
      plots.append("$baseline using 1:2 with lines lw 1.2 dashtype 3 lc rgb \(Ink.muted.code)")
      let share = (x - range.low) / (range.high - range.low)
      figure.label(
        "constant prediction", x: left + share * (right - left), y: top - 12,
        align: share < 0.1 ? "left" : share > 0.8 ? "right" : "center",
        ink: .muted, size: 11)
    }
    for (ink, isUnimodal) in [(Ink.unimodal, true), (.fusion, false)] {
      let rows = zip(methods, summaries).enumerated().filter { $0.element.0.isUnimodal == isUnimodal }
      guard !rows.isEmpty else { continue }
      figure.data(
        ink.rawValue,
        rows.map { index, pair in
          [pair.1.mean * scale, Double(index + 1), pair.1.ci95.low * scale, pair.1.ci95.high * scale]
        })
      figure.data(
        "\(ink.rawValue)_seeds",
        rows.flatMap { index, pair in pair.1.perSeed.map { [$0 * scale, Double(index + 1) + 0.3] } })
      plots += [
        "$\(ink.rawValue) using 3:2:($4-$3):(0) with vectors nohead lw 2.4 lc rgb \(ink.code)",
        "$\(ink.rawValue)_seeds using 1:2 with points pt 7 ps 0.28 lc rgb \(Ink.muted.code)",
        "$\(ink.rawValue) using 1:2 with points pt \(marker(isUnimodal)) ps 0.95 lc rgb \(ink.code)",
      ]
    }
    figure.add("plot " + plots.joined(separator: ", "))
    return figure
  }

  /// A constant answer far below the methods would squeeze the differences that the figure is for.
  private static func isNear(_ baseline: Double, _ values: [Double]) -> Bool {
    guard let low = values.min(), let high = values.max() else { return false }
    return (low - (high - low))...(high + (high - low)) ~= baseline
  }

  /// Filled diamonds for single modalities, filled circles for fusions: told apart without colour.
  static func marker(_ isUnimodal: Bool) -> Int { isUnimodal ? 13 : 7 }
}

/// A range that holds the values with room to spare, and a step of 1, 2 or 5 times a power of ten.
struct AxisRange: Equatable {
  var low: Double
  var high: Double
  var step: Double

  init(_ values: [Double], within limits: ClosedRange<Double>? = nil, steps: Double = 6) {
    let (smallest, largest) = (values.min() ?? 0, values.max() ?? 1)
    // Of errors of 1e-12, too, a range is as wide as they are apart.
    let size = max(abs(largest), abs(smallest))
    let spread = max(largest - smallest, size > 0 ? size * 1e-3 : 1e-9)
    low = smallest - 0.05 * spread
    high = largest + 0.05 * spread
    if let limits {
      low = max(low, min(limits.lowerBound, smallest))
      high = min(high, max(limits.upperBound, largest))
    }
    let rough = (high - low) / steps
    let power = pow(10, floor(log10(rough)))
    step = power * ([1, 2, 5].first { $0 * power >= rough } ?? 10)
  }
}
