import ArgumentParser
import Chiasm
import Foundation

struct QuantifyEMAPCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emap",
    abstract: "What of a model's score is owed to interactions between its modalities.",
    discussion: """
      The model is compared with the sum of one function per modality that is
      nearest to it, its empirical multimodally-additive projection (Hessel and
      Lee, 2020). Where there are too many recombinations of the samples, random
      ones stand for all; a warning says when it takes more than a minute.

      Example: chiasm quantify k3f9 emap
      Example: chiasm quantify k3f9 emap mosi --split validation --json emap.json
      """)

  @OptionGroup var flags: ModelFlags
  @Option(help: "Most evaluations of the model for which every recombination is formed.")
  var exact: Int?
  @Option(help: "Recombinations of each sample where all would be too many.")
  var draws: Int?
  @Option(help: "Bootstrap resamples for the interval.")
  var resamples = 2000
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0

  private var output: OutputOptions { flags.output }

  func run() throws {
    let (exact, draws) = try (check(exact, "--exact", 1...1_000_000_000_000), check(draws, "--draws", 1...1_000_000))
    let resamples = try check(resamples, "--resamples", 1...100_000)
    var job = ProjectionJob(try flags.subject())
    (job.exact, job.draws, job.resamples, job.seed) = (exact, draws, resamples, seed)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show(
      "\(result.samples) samples of \(flags.split); projection "
        + "\(result.isExact ? "exact" : "estimated from random recombinations"), \(result.evaluations) evaluations")
    output.show(
      ["metric", "model", "additive part"],
      result.model.keys.sorted().map { [$0, Format.amount(result.model[$0]), Format.amount(result.projection[$0])] },
      numbers: [1, 2])
    output.show(
      result.gap.map { gap in
        "\(result.metric.rawValue): interactions contribute \(Format.amount(gap.mean)) "
          + "[\(Format.amount(gap.ci95.low)), \(Format.amount(gap.ci95.high))]"
      } ?? "\(result.metric.rawValue) is undefined on these samples, and so is the gap")
  }
}
