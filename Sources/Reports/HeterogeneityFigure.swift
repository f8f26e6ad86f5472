import Evaluation
import Foundation
import Quantification

/// Distances between modalities as a heat map.
enum HeterogeneityFigure {
  static func svg(_ matrix: HeterogeneityMatrix) -> String {
    let count = matrix.names.count
    let (left, top) = (150.0, 30.0)
    let cell = min(84, (860 - left - 10) / Double(count))
    let highest = max(matrix.distances.flatMap { $0 }.max() ?? 0, 1e-12)
    func text(_ text: String, _ x: Double, _ y: Double, _ anchor: String, _ ink: String) -> String {
      let short = text.count > 20 ? text.prefix(19) + "…" : text
      return "<text x=\"\(Int(x))\" y=\"\(Int(y))\" font-size=\"12\" text-anchor=\"\(anchor)\" fill=\"var(--\(ink))\">"
        + HTML.escape(String(short)) + "</text>"
    }
    var parts: [String] = []
    for (row, name) in matrix.names.enumerated() {
      parts.append(text(name, left - 8, top + (Double(row) + 0.5) * cell * 0.6 + 4, "end", "ink"))
      parts.append(text(name, left + (Double(row) + 0.5) * cell, top - 8, "middle", "ink"))
      for column in 0..<count {
        let value = matrix.distances[row][column]
        let share = max(0, value / highest)
        let (x, y) = (left + Double(column) * cell, top + Double(row) * cell * 0.6)
        parts.append(
          "<rect x=\"\(Int(x))\" y=\"\(Int(y))\" width=\"\(Int(cell) - 1)\" height=\"\(Int(cell * 0.6) - 1)\" "
            + "fill=\"var(--fusion)\" fill-opacity=\"\(String(format: "%.2f", 0.05 + 0.85 * share))\"/>")
        parts.append(
          text(
            Format.decimals(value, 3), x + cell / 2, y + cell * 0.3 + 4, "middle", share > 0.55 ? "paper" : "ink"))
      }
    }
    let (width, height) = (Int(left + cell * Double(count)) + 10, Int(top + cell * 0.6 * Double(count)) + 6)
    // As wide as the page, so that letters are as large as in the other pictures.
    return "<svg viewBox=\"0 0 \(max(width, 860)) \(height)\" xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" "
      + "aria-label=\"Distances between modalities\">\n" + parts.joined(separator: "\n") + "\n</svg>"
  }
}

extension ReportPage {
  /// Distances between modalities by transfer; empty where they were not measured.
  var heterogeneity: ReportSection? {
    guard let result = self.result.heterogeneity else { return nil }
    let pictures = [result.modalities, result.pairs].compactMap { $0 }.map(HeterogeneityFigure.svg)
    return ReportSection(
      "How different the modalities are",
      "<figure>\n\(pictures.joined(separator: "\n"))\n<figcaption>By how much a network trained on one serves another worse "
        + "than one trained on that itself (HighMMT, Liang et al., 2022): mean of both directions, in "
        + "\(result.modalities.unit), over \(result.modalities.samples) held-out samples."
        + (result.pairs == nil ? "" : " Below, the same between pairs of modalities.") + "</figcaption>\n</figure>")
  }
}
