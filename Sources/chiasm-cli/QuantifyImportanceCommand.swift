import ArgumentParser
import Chiasm
import Foundation

struct QuantifyImportanceCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "importance",
    abstract: "How much each modality contributes to a model's predictions.",
    discussion: """
      shapley: exact values over all subsets; lime: the nearest linear model of
      which modalities are there; gradients: gradient times encoding. A modality
      that does not count has the mean encoding. Contributions of one modality and
      of all others together complement each other, conflict, or one dominates.

      Example: chiasm quantify k3f9 importance --method lime
      """)

  @OptionGroup var flags: ModelFlags
  @Option(help: "shapley, lime or gradients.")
  var method = "shapley"
  @Option(help: "The modality held against all others; the first by default.")
  var leading: String?

  private var output: OutputOptions { flags.output }

  func run() throws {
    let chosen: ImportanceFinding.Method = try choice(method, "--method")
    var job = ImportanceJob(try flags.subject())
    (job.method, job.leading) = (chosen, leading)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show("\(method), \(result.samples) samples of \(flags.split)")
    output.show(
      ["modality", "share of the contributions"],
      result.share.sorted { $0.key < $1.key }.map { [$0.key, Format.amount($0.value)] }, numbers: [1])
    output.show(
      ["\(result.first) and \(result.second)", "share of the samples"],
      result.relationsInWords.map { [$0.name, Format.amount($0.share)] }, numbers: [1])
  }
}
