import Analyses
import Evaluation
import Foundation
import Quantification

/// Scores over levels of a perturbation: a panel per condition, single modalities as reference lines.
enum RobustnessFigure {
  /// Fusions drawn in full: more could not be told apart.
  private static let most = 4

  static func figure(_ result: RobustnessResult) -> CurveFigure {
    let scale = result.metric.isShare ? 100.0 : 1
    let panels = result.conditions.map { condition in
      let fusions = condition.methods.filter { !$0.isUnimodal }
      // The most robust ones, and late fusion, which others are compared with.
      var shown = fusions.prefix(most).map(\.method)
      if let late = result.late, !shown.contains(late) { shown = shown.dropLast() + [late] }
      let lines = condition.methods.map { method in
        let isNamed = method.isUnimodal || shown.contains(method.method)
        return CurveFigure.Line(
          name: name(method, condition),
          points: zip(condition.levels, method.curve.scores).map { ($0, $1 * scale) },
          band: method.isUnimodal || method.method == shown.first
            ? method.intervals.map { ($0.low * scale, $0.high * scale) } : [],
          ink: method.isUnimodal ? .unimodal : isNamed ? .fusion : .muted,
          dash: method.isUnimodal ? "5 4" : method.method == result.late ? "2 3" : "", isNamed: isNamed)
      }
      return CurveFigure.Panel(
        title: "\(condition.perturbation.rawValue) on \(Format.list(condition.modalities))",
        axis: axis(condition), ticks: condition.levels.map { ($0, String(format: "%g", $0)) }.spaced(),
        // Background first.
        lines: lines.filter { !$0.isNamed } + lines.filter(\.isNamed))
    }
    return CurveFigure(
      panels: panels, unit: result.metric.isShare ? " %" : "",
      label: "\(result.metric.label) over levels of perturbation")
  }

  /// A single modality by itself, where one method alone reads it.
  private static func name(_ method: RobustnessResult.Method, _ condition: RobustnessResult.Condition) -> String {
    let isAlone = method.isUnimodal && condition.methods.count { $0.modalities == method.modalities } == 1
    return isAlone ? method.modalities[0] : method.method
  }

  private static func axis(_ condition: RobustnessResult.Condition) -> String {
    guard condition.perturbation == .noise, let last = condition.levels.last else { return condition.unit }
    return condition.unit + "; the last is \(Format.decimals(Perturbation.decibels(noise: last), 0)) dB"
  }
}

extension [(value: Double, label: String)] {
  /// Without those that would stand closer than a fourteenth of the axis.
  fileprivate func spaced() -> [(value: Double, label: String)] {
    guard let first, let last else { return self }
    let least = (last.value - first.value) / 14
    return reduce(into: []) { kept, tick in
      if let previous = kept.last, tick.value - previous.value < least { return }
      kept.append(tick)
    }
  }
}

extension ReportPage {
  /// How scores fall under perturbation; empty where it was not measured.
  var robustness: ReportSection? {
    guard let result = self.result.robustness ?? findings.robustness,
      let svg = RobustnessFigure.figure(result).svg
    else {
      return unmeasured("robustness", "Robustness")
    }
    let metric = result.metric
    let header = ["perturbation", "method", "clean", "area", "95 % interval", "loss", "effective", "over late"]
    let rows = result.conditions.flatMap { condition in
      condition.methods.filter { $0.reads(condition.modalities) }.map { method in
        [
          "\(condition.perturbation.rawValue) on \(condition.modalities.joined(separator: ", "))", method.method,
          Format.score(method.curve.clean, metric), Format.score(method.area.mean, metric),
          "[\(Format.difference(method.area.ci95.low, metric)), \(Format.difference(method.area.ci95.high, metric))]",
          Format.difference(method.loss.mean, metric),
          method.effective.map { Format.difference($0.mean, metric) } ?? "–",
          method.relativeToLate.map { Format.difference($0.mean, metric) } ?? "–",
        ]
      }
    }
    let seeds = result.conditions.flatMap { $0.methods.map(\.seeds) }.max() ?? 1
    let levels = "\(result.draws) \(result.draws == 1 ? "draw" : "draws")"
    return ReportSection(
      "Robustness",
      "<figure>\n\(svg)\n<figcaption>\(HTML.escape(metric.label)) on the \(result.split.rawValue) split while inputs get "
        + "worse; mean over \(seeds == 1 ? "one seed" : "\(seeds) seeds") and \(levels), with 95 % intervals of single modalities and of the most robust fusion, over samples and seeds. "
        + "<span class=\"key unimodal\">dashed: single modalities</span> <span class=\"key fusion\">fusions, "
        + "late fusion dotted</span></figcaption>\n</figure>"
        + Markup.folded("In numbers", Markup.table(header, rows, numbers: Set(2..<header.count)))
        + "<p class=\"caption\">Area: mean height of the curve. Loss: clean score less area. Effective: what lies above the "
        + "line from clean to perturbed score, fitted to the other methods here, at least five (Taori et al., 2020). Over late: how much higher the curve lies than late fusion's."
        + (self.result.robustness == nil
          ? " Up to two seeds; chiasm quantify RUN robustness has more levels, draws, methods and perturbations." : "")
        + "</p>")
  }
}
