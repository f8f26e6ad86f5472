import Analyses
import Evaluation
import Foundation
import Quantification

/// Why the fusion does as it does: where the gain comes from, what the modalities say, how the fusion does without some of
/// them, how their answers relate.
extension ReportPage {
  // MARK: The gain

  var gain: ReportSection? {
    guard let verdict else { return nil }
    let picture = figures.gain.map { "<figure>\n\($0)\n</figure>" } ?? ""
    let unit = metric.isShare ? ", in points" : ""
    return ReportSection(
      "What \(HTML.escape(verdict.bestFusion)) gains over each modality",
      picture
        + Markup.folded(
          "In numbers, and what each was held against",
          Markup.table(ContestTable.header, ContestTable(verdict).rows, numbers: ContestTable.numbers),
          isOpen: picture.isEmpty)
        + "<p class=\"caption\">Improvement of the test \(metric.label)\(unit); positive is better. At its best: of the "
        + "single-modality methods and of the fusion itself on copies of the modality or with all others permuted, the one "
        + "with the best validation score. p: how often predictions from the modality alone do as well with shuffled test "
        + "targets. The additive part is the sum of one function per modality that is nearest to the fusion.</p>",
      id: .gain)
  }

  // MARK: Information

  var information: ReportSection? {
    guard let finding = findings.information else { return unmeasured("information", "What the modalities say") }
    let stated = finding.stated != nil
    func row(_ name: String, _ value: InformationPart, _ truth: Double?) -> [String] {
      [name, bits(value.mean), value.ci95.map { "[\(bits($0.low)), \(bits($0.high))]" } ?? ""]
        + (stated ? [truth.map(bits) ?? ""] : [])
    }
    let truth = finding.stated.map { stated in
      [stated.redundancy, stated.unique[finding.first], stated.unique[finding.second], stated.synergy]
    }
    var rows = finding.parts.enumerated().map { row($1.name, $1.value, truth?[$0]) }
    if let demonstrated = finding.demonstrated {
      rows.insert(["demonstrated by the models", bits(demonstrated), ""] + (stated ? [""] : []), at: 0)
    }
    rows.append(["together", bits(finding.total), ""] + (stated ? [""] : []))
    rows.append(["target entropy", bits(finding.entropy), ""] + (stated ? [""] : []))
    var points = [
      "Redundant information is in both sources, unique information in one only, synergistic information in neither alone "
        + "(Bertschinger et al., 2014). The regime is the kind that makes up at least two thirds of the whole"
        + "; here <strong>\(finding.regime.rawValue)</strong>"
        + (finding.regimeSupport.map { ", as in \(Format.decimals(100 * $0, 0)) % of the resamples" } ?? "")
        + ". \(InformationRegime.synergyNote)",
      "\(finding.samples) samples (\(HTML.escape(finding.split))). Estimator: \(HTML.escape(finding.estimator)).",
    ]
    if let p = finding.pValue, let permutations = finding.permutations {
      points.append(
        "Test of no information at all: p = \(Format.decimals(p, 3)) by \(permutations) random orders of the targets. A regime is "
          + "named where p is below 0.05 and the whole above 97.5 % of these orders.")
    }
    points += ((finding.withheld.map { ["Parts are not told: \($0)"] } ?? []) + (finding.warnings ?? [])).map {
      HTML.escape($0.prefix(1).uppercased() + $0.dropFirst()) + "."
    }
    if let quality = finding.quality {
      let shown = zip(
        [finding.first, finding.second, Sides.together(finding.first, finding.second)], quality.demonstrated
      ).map { name, value in
        "\(HTML.escape(name)) \(bits(value))"
      }
      points.append(
        "Demonstrated on these samples, entropy less cross-entropy: \(shown.joined(separator: ", ")) \(finding.unit). "
          + "Parts rest on what the models say of themselves after calibration; far above these they are too sure. What no "
          + "model has learnt is in no part.")
    }
    points.append(
      "The minimum behind the parts is certified to \(String(format: "%.0e", finding.gap)) \(finding.unit).")
    let picture = figures.information.map { "<figure>\n\($0)\n</figure>" } ?? ""
    return ReportSection(
      "What the modalities say",
      picture
        + Markup.folded(
          "In numbers, with the target's entropy",
          Markup.table(
            ["information about the target", finding.unit, "95 % interval"]
              + (stated ? ["stated by the data set"] : []),
            rows, numbers: stated ? [1, 2, 3] : [1, 2]), isOpen: picture.isEmpty)
        + "<ul class=\"caption\">" + points.map { "<li>\($0)</li>" }.joined() + "</ul>", id: .information)
  }

  private func bits(_ value: Double) -> String { Format.decimals(value, 2) }

  func unmeasured(_ name: String, _ title: String) -> ReportSection? {
    guard let reason = findings.notMeasured[name] else { return nil }
    return ReportSection(title, "<p class=\"note\">Not measured: \(HTML.escape(reason)).</p>")
  }

  // MARK: Without some modalities

