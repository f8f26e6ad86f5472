public import Analyses
import Evaluation
import Foundation
import Quantification

/// Robustness as a terminal shows it: a table per condition.
public struct RobustnessText {
  public let text: String

  public init(_ result: RobustnessResult) {
    func number(_ value: Double) -> String { Format.difference(value, result.metric) }
    func change(_ value: Estimate?) -> String {
      value.map { Format.change($0.mean, result.metric) } ?? ""
    }
    let hasLate = result.late != nil
    var parts = [
      "\(result.metric.label)\(result.metric.isShare ? ", %" : ""), \(result.samples) samples of "
        + "\(result.split.rawValue), \(result.draws) draws"
    ]
    for condition in result.conditions {
      var title = "\(condition.perturbation.rawValue) on \(condition.modalities.joined(separator: " and "))"
      title += ", \(condition.unit)"
      if condition.perturbation == .noise {
        let ratios = condition.levels.dropFirst().map {
          String(format: "%.0f", Perturbation.decibels(noise: $0)).replacingOccurrences(of: "-0", with: "0")
        }
        title += " (signal to noise \(ratios.joined(separator: ", ")) dB)"
      }
      let header =
        ["method"] + condition.levels.map { String(format: "%g", $0) }
        + ["area", "95 %", "loss", condition.withoutReference == nil ? "effective" : "", hasLate ? "against late" : ""]
      let rows = condition.methods.map { method in
        [method.method] + method.curve.scores.map(number)
          + [
            number(method.area.mean), "\(number(method.area.ci95.low)) … \(number(method.area.ci95.high))",
            number(method.loss.mean), change(method.effective), change(method.effectiveAgainstLate),
          ]
      }
      parts.append(title)
      parts.append(TerminalTable(header, rows: rows, numbers: Set(1..<header.count)).text())
      if let problem = condition.withoutReference, condition.methods.count > 1 {
        parts.append("no effective robustness: \(problem)")
      }
    }
    parts += result.leftOut.map { "left out: \($0)" }
    text = parts.joined(separator: "\n")
  }
}
