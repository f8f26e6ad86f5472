import Evaluation
import Foundation
import Modalities
import Models
import Training

/// What the best single modality and the best fusion answer, side by side: confusion matrices for classes, predicted
/// against true for values.
enum AnswerFigure {
  /// Above this many classes a matrix cannot be read; the page lists the most frequent confusions instead.
  static let mostClasses = 20

  static func script(_ comparison: Comparison, _ records: [TrialRecord]) -> FigureScript? {
    guard let verdict = comparison.verdict else { return nil }
    let panels = [verdict.bestUnimodal, verdict.bestFusion].map { name in
      (name, records.filter { $0.method == name && $0.failure == nil })
    }
    guard panels.allSatisfy({ !$0.1.isEmpty }) else { return nil }
    switch comparison.dataset.task {
    case .classification:
      guard let classes = panels[0].1[0].predictions.first?.count, classes <= mostClasses else { return nil }
      return confusion(panels, names: comparison.dataset.classes, classes: classes)
    case .regression: return values(panels)
    case .multilabel, .retrieval, .none: return nil
    }
  }

  /// Counts over the test samples of all trials of a method.
  static func matrix(_ trials: [TrialRecord], classes: Int) -> ConfusionMatrix? {
    let all = trials.compactMap { try? Predictions($0.predictions, targets: $0.targets, task: .classification) }
    let targets = trials.flatMap { $0.targets.map { Int($0) } }
    let predicted = all.flatMap(\.classes)
    guard !targets.isEmpty, predicted.count == targets.count else { return nil }
    return ConfusionMatrix(predicted: predicted, targets: targets, classes: classes)
  }

  private static func confusion(_ panels: [(String, [TrialRecord])], names: [String], classes: Int) -> FigureScript? {
    let names = names.count == classes ? names : (0..<classes).map { "\($0)" }
    let longest = min(12, names.map(\.count).max() ?? 1)
    let margin = 24 + 6.2 * Double(longest)
    let side = min(420 - margin - 6, 66 * Double(classes))
    let cell = side / Double(classes)
    let isSteep = Double(longest) * 6.2 > cell - 4
    var figure = FigureScript(width: 860, height: 62 + side + (isSteep ? 14 + 6.2 * Double(longest) : 26))
    figure.add("set multiplot")
    figure.add("unset xtics; unset ytics")
    for (position, panel) in panels.enumerated() {
      guard let matrix = matrix(panel.1, classes: classes) else { return nil }
      let (left, top) = (margin + 430 * Double(position), 44.0)
      let ink: Ink = position == 0 ? .unimodal : .fusion
      figure.clearLabels()
      figure.add("unset object")
      figure.frame(left: left, top: top, right: left + side, bottom: top + side)
      figure.add("set xrange [0:\(classes)]")
      figure.add("set yrange [\(classes):0]")
      figure.label(panel.0, x: left, y: 14, ink: ink, size: 13)
      figure.label("rows: true · columns: predicted · % of row", x: left, y: 32, ink: .muted, size: 11)
      let support = matrix.classCounts.support
      for row in 0..<classes {
        let y = top + cell * (Double(row) + 0.5)
        figure.label(shortened(names[row]), x: left - 7, y: y + 1, align: "right", size: 11)
        figure.label(
          shortened(names[row]), x: left + cell * (Double(row) + 0.5) + (isSteep ? 3 : 0), y: top + side + 12,
          align: isSteep ? "right" : "center", size: 11, rotate: isSteep ? 90 : 0)
        for column in 0..<classes where support[row] > 0 && matrix[row, column] > 0 {
          let share = Double(matrix[row, column]) / Double(support[row])
          figure.add(
            "set object rectangle from \(column),\(row) to \(column + 1),\(row + 1) behind fillcolor rgb \(ink.code) "
              + "fillstyle transparent solid \(figure.number(0.06 + 0.9 * share)) noborder")
          guard share >= 0.005 else { continue }
          figure.label(
            Format.decimals(100 * share, 0), x: left + cell * (Double(column) + 0.5), y: y + 1, align: "center",
            ink: share > 0.5 ? .paper : .ink, size: classes > 12 ? 9 : 11)
        }
      }
      figure.add(
        "set object rectangle from 0,0 to \(classes),\(classes) front fillstyle empty border rgb \(Ink.grid.code)")
      figure.add("plot NaN")
    }
    figure.add("unset multiplot")
    return figure
  }

  private static func shortened(_ name: String) -> String { name.count > 12 ? name.prefix(11) + "…" : name }

  private static func values(_ panels: [(String, [TrialRecord])]) -> FigureScript? {
    // More points would not show more, only load longer.
    func points(_ trial: TrialRecord) -> [[Double]] {
      let step = max(1, trial.targets.count / 1000)
      return stride(from: 0, to: trial.targets.count, by: step).map {
        [trial.targets[$0], trial.predictions[$0][0]]
      }
    }
    var data = panels.map { points($0.1[0]) }
    // Far from zero an axis has no room for the digits that differ.
    let (low, high) = (data.joined().joined().min() ?? 0, data.joined().joined().max() ?? 0)
    let origin = abs(low) > 1000 * (high - low) && high > low ? low.rounded() : 0
    data = data.map { $0.map { $0.map { $0 - origin } } }
    let range = AxisRange(data.flatMap { $0.flatMap { $0 } })
    let less = origin == 0 ? "" : ", less \(Format.decimals(origin, 0))"
    var figure = FigureScript(width: 860, height: 440)
    figure.add("set multiplot")
    let limits = "[\(figure.number(range.low)):\(figure.number(range.high))]"
    figure.add("set xrange \(limits)")
    figure.add("set yrange \(limits)")
    figure.add("set xtics \(figure.number(range.step)) format '%g'")
    figure.add("set ytics \(figure.number(range.step)) format '%g'")
    figure.add("set grid xtics ytics lt 1 lw 0.6 lc rgb \(Ink.grid.code)")
    for (position, panel) in panels.enumerated() {
      let left = 48 + 430 * Double(position)
      let ink: Ink = position == 0 ? .unimodal : .fusion
      figure.clearLabels()
      figure.frame(left: left, top: 44, right: left + 350, bottom: 394)
      figure.label(panel.0, x: left, y: 14, ink: ink, size: 13)
      figure.label("predicted (upwards) against true, one seed\(less)", x: left, y: 32, ink: .muted, size: 11)
      figure.data("values\(position)", data[position])
      figure.add(
        "plot x with lines lw 1 lc rgb \(Ink.muted.code), $values\(position) using 1:2 with points pt 7 ps 0.3 lc rgb \(ink.code)"
      )
    }
    figure.add("unset multiplot")
    return figure
  }
}
