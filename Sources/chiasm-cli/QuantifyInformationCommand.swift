import ArgumentParser
import Chiasm
import Foundation

struct QuantifyInformationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "information",
    abstract: "Mutual information of each modality with the target, and of every two modalities.",
    discussion: """
      Nearest neighbours (KSG, Ross) suit few numbers and are taken on principal
      components. infonce and nwj are lower bounds of a critic trained on 60 % of
      the samples, read from 20 %; mine is too high by chance in small batches and
      no bound; club is an upper bound where its model of the target fits.
      Estimates are not clipped at 0. p is of independence, "p of all" the same
      corrected for all rows (Holm). Where the manifest names groups, values
      change places within groups, or those of whole groups do.

      Example: chiasm quantify information mosi --estimator nearest
      """)

  @OptionGroup var flags: InformationFlags
  @Option(help: "nearest, plug-in, miller-madow, infonce, nwj, mine or club.")
  var estimator = "nearest"
  @Option(help: "Neighbours (k).")
  var neighbours = 3
  @Option(help: "Random orders for p-values; 0 for none. Critics take none.")
  var permutations = 99

  private var output: OutputOptions { flags.output }

  func run() throws {
    let chosen: InformationAnalysis.Estimator
    let components = try flags.checkedComponents()
    switch estimator {
    case "nearest":
      chosen = .nearest(
        neighbours: try check(neighbours, "--neighbours", 1...1000), components: components)
    case "plug-in": chosen = .discrete(try flags.method(), components: components, .plugIn)
    case "miller-madow": chosen = .discrete(try flags.method(), components: components, .millerMadow)
    case "infonce": chosen = .neural(.infoNCE, nil)
    case "nwj": chosen = .neural(.nwj, nil)
    case "mine": chosen = .neural(.donskerVaradhan, nil)
    case "club": chosen = .neural(.club, nil)
    default:
      throw UsageError(
        "--estimator is \"\(estimator)\"; expected nearest, plug-in, miller-madow, infonce, nwj, mine or club")
    }
    let analysis = InformationAnalysis(
      chosen, unit: try flags.checkedUnit(),
      permutations: try check(permutations, "--permutations", 0...100_000), seed: flags.seed)
    let result = try InformationJob(flags.subject(), analysis).run(progress: output.progress)
    try output.write(result)
    let groups = result.groups.map { " in \($0) groups" } ?? ""
    output.show("\(result.estimator); \(result.samples) samples\(groups)")
    let isTested = result.rows.contains { $0.pValue != nil }
    output.show(
      [
        "", "and", result.unit, "", isTested ? "p" : "± error", isTested ? "p of all" : "",
        isTested ? "if independent" : "",
      ],
      result.rows.map { row in
        [
          row.first, row.second, Format.amount(row.value), row.kind == "estimate" ? "" : "\(row.kind) bound",
          Format.amount(row.pValue ?? row.standardError), Format.amount(row.adjustedPValue),
          Format.amount(row.nullMean),
        ]
      }, numbers: [2, 4, 5, 6])
  }
}
