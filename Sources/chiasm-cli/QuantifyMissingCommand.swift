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

  private var output: OutputOptions { flags.output }

  func run() throws {
    let policy: MissingModalityTable.Imputation = try choice(imputation, "--imputation")
    let resamples = try check(resamples, "--resamples", 1...100_000)
    var job = MissingJob(try flags.subject())
    (job.imputation, job.resamples) = (policy, resamples)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show("\(result.samples) samples of \(flags.split); missing: \(policy.explanation)")
    output.show(
      ["there is", result.metric.rawValue, "95 % interval"],
      result.finding.rows.map { row in
        [
          row.present.joined(separator: ", "), row.score.map { Format.amount($0.mean) } ?? "undefined",
          row.score.map { "\(Format.amount($0.ci95.low)) … \(Format.amount($0.ci95.high))" } ?? "",
        ]
      }, numbers: [1])
  }
}
