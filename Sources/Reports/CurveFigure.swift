import Foundation

/// Panels of lines over a common axis, two in a row, each line with its name at its end.
struct CurveFigure {
  struct Line {
    let name: String
    let points: [(x: Double, y: Double)]
    /// Low and high at each point; empty for none.
    var band: [(low: Double, high: Double)] = []
    /// Name of a colour of the page, see `Ink`.
    let ink: Ink
    /// Pattern of the line, in pixels on and off; empty for solid.
    var dash = ""
    /// One that stands in the background has no name.
    var isNamed = true
  }

  struct Panel {
    let title: String
    let axis: String
    let ticks: [(value: Double, label: String)]
    let lines: [Line]
  }

  let panels: [Panel]
  /// What is added to numbers of the vertical axis, such as " %".
  let unit: String
  let label: String

  private static let (width, height, left, right, top) = (430.0, 236.0, 40.0, 96.0, 40.0)

  /// The picture; nil without a line.
  var svg: String? {
    let values = panels.flatMap { $0.lines.flatMap { $0.points.map(\.y) } }
    guard !values.isEmpty else { return nil }
    let range = AxisRange(values, steps: 5)
    let rows = (panels.count + 1) / 2
    let bodies = panels.enumerated().map { number, panel in
      "<g transform=\"translate(\(number % 2 * Int(Self.width)),\(number / 2 * Int(Self.height)))\">\n"
        + body(panel, range) + "\n</g>"
    }
    return
      "<svg viewBox=\"0 0 \(Int(2 * Self.width)) \(rows * Int(Self.height))\" xmlns=\"http://www.w3.org/2000/svg\" "
      + "role=\"img\" aria-label=\"\(HTML.escape(label))\">\n" + bodies.joined(separator: "\n") + "\n</svg>"
  }

  private func body(_ panel: Panel, _ range: AxisRange) -> String {
    let (bottom, end) = (Self.height - 44, Self.width - Self.right)
    let xs = panel.ticks.map(\.value) + panel.lines.flatMap { $0.points.map(\.x) }
    let (low, high) = (xs.min() ?? 0, max(xs.max() ?? 1, (xs.min() ?? 0) + 1e-9))
    func x(_ value: Double) -> Double { Self.left + (value - low) / (high - low) * (end - Self.left) }
    func y(_ value: Double) -> Double { bottom - (value - range.low) / (range.high - range.low) * (bottom - Self.top) }
    var parts = [
      text(panel.title, x: Self.left, y: 16, size: 13), text(panel.axis, x: Self.left, y: Self.height - 8, ink: .muted),
    ]
    var tick = (range.low / range.step).rounded(.up) * range.step
    while tick <= range.high + 1e-9 * range.step {
      parts.append(
        "<line x1=\"\(number(Self.left))\" x2=\"\(number(end))\" y1=\"\(number(y(tick)))\" y2=\"\(number(y(tick)))\" "
          + "stroke=\"var(--grid)\" stroke-width=\"0.6\"/>")
      parts.append(
        text(
          String(format: "%g", abs(tick) < 1e-12 ? 0 : tick) + unit, x: Self.left - 5, y: y(tick) + 4, ink: .muted,
          anchor: "end"))
      tick += range.step
    }
    for tick in panel.ticks {
      parts.append(text(tick.label, x: x(tick.value), y: bottom + 16, ink: .muted, anchor: "middle"))
    }
    for line in panel.lines {
      if !line.band.isEmpty {
        let upper = zip(line.points, line.band).map { "\(number(x($0.x))),\(number(clipped(y($1.high), bottom)))" }
        let lower = zip(line.points, line.band).map { "\(number(x($0.x))),\(number(clipped(y($1.low), bottom)))" }
          .reversed()
        parts.append(
          "<polygon points=\"\((upper + lower).joined(separator: " "))\" fill=\"var(--\(line.ink.rawValue))\" fill-opacity=\"0.12\"/>"
        )
      }
      let points = line.points.map { "\(number(x($0.x))),\(number(y($0.y)))" }.joined(separator: " ")
      let dash = line.dash.isEmpty ? "" : " stroke-dasharray=\"\(line.dash)\""
      parts.append(
        "<polyline points=\"\(points)\" fill=\"none\" stroke=\"var(--\(line.ink.rawValue))\" "
          + "stroke-width=\"\(line.isNamed ? 2 : 1)\"\(dash)/>")
    }
    let named = panel.lines.filter { $0.isNamed && !$0.points.isEmpty }
    let places = Self.spread(named.map { y($0.points[$0.points.count - 1].y) }, gap: 13, within: Self.top...bottom)
    for (line, place) in zip(named, places) {
      let name = line.name.count > 15 ? line.name.prefix(14) + "…" : line.name
      parts.append(text(name, x: end + 6, y: place + 4, ink: line.ink))
    }
    return parts.joined(separator: "\n")
  }

  private func clipped(_ y: Double, _ bottom: Double) -> Double { min(max(y, Self.top - 8), bottom + 4) }

  private func text(
    _ text: String, x: Double, y: Double, ink: Ink = .ink, size: Int = 11, anchor: String = "start"
  ) -> String {
    "<text x=\"\(number(x))\" y=\"\(number(y))\" font-size=\"\(size)\" text-anchor=\"\(anchor)\" "
      + "fill=\"var(--\(ink.rawValue))\">\(HTML.escape(text))</text>"
  }

  private func number(_ value: Double) -> String { String(format: "%.1f", value) }

  /// Places as near to the wanted ones as `gap` between any two allows, in the same order.
  static func spread(_ wanted: [Double], gap: Double, within limits: ClosedRange<Double>) -> [Double] {
    let order = wanted.indices.sorted { (wanted[$0], $0) < (wanted[$1], $1) }
    var places = wanted
    var least = -Double.infinity
    for index in order {
      places[index] = max(wanted[index], least)
      least = places[index] + gap
    }
    var most = limits.upperBound
    for index in order.reversed() {
      places[index] = min(places[index], most)
      most = places[index] - gap
    }
    return places
  }
}
