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

  func run() throws {
    var analysis = UtilizationAnalysis()
    analysis.split = try parseSplit(split)
    analysis.resamples = try TrainingFlags.check(resamples, "--resamples", 1...100_000)
    analysis.seed = seed
    let run = try flags.run()
    let result = try analysis.run(run.trials, on: run.dataset)
    guard !result.methods.isEmpty else { throw InputError(file: flags.trained, result.leftOut.joined(separator: "; ")) }
    try flags.output.write(result)
    flags.output.show("\(result.metric.label), \(result.samples) samples of \(result.split.rawValue)")
    let rows = result.methods.flatMap { method in
      method.rates.sorted { $0.key < $1.key }.map { name, rate in
        [
          method.method, name, String(format: "%.3f", rate.mean),
          String(format: "%.3f … %.3f", rate.ci95.low, rate.ci95.high),
          method.neglected.contains(name) ? "hardly counts" : "",
        ]
      }
    }
    flags.output.show(
      TerminalTable(["method", "modality", "rate", "95 % interval", ""], rows: rows, numbers: [2, 3]).text())
    for name in result.absent {
      flags.output.show("not measured: \(name) is in no sample of \(result.split.rawValue)")
    }
    for reason in result.leftOut where !run.isComparison || !reason.hasPrefix("unimodal") {
      flags.output.show("left out: \(reason)")
    }
  }
}
