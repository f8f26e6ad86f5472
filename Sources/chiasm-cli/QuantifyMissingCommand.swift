import ArgumentParser
import Chiasm
import Foundation

struct QuantifyMissingCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "missing",
    abstract: "How a model does with every subset of its modalities.",
    discussion: """
      What stands for a missing modality: absent (the model is told, as of samples
      that lack it), zero, mean (of the encodings), other (another sample's).

      Example: chiasm quantify k3f9 missing --imputation mean
      """)

  @OptionGroup var flags: ModelFlags
  @Option(help: "absent, zero, mean or other.")
  var imputation = "absent"
  @Option(help: "Bootstrap resamples for the intervals.")
  var resamples = 500

  func run() throws {
    guard let policy = MissingModalityTable.Imputation(rawValue: imputation) else {
      throw UsageError("--imputation is \"\(imputation)\"; expected absent, zero, mean or other")
    }
    let resamples = try TrainingFlags.check(resamples, "--resamples", 1...100_000)
    let analysis = try flags.analysis()
    let result = try analysis.missing(policy, resamples: resamples)
    try flags.output.write(result)
    let metric = analysis.trained.configuration.metric.rawValue
    flags.output.show("\(analysis.samples.count) samples of \(flags.split); missing: \(policy.explanation)")
    flags.output.show(
      TerminalTable(
        ["there is", metric, "95 % interval"],
        rows: result.rows.map { row in
          [
            row.present.joined(separator: ", "), row.score.map { amount($0.mean) } ?? "undefined",
            row.score.map { "\(amount($0.ci95.low)) … \(amount($0.ci95.high))" } ?? "",
          ]
        }, numbers: [1]
      ).text())
  }
}
