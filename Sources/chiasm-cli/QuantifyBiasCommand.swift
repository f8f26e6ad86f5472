import ArgumentParser
import Chiasm
import Foundation

struct QuantifyBiasCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bias",
    abstract: "Scores by group, bias amplification, and what swapping a modality between groups does.",
    discussion: """
      A group is a value of any column of samples.csv, one that no model reads as
      well. Amplification: by how much predictions tie classes to groups more than
      the labels of the train split do (Zhao et al., 2017), and from group to
      class over the labels of the same samples (Wang & Russakovsky, 2021). Swap:
      how often a prediction changes when one modality comes from another sample
      of the same class, of another group against of the own. Between groups that
      are alike the best lies above the worst by chance: p says how often, where
      groups are dealt out anew (whole units of the manifest's group:).

      Example: chiasm quantify k3f9 bias --group speaker
      """)

  @OptionGroup var flags: RunFlags
  @Option(help: ArgumentHelp("The column of samples.csv that holds the group.", valueName: "column"))
  var group: String
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @Option(help: "Bootstrap resamples for the intervals.")
  var resamples = 500
  @Option(help: "Donors tried for each sample in a swap.")
  var draws = 5
  @Option(help: "Seed of donors and resamples.")
  var seed: UInt64 = 0

  private var output: OutputOptions { flags.output }

  func run() throws {
    var analysis = BiasAnalysis(column: group)
    analysis.split = try parseSplit(split)
    analysis.resamples = try check(resamples, "--resamples", 1...100_000)
    analysis.draws = try check(draws, "--draws", 1...10_000)
    analysis.seed = seed
    let result = try BiasJob(flags.subject(), analysis).run(progress: output.progress)
    try output.write(result)
    output.show(BiasText(result).text)
  }
}

/// Bias as a terminal shows it: a table of groups and one of methods.
struct BiasText {
  let text: String

  init(_ result: BiasResult) {
    let isShare = result.metric.isShare
    func score(_ value: Double) -> String { Format.difference(value, result.metric) }
    func interval(_ interval: Interval?) -> String {
      interval.map { "\(score($0.low)) … \(score($0.high))" } ?? "too few"
    }
    func number(_ estimate: Estimate?) -> String {
      estimate.map { String(format: "%+.3f (%+.3f … %+.3f)", $0.mean, $0.ci95.low, $0.ci95.high) } ?? "–"
    }
    var parts = [
      "\(result.metric.label)\(isShare ? ", %" : "") by \(result.column), \(result.samples) samples of "
        + result.split.rawValue
        + (result.withoutGroup > 0 ? "; \(result.withoutGroup) more have no \(result.column) and are left out" : "")
    ]
    for method in result.methods {
      let rows = method.groups.map { group in
        [
          group.name, "\(group.samples)", group.score.map(score) ?? "–",
          group.samples == 0 ? "none" : interval(group.interval),
        ]
      }
      parts.append(
        TerminalTable([method.method, "samples", result.metric.label, "95 % interval"], rows: rows, numbers: [1, 2])
          .text())
      parts.append(
        "best less worst group: " + (method.gap.map { Self.text($0, score) } ?? "needs two groups of five samples"))
      if method.amplification != nil || method.directionalAmplification != nil {
        parts.append("bias amplification over the train labels: \(number(method.amplification))")
        parts.append("from group to class, over the same labels: \(number(method.directionalAmplification))")
      }
      for swap in method.swaps {
        parts.append(
          swap.excess == nil
            ? "swap of \(swap.modality): \(swap.samples) samples have donors, which are too few"
            : "swap of \(swap.modality): changes \(number(swap.across)) across groups, \(number(swap.within)) within; "
              + "the group adds \(number(swap.excess))")
      }
      parts.append("")
    }
    text = parts.dropLast().joined(separator: "\n")
  }

  private static func text(_ gap: BiasResult.Gap, _ score: (Double) -> String) -> String {
    let (corrected, interval) = (gap.corrected.mean, gap.corrected.ci95)
    return "\(score(gap.observed)), of which chance makes \(score(gap.byChance)); corrected \(score(corrected)) "
      + "(\(score(interval.low)) … \(score(interval.high))), p = \(String(format: "%.3f", gap.p)): "
      + (gap.p <= 0.05 ? "the groups differ" : "no gap is shown")
  }
}
