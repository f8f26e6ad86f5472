import Evaluation
import Foundation
import Training

/// Loss over epochs, one panel per method: mean over seeds, with a band from the lowest to the highest seed.
enum LearningFigure {
  private static let columns = 4

  static func script(_ comparison: Comparison, _ records: [TrialRecord]) -> FigureScript? {
    let panels: [(method: MethodResult, trials: [TrialRecord])] = comparison.methods.compactMap { method in
      let trials = records.filter { $0.method == method.name && $0.failure == nil && !$0.epochs.isEmpty }
      return trials.isEmpty ? nil : (method, trials)
    }
    guard !panels.isEmpty else { return nil }
    let rows = (panels.count + columns - 1) / columns
    let (panelWidth, panelHeight, top) = (206.0, 150.0, 10.0)
    var figure = FigureScript(width: 860, height: top + panelHeight * Double(rows) + 20)
    // One diverging trial must not flatten all the others.
    let losses = panels.flatMap { $0.trials.flatMap { $0.epochs.flatMap { [$0.trainLoss, $0.validationLoss] } } }
      .sorted()
    let highest = losses[Int(0.99 * Double(losses.count - 1))]
    let range = AxisRange([min(0, losses[0]), highest], steps: 4)
    let epochs = panels.flatMap { $0.trials.map(\.epochs.count) }.max() ?? 1

    figure.add("set multiplot")
    figure.add("set yrange [\(figure.number(range.low)):\(figure.number(range.high))]")
    figure.add("set xrange [1:\(max(2, epochs))]")
    figure.add("set grid ytics lt 1 lw 0.6 lc rgb \(Ink.grid.code)")
    for (index, panel) in panels.enumerated() {
      let left = 44 + panelWidth * Double(index % columns)
      let panelTop = top + panelHeight * Double(index / columns) + 26
      let right = left + panelWidth - 30
      figure.clearLabels()
      figure.frame(left: left, top: panelTop, right: right, bottom: panelTop + panelHeight - 50)
      figure.add(
        index % columns == 0
          ? "set ytics \(figure.number(range.step)) format '%g'" : "set ytics \(figure.number(range.step)) format ''")
      let isLast = index + columns >= panels.count
      figure.add(isLast ? "set xtics (1, \(max(2, epochs))) format '%g'" : "set xtics (1, \(max(2, epochs))) format ''")
      figure.label(panel.method.name, x: left, y: panelTop - 10, size: 12)
      if isLast {
        figure.label(
          "epoch", x: (left + right) / 2, y: panelTop + panelHeight - 36, align: "center", ink: .muted, size: 11)
      }
      plot(panel.trials, ink: panel.method.isUnimodal ? .unimodal : .fusion, name: "learning\(index)", into: &figure)
    }
    figure.add("unset multiplot")
    return figure
  }

  private static func plot(_ trials: [TrialRecord], ink: Ink, name: String, into figure: inout FigureScript) {
    let train = curve(trials, \.trainLoss)
    let validation = curve(trials, \.validationLoss)
    figure.data("\(name)t", train)
    figure.data("\(name)v", validation)
    let bests = trials.compactMap { trial in
      trial.epochs.first { $0.epoch == trial.bestEpoch }.map { [Double($0.epoch), $0.validationLoss] }
    }
    figure.data("\(name)b", bests)
    var plots = [
      "$\(name)t using 1:3:4 with filledcurves fc rgb \(Ink.muted.code)",
      "$\(name)v using 1:3:4 with filledcurves fc rgb \(ink.code)",
      "$\(name)t using 1:2 with lines lw 1.4 dashtype 2 lc rgb \(Ink.muted.code)",
      "$\(name)v using 1:2 with lines lw 2 lc rgb \(ink.code)",
    ]
    if !bests.isEmpty { plots.append("$\(name)b using 1:2 with points pt 7 ps 0.4 lc rgb \(Ink.ink.code)") }
    figure.add("plot " + plots.joined(separator: ", "))
  }

  /// Epoch, mean, lowest and highest over the seeds; ends where the first half of the seeds has stopped, since a mean over
  /// the few that went on would jump.
  static func curve(_ trials: [TrialRecord], _ value: KeyPath<EpochRecord, Double>) -> [[Double]] {
    let longest = trials.map(\.epochs.count).max() ?? 0
    return (0..<longest).compactMap { index in
      let values = trials.compactMap { index < $0.epochs.count ? $0.epochs[index][keyPath: value] : nil }
      guard 2 * values.count > trials.count, let low = values.min(), let high = values.max() else { return nil }
      return [Double(index + 1), values.reduce(0, +) / Double(values.count), low, high]
    }
  }
}
