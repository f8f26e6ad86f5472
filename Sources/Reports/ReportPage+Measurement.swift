import Evaluation
import Foundation
import Modalities

/// How all this was measured, what failed, and on which machine.
extension ReportPage {
  var measured: ReportSection? {
    let set = comparison.dataset
    let splits = Split.allCases.compactMap { split in set.samples[split.rawValue].map { "\($0) \(split.rawValue)" } }
    let modalities = set.modalities.sorted { $0.key < $1.key }.map { name, summary in
      [
        name, summary.kind.rawValue, summary.shape.map(String.init).joined(separator: " × "),
        summary.missing == 0 ? "none" : "\(summary.missing)",
      ]
    }
    var points = [
      "Samples: \(splits.joined(separator: ", ")). Normalisation was fitted on the train split only.",
      "Every method was trained once per seed; the weights of the epoch with the best validation score were kept. "
        + "The test split took no part in any choice.",
      "The best single modality and the best fusion are the ones with the best mean <em>validation</em> score; ties go to "
        + "fewer parameters.",
      "Intervals of single scores are 95 % percentile bootstraps over the test "
        + (set.units?.groups == nil ? "samples" : "groups")
        + ", with all seeds of a sample kept together: of these trained models on another test set of this size. Intervals "
        + "of the verdict’s differences cross seeds with test samples: they hold for other seeds, too, but not for another "
        + "training set.",
    ]
    points.append(
      "Peak memory is the most that the tensors of one training held at once, without the data set and the program; of "
        + "seeds that trained as one, each counts with an equal share.")
    if let verdict {
      points.append(
        "Fusing helps when over every modality the interval of the gain lies above zero and the gain reaches half of "
          + HTML.escape(Format.difference(verdict.margin, metric)) + (metric.isShare ? " points" : "")
          + "; one modality is enough when the 90 % interval stays below that. Something was learned when of "
          + "\(verdict.pNull.permutations) shuffles of the test targets fewer than one in forty score as well.")
      for (name, reason) in verdict.placebo.refused.sorted(by: { $0.key < $1.key }) {
        points.append("Not trained as a placebo: \(HTML.escape(name)) (\(HTML.escape(reason))).")
      }
      if verdict.emapGap != nil {
        points.append(
          "What interactions contribute is the improvement of the best fusion over its empirical multimodally-additive "
            + "projection (Hessel &amp; Lee, 2020), the closest model in which every modality adds its own vote."
            + (verdict.emapIsExact == false
              ? " That projection was estimated from random recombinations of the samples' modalities: all of them were "
                + "too many to form. The interval does not cover the error of that estimate." : ""))
      }
      if let baseline = verdict.baseline {
        points.append(
          "The best constant prediction, which looks at no sample, scores \(HTML.escape(Format.score(baseline, metric)))."
        )
      }
    }
    return ReportSection(
      "How it was measured",
      "<ul>" + points.map { "<li>\($0)</li>" }.joined() + "</ul>"
        + Markup.table(["modality", "kind", "shape of a sample", "absent in"], modalities, numbers: []), id: .measures)
  }

  var failures: ReportSection? {
    let rows = comparison.methods.flatMap { method in
      method.failures.map { [method.name, "\($0.seed)", $0.error] }
    }
    guard !rows.isEmpty else { return nil }
    return ReportSection("What failed", Markup.table(["method", "seed", "error"], rows, numbers: [1]))
  }

  var options: ReportSection? {
    let rows = comparison.methods.map { method in
      [
        method.name, method.area,
        method.options.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: "  "),
      ]
    }
    return ReportSection(
      "Options of the methods",
      Markup.folded("All \(rows.count)", Markup.table(["method", "area", "options"], rows, numbers: [])))
  }

  var machine: ReportSection? {
    let rows = [
      ["processor", "\(environment.processor), \(environment.cores) cores"],
      ["memory", Format.bytes(environment.memoryBytes)],
      ["system", "\(environment.operatingSystem), kernel \(environment.kernel), \(environment.architecture)"],
      ["software", "Chiasm \(environment.chiasm), Swift \(environment.swift), libtorch \(environment.libtorch)"],
    ]
    return ReportSection("Machine", Markup.table([], rows, numbers: []))
  }
}