  var missing: ReportSection? {
    guard let finding = findings.missing, let verdict else { return unmeasured("missing", "Without some modalities") }
    let rows = finding.rows.map { row -> [String] in
      let alone =
        row.present.count == 1 ? comparison.methods.first { $0.isUnimodal && $0.modalities == row.present } : nil
      return [
        row.present.joined(separator: ", "), row.score.map { Format.score($0.mean, metric) } ?? "undefined",
        row.score.map { interval($0.ci95) } ?? "–",
        alone?.metrics[metric.rawValue].map { Format.score($0.mean, metric) } ?? "",
      ]
    }
    let picture = figures.missing.map { "<figure>\n\($0)\n</figure>" } ?? ""
    return ReportSection(
      "Without some modalities",
      picture
        + Markup.folded(
          finding.told.count < rows.count ? "All \(rows.count) sets of modalities in numbers" : "In numbers",
          Markup.table(
            ["there is", "\(metric.label) of \(verdict.bestFusion)", "95 % interval", "trained on it alone"], rows,
            numbers: [1, 2, 3]), isOpen: picture.isEmpty)
        + "<p class=\"caption\">A missing modality is \(HTML.escape(finding.imputation.explanation)). "
        + "Mean over \(finding.seeds) \(finding.seeds == 1 ? "seed" : "seeds") on the test split. The fusion was not made "
        + "to do without unless it was trained with the option modality-dropout.</p>")
  }

  var importance: ReportSection? {
    guard let finding = findings.importance else { return nil }
    let shares = finding.share.sorted { $0.key < $1.key }.map { name, share in
      [name, Format.decimals(100 * share, 1) + " %"]
    }
    let relations = finding.relationsInWords.map { [$0.name, Format.decimals(100 * $0.share, 1) + " %"] }
    return ReportSection(
      "Who contributes",
      Markup.table(["modality", "share of the contributions"], shares, numbers: [1]) + "<h3>Together</h3>"
        + Markup.table(["\(finding.first) and \(finding.second)", "of the samples"], relations, numbers: [1])
        + "<p class=\"caption\">Exact Shapley values of the modalities for the outputs of \(finding.samples) test samples, "
        + "mean over \(finding.seeds) \(finding.seeds == 1 ? "seed" : "seeds"); a modality that does not count has the mean "
        + "encoding. One dominates where its contribution is four times as long.</p>")
  }

  // MARK: Interactions

  var interactions: ReportSection? {
    guard let finding = findings.interactions else { return unmeasured("interactions", "How predictions relate") }
    let (first, second) = (finding.first, finding.second)
    func percent(_ share: Double) -> String { Format.decimals(100 * share, 1) + " %" }
    let rows = finding.rows.map { row in
      let name = LabelFinding.words(row.label, first: first, second: second)
      return "<tr><td>\(HTML.escape(name))<small>\(HTML.escape(LabelFinding.meaning(row.label)))</small></td>"
        + "<td class=\"n\">\(row.count)</td>"
        + "<td class=\"n\">\(percent(row.share))<span class=\"share\" style=\"width:\(Int(100 * row.share))%\"></span></td>"
        + "<td class=\"n\">\(row.accuracy.map(percent) ?? "–")</td></tr>"
    }
    let head = ["label", "samples", "share", "joint prediction right"].enumerated()
      .map { "<th\($0 > 0 ? " class=\"n\"" : "")>\($1)</th>" }.joined()
    let examples = finding.rows.filter { !$0.examples.isEmpty }.map { row in
      "<h3>\(HTML.escape(LabelFinding.words(row.label, first: first, second: second)))</h3><div class=\"examples\">"
        + row.examples.map { example($0, finding) }.joined(separator: "\n") + "</div>"
    }
    return ReportSection(
      "How predictions relate",
      "<div class=\"scroll\"><table class=\"labels\"><thead><tr>\(head)</tr></thead><tbody>\(rows.joined(separator: "\n"))"
        + "</tbody></table></div>"
        + "<p class=\"caption\">Predictions from \(HTML.escape(first)), from \(HTML.escape(second)) and from \(Sides.together(first, second)), by "
        + "\(HTML.escape(finding.answers)). Probabilities within \(Format.decimals(finding.tolerance, 2)) of each other "
        + "count as equal. Examples are those in which the joint prediction is surest.</p>"
        + (examples.isEmpty ? "" : Markup.folded("Examples of each", examples.joined())))
  }

  private func example(_ example: LabelFinding.Example, _ finding: LabelFinding) -> String {
    func answer(_ name: String, _ answer: LabelFinding.Answer) -> String {
      "<dt>\(HTML.escape(name))</dt><dd\(answer.answer == example.target ? "" : " class=\"wrong\"")>"
        + "\(HTML.escape(answer.answer)) <small>\(Format.decimals(answer.probability, 2))</small></dd>"
    }
    let pictures = (example.pictures ?? [:]).sorted { $0.key < $1.key }.filter {
      $0.value.hasPrefix("data:image/png;base64,")
    }
    .map { name, address in
      "<svg viewBox=\"0 0 64 64\" role=\"img\" aria-label=\"\(HTML.escape(name))\"><image href=\"\(HTML.escape(address))\" "
        + "width=\"64\" height=\"64\" preserveAspectRatio=\"xMidYMid meet\"/></svg>"
    }
    return "<div class=\"example\"><p><b>\(HTML.escape(example.id))</b> is \(HTML.escape(example.target))</p>"
      + "<div class=\"pictures\">\(pictures.joined())</div><dl>\(answer(finding.first, example.first))"
      + "\(answer(finding.second, example.second))\(answer(Sides.together(finding.first, finding.second), example.both))</dl></div>"
  }
}
