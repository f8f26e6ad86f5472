import ArgumentParser
import Chiasm
import Foundation

struct QuantifyUtilizationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "utilization",
    abstract: "How much of what a model reaches is owed to each modality, given the others.",
    discussion: """
      The conditional utilisation rate u(m | others) of Wu et al. (2022): the share
      of the score that is lost when a modality is withheld. Near 0, the others say
      the same, or training neglected it; --balance of train and compare then
      helps. With --json also the rates after each epoch, where they were measured.

      Example: chiasm quantify k3f9 utilization
      """)

  @OptionGroup var flags: RunFlags
  @Option(help: "train, validation or test.")
  var split: String = "validation"
  @Option(help: "Bootstrap resamples for the intervals.")
  var resamples = 200
  @Option(help: "Seed of the resamples.")
  var seed: UInt64 = 0

  private var output: OutputOptions { flags.output }

  func run() throws {
    var analysis = UtilizationAnalysis()
    analysis.split = try parseSplit(split)
    analysis.resamples = try check(resamples, "--resamples", 1...100_000)
    analysis.seed = seed
    let job = UtilizationJob(try flags.subject(), analysis)
    let measured = try job.run(progress: output.progress)
    try output.write(measured)
    let result = measured.utilization
    output.show("\(result.metric.label), \(result.samples) samples of \(result.split.rawValue)")
    let rows = result.methods.flatMap { method in
      method.rates.sorted { $0.key < $1.key }.map { name, rate in
        [
          method.method, name, String(format: "%.3f", rate.mean),
          String(format: "%.3f … %.3f", rate.ci95.low, rate.ci95.high),
          method.neglected.contains(name) ? "hardly counts" : "",
        ]
      }
    }
    output.show(["method", "modality", "rate", "95 % interval", ""], rows, numbers: [2, 3])
    for name in result.absent {
      output.show("not measured: \(name) is in no sample of \(result.split.rawValue)")
    }
    for reason in measured.leftOut { output.show("left out: \(reason)") }
  }
}
