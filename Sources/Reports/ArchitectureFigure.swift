import Analyses

// Sizes in pixels.
private let (boxWidth, gap, laneHeight, margin) = (200.0, 40.0, 96.0, 12.0)

/// The graph of an architecture: a lane of boxes for each modality and one for the fusion, time of computation from left to
/// right, a line from what is read to what reads it.
struct ArchitectureFigure {
  let graph: ArchitectureGraph

  /// The graph as SVG, colours by the page's style sheet.
  var svg: String {
    let boxes = graph.boxes
    let columns = (boxes.map(\.column).max() ?? 0) + 1
    let lanes = (boxes.map(\.lane).max() ?? 0) + 1
    let width = Int(2 * margin + Double(columns) * (boxWidth + gap) - gap)
    let height = Int(2 * margin + Double(lanes) * laneHeight)
    let lines = boxes.flatMap { box in box.reads.map { line(boxes[$0], box) } }
    return """
      <svg viewBox="0 0 \(width) \(height)" xmlns="http://www.w3.org/2000/svg" role="img" \
      aria-label="Graph of the architecture" style="max-width: \(width)px" font-size="11">
      \((lines + boxes.map(drawn)).joined(separator: "\n"))
      </svg>
      """
  }

  /// A line from one box to another. One that is longer than a column runs below its lane, where no boxes are.
  private func line(_ from: ArchitectureGraph.Box, _ to: ArchitectureGraph.Box) -> String {
    let (x1, y1, x2, y2) = (from.x + boxWidth, from.middle, to.x, to.middle)
    func bend(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> String {
      let middle = (x1 + x2) / 2
      return "C\(middle) \(y1) \(middle) \(y2) \(x2) \(y2)"
    }
    var path = "M\(x1) \(y1) "
    if to.column - from.column > 1 {
      let below = margin + Double(from.lane + 1) * laneHeight - 8
      path += "\(bend(x1, y1, x1 + gap, below)) L\(x2 - gap) \(below) \(bend(x2 - gap, below, x2, y2))"
    } else {
      path += bend(x1, y1, x2, y2)
    }
    return "<path d=\"\(path)\" fill=\"none\" stroke=\"var(--muted)\" stroke-width=\"1.4\"/>"
  }

  private func drawn(_ box: ArchitectureGraph.Box) -> String {
    func text(_ text: String, _ row: Int, _ style: String) -> String {
      // About 28 letters fit; the rest is in the list below the graph.
      let shown = text.count > 29 ? text.prefix(28) + "…" : text[...]
      return
        "<text x=\"\(box.x + 9)\" y=\"\(box.y + 18 + 15 * Double(row))\" \(style)>\(HTML.escape(String(shown)))</text>"
    }
    let lines = box.lines.enumerated().map { text($1, $0 + 1, "fill=\"var(--muted)\"") }
    return "<g><rect x=\"\(box.x)\" y=\"\(box.y)\" width=\"\(boxWidth)\" height=\"\(box.height)\" rx=\"4\" "
      + "fill=\"var(--card)\" stroke=\"var(--\(box.ink.rawValue))\" stroke-width=\"1.5\"/>"
      + text(box.title, 0, "fill=\"var(--ink)\" font-weight=\"600\"") + lines.joined() + "</g>"
  }
}

extension ArchitectureGraph.Box {
  fileprivate var ink: Ink {
    switch kind {
    case .modality: .unimodal
    case .fusion: .fusion
    case .representation: .ink
    }
  }
  fileprivate var height: Double { 26 + 15 * Double(lines.count) }
  fileprivate var x: Double { margin + Double(column) * (boxWidth + gap) }
  fileprivate var y: Double { margin + (Double(lane) + 0.5) * laneHeight - height / 2 }
  fileprivate var middle: Double { y + height / 2 }
}

extension ReportPage {
  /// The graph of every architecture among the methods; empty without one.
  var architecture: ReportSection? {
    let graphs = architectures.map { graph in
      """
      <h3>\(HTML.escape(graph.method))</h3>
      <figure>
      \(ArchitectureFigure(graph: graph).svg)
      <figcaption>\(graph.equations.map(HTML.escape).joined(separator: "<br>"))<br><code>architecture=\(HTML.escape(graph.option))</code></figcaption>
      </figure>
      """
    }
    guard !graphs.isEmpty else { return nil }
    return ReportSection("Architecture", graphs.joined(separator: "\n"))
  }
}
