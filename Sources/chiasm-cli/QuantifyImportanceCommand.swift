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

  func run() throws {
    guard let chosen = ImportanceFinding.Method(rawValue: method) else {
      throw UsageError("--method is \"\(method)\"; expected shapley, lime or gradients")
    }
    let result = try flags.analysis().importance(chosen, leading: leading)
    try flags.output.write(result)
    flags.output.show("\(method), \(result.samples) samples of \(flags.split)")
    flags.output.show(
      TerminalTable(
        ["modality", "share of the contributions"],
        rows: result.share.sorted { $0.key < $1.key }.map { [$0.key, amount($0.value)] }, numbers: [1]
      ).text())
    flags.output.show(
      TerminalTable(
        ["\(result.first) and \(result.second)", "share of the samples"],
        rows: result.relationsInWords.map { [$0.name, amount($0.share)] }, numbers: [1]
      ).text())
  }
}
