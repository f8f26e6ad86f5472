import Evaluation
import Foundation
import Training

/// Conditional utilisation rates over epochs, a panel per fusion, a line per modality.
enum UtilizationFigure {
  private static let dashes = ["", "6 4", "2 3", "8 3 2 3"]

  static func figure(_ comparison: Comparison, _ records: [TrialRecord]) -> CurveFigure? {
    let panels = comparison.methods.compactMap { method -> CurveFigure.Panel? in
      let trials = records.filter { $0.method == method.name && $0.failure == nil }
      let curves = UtilizationCurves.means(of: trials).filter { !$0.value.isEmpty }.sorted { $0.key < $1.key }
      guard !curves.isEmpty else { return nil }
      let longest = curves.map(\.value.count).max() ?? 1
      return CurveFigure.Panel(
        title: method.name, axis: "epoch",
        ticks: longest > 1 ? [(1, "1"), (Double(longest), "\(longest)")] : [(1, "1")],
        lines: curves.enumerated().map { number, curve in
          CurveFigure.Line(
            name: curve.key, points: curve.value.enumerated().map { (Double($0 + 1), 100 * $1) },
            ink: number % 2 == 0 ? .fusion : .unimodal, dash: dashes[number % dashes.count])
        })
    }
    guard !panels.isEmpty else { return nil }
    return CurveFigure(panels: panels, unit: " %", label: "Use of each modality over epochs")
  }
}

extension ReportPage {
  /// How much each modality was used while training; empty where it was not measured.
  var utilization: ReportSection? {
    guard let svg = UtilizationFigure.figure(comparison, records)?.svg else { return nil }
    return ReportSection(
      "Use of the modalities",
      Markup.folded(
        "Rates after each epoch",
        "<figure>\n\(svg)\n<figcaption>Conditional utilisation rate (Wu et al., 2022): the share of the validation "
          + "\(HTML.escape(comparison.dataset.metric.label)) that is lost without a modality, after each epoch, mean over "
          + "seeds. Near 0, the others say the same or training neglects it.</figcaption>\n</figure>"))
  }
}
