import Foundation
import Fusion

// Sizes in pixels.
private let (boxWidth, gap, laneHeight, margin) = (200.0, 40.0, 96.0, 12.0)

/// The graph of an architecture: a lane of boxes for each modality and one for the fusion, time of computation from left to
/// right, a line from what is read to what reads it.
struct ArchitectureFigure {
  private let architecture: FusionArchitecture
  private let names: [String]
  private let hidden: Int

  init(_ architecture: FusionArchitecture, names: [String], hidden: Int) {
    self.architecture = architecture
    self.names = names
    self.hidden = hidden
  }

  private struct Box {
    let title: String
    let lines: [String]
    let style: String
    let reads: [FusionArchitecture.Node]
    let column: Int
    let lane: Int

    var height: Double { 26 + 15 * Double(lines.count) }
    var x: Double { margin + Double(column) * (boxWidth + gap) }
    var y: Double { margin + (Double(lane) + 0.5) * laneHeight - height / 2 }
    var middle: Double { y + height / 2 }
  }

  /// Every box in the order of computation, under the node it stands for; nil for the representation.
  private var boxes: [(node: FusionArchitecture.Node?, box: Box)] {
    var columns: [FusionArchitecture.Node: Int] = [:]
    var boxes: [(FusionArchitecture.Node?, Box)] = []
    for (modality, name) in names.enumerated() {
      let node = FusionArchitecture.Node.state(modality: modality, 0)
      columns[node] = 0
      boxes.append(
        (node, Box(title: name, lines: ["encoding"], style: "unimodal", reads: [], column: 0, lane: modality)))
    }
    // Blocks of the fusion share a lane, so that each stands behind the one before.
    var fused = 0
    for (modality, number, block) in architecture.blocks {
      let reads = block.branches.map(\.input)
      let node: FusionArchitecture.Node = modality.map { .state(modality: $0, number) } ?? .fused(number)
      var column = 1 + (reads.compactMap { columns[$0] }.max() ?? 0)
      if modality == nil {
        column = max(column, fused + 1)
        fused = column
      } else {
        column = max(column, 1 + (columns[.state(modality: modality!, number - 1)] ?? 0))
      }
      columns[node] = column
      let sign =
        block.right == nil
        ? ""
        : [.add: "sum of", .multiply: "product of", .concatenate: "side by side"][
          block.combiner]!
      boxes.append(
        (
          node,
          Box(
            title: node.name(names) + (sign.isEmpty ? "" : ": \(sign)"),
            lines: block.branches.map { $0.text(names: names, hidden: hidden) },
            style: modality == nil ? "fusion" : "unimodal", reads: reads, column: column,
            lane: modality ?? names.count)
        ))
    }
    let last = 1 + (columns.values.max() ?? 0)
    let unread = architecture.unread
    boxes.append(
      (
        nil,
        Box(
          title: "representation", lines: [unread.map { $0.name(names) }.joined(separator: " ‖ ")], style: "ink",
          reads: unread, column: last, lane: architecture.fusion.isEmpty ? (names.count - 1) / 2 : names.count)
      ))
    return boxes
  }

  /// The graph as SVG, colours by the page's style sheet.
  var svg: String {
    let boxes = boxes
    let places = Dictionary(uniqueKeysWithValues: boxes.compactMap { entry in entry.node.map { ($0, entry.box) } })
    let columns = (boxes.map(\.box.column).max() ?? 0) + 1
    let lanes = (boxes.map(\.box.lane).max() ?? 0) + 1
    let width = Int(2 * margin + Double(columns) * (boxWidth + gap) - gap)
    let height = Int(2 * margin + Double(lanes) * laneHeight)
    let lines = boxes.flatMap { entry in entry.box.reads.compactMap { places[$0].map { line($0, entry.box) } } }
    return """
      <svg viewBox="0 0 \(width) \(height)" xmlns="http://www.w3.org/2000/svg" role="img" \
      aria-label="Graph of the architecture" style="max-width: \(width)px" font-size="11">
      \((lines + boxes.map { drawn($0.box) }).joined(separator: "\n"))
      </svg>
      """
  }

  /// A line from one box to another. One that is longer than a column runs below its lane, where no boxes are.
  private func line(_ from: Box, _ to: Box) -> String {
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

  private func drawn(_ box: Box) -> String {
    func text(_ text: String, _ row: Int, _ style: String) -> String {
      // About 28 letters fit; the rest is in the list below the graph.
      let shown = text.count > 29 ? text.prefix(28) + "…" : text[...]
      return
        "<text x=\"\(box.x + 9)\" y=\"\(box.y + 18 + 15 * Double(row))\" \(style)>\(HTML.escape(String(shown)))</text>"
    }
    let lines = box.lines.enumerated().map { text($1, $0 + 1, "fill=\"var(--muted)\"") }
    return "<g><rect x=\"\(box.x)\" y=\"\(box.y)\" width=\"\(boxWidth)\" height=\"\(box.height)\" rx=\"4\" "
      + "fill=\"var(--card)\" stroke=\"var(--\(box.style))\" stroke-width=\"1.5\"/>"
      + text(box.title, 0, "fill=\"var(--ink)\" font-weight=\"600\"") + lines.joined() + "</g>"
  }
}

extension ReportPage {
  /// The graph of every architecture among the methods; empty without one.
  var architectures: String {
    let graphs = comparison.methods.compactMap { method -> String? in
      guard let text = method.options["architecture"],
        let architecture = try? FusionArchitecture(option: text, modalities: method.modalities.count)
      else { return nil }
      let hidden = method.options["hidden"].flatMap { Int($0) } ?? 32
      let equations = architecture.equations(names: method.modalities, hidden: hidden).map(HTML.escape)
      return """
        <h3>\(HTML.escape(method.name))</h3>
        <figure>
        \(ArchitectureFigure(architecture, names: method.modalities, hidden: hidden).svg)
        <figcaption>\(equations.joined(separator: "<br>"))<br><code>architecture=\(HTML.escape("\(architecture)"))</code></figcaption>
        </figure>
        """
    }
    guard !graphs.isEmpty else { return "" }
    return "<section>\n<h2>Architecture</h2>\n\(graphs.joined(separator: "\n"))\n</section>"
  }
}
