import ArgumentParser
import Chiasm
import Foundation

struct QuantifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantify", abstract: "Measure what modalities say, alone and together.",
    discussion: "Example: chiasm quantify partial-information mosi",
    subcommands: [
      QuantifyInformationCommand.self, QuantifyPartialInformationCommand.self, QuantifyInteractionsCommand.self,
    ])

  /// `quantify DIR WHAT` as `quantify WHAT DIR`: both orders are understood.
  ///
  /// - Throws: `UsageError` where neither is something to measure.
  static func reordered(_ arguments: [String]) throws -> [String] {
    let names = configuration.subcommands.compactMap { $0.configuration.commandName }
    guard arguments.count > 2, arguments[0] == "quantify", !names.contains(arguments[1]), arguments[1] != "help",
      !arguments[1].hasPrefix("-"), !arguments[2].hasPrefix("-")
    else { return arguments }
    guard names.contains(arguments[2]) else {
      throw UsageError(
        "nothing called \"\(arguments[2])\" can be measured; expected one of \(names.joined(separator: ", "))")
    }
    return [arguments[0], arguments[2], arguments[1]] + arguments[3...]
  }
}

/// What every estimate of information from a data set takes.
struct InformationFlags: ParsableArguments {
  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Option(help: ArgumentHelp("Modalities, separated by commas; all by default.", valueName: "names"))
  var modalities: String?
  @Option(help: "Samples: train, validation, test or all.")
  var split = "all"
  @Option(help: "bits or nats.")
  var unit = "bits"
  @Option(help: "How features become discrete: k-means, quantile or equal-width.")
  var discretise = "k-means"
  @Option(help: "Clusters, or bins of each component.")
  var bins = 8
  @Option(help: "Leading principal components that the estimate is from.")
  var components = 3
  @Option(help: "Seed of everything random.")
  var seed: UInt64 = 0
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func checkedUnit() throws -> InformationUnit {
    guard let value = InformationUnit(rawValue: unit) else {
      throw UsageError("--unit is \"\(unit)\"; expected bits or nats")
    }
    return value
  }

  func method() throws -> Discretizer.Method { try Discretizer.Method(named: discretise, bins: bins) }

  func checkedComponents() throws -> Int { try TrainingFlags.check(components, "--components", 1...1000) }

  /// Reads the data set, once all options are known to be right.
  func view() throws -> (FeatureView, Dataset) {
    let splits = try split == "all" ? Set(Split.allCases) : [parseSplit(split)]
    let names = modalities?.split(separator: ",").map(String.init)
    try output.checkWritable()
    let data = try store.load(dataset)
    // Critics and classifiers are small: several threads would wait for each other.
    Engine.threads = 1
    return (try FeatureView(data, splits: splits, names: names, file: dataset), data)
  }
}

/// Four decimals, and no sign where they are all 0.
func amount(_ value: Double?) -> String {
  value.map { String(format: "%.4f", abs($0) < 0.00005 ? 0 : $0) } ?? ""
}

struct QuantifyInformationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "information",
    abstract: "Mutual information of each modality with the target, and of every two modalities.",
    discussion: """
      Nearest neighbours (KSG, Ross) suit few numbers and are taken on principal
      components. infonce, nwj and mine are lower bounds of a critic trained on
      60 % of the samples, read from 20 %; club is an upper bound where its model
      of the target fits. Estimates are not clipped at 0.

      Example: chiasm quantify information mosi --estimator nearest
      """)

  @OptionGroup var flags: InformationFlags
  @Option(help: "nearest, plug-in, miller-madow, infonce, nwj, mine or club.")
  var estimator = "nearest"
  @Option(help: "Neighbours (k).")
  var neighbours = 3
  @Option(help: "Random orders for p-values; 0 for none. Critics take none.")
  var permutations = 99

  func run() throws {
    let chosen: InformationAnalysis.Estimator
    let components = try flags.checkedComponents()
    switch estimator {
    case "nearest":
      chosen = .nearest(
        neighbours: try TrainingFlags.check(neighbours, "--neighbours", 1...1000), components: components)
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
      permutations: try TrainingFlags.check(permutations, "--permutations", 0...100_000), seed: flags.seed)
    let result = try analysis.run(flags.view().0)
    try flags.output.write(result)
    flags.output.show("\(result.estimator); \(result.samples) samples")
    let isTested = result.rows.contains { $0.pValue != nil }
    flags.output.show(
      TerminalTable(
        ["", "and", result.unit, "", isTested ? "p" : "± error", isTested ? "if independent" : ""],
        rows: result.rows.map { row in
          [
            row.first, row.second, amount(row.value), row.kind == "estimate" ? "" : "\(row.kind) bound",
            amount(row.pValue ?? row.standardError), amount(row.nullMean),
          ]
        }, numbers: [2, 4, 5]
      ).text())
  }
}

struct QuantifyPartialInformationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partial-information",
    abstract: "Redundant, unique and synergistic information of every two modalities.",
    discussion: """
      learned trains a classifier on each modality and one on both, and splits
      what they know of held-out samples; discrete counts cells, which is too
      high where cells are many and samples few. Three or four modalities also
      get the lattice of I_min from discrete counts.

      Example: chiasm quantify partial-information mosi --estimator learned
      """)

  @OptionGroup var flags: InformationFlags
  @Option(help: "learned or discrete.")
  var estimator = "learned"
  @Option(help: "Bootstrap resamples for the intervals.")
  var resamples = 100

  func run() throws {
    let resamples = try TrainingFlags.check(resamples, "--resamples", 1...100_000)
    let components = try flags.checkedComponents()
    let method = try flags.method()
    let chosen: PartialInformationAnalysis.Estimator
    switch estimator {
    case "learned":
      var learned = LearnedPartialInformation(seed: flags.seed)
      learned.resamples = resamples
      chosen = .learned(learned, targetBins: flags.bins)
    case "discrete": chosen = .discrete(method, components: components, resamples: resamples)
    default: throw UsageError("--estimator is \"\(estimator)\"; expected learned or discrete")
    }
    let analysis = PartialInformationAnalysis(chosen, unit: try flags.checkedUnit(), seed: flags.seed)
    let (view, data) = try flags.view()
    let result = try analysis.run(view, stated: data.manifest.information)
    try flags.output.write(result)
    flags.output.show("\(result.measure), \(result.estimator); \(result.samples) samples, \(result.unit)")
    for pair in result.pairs { flags.output.show(table(pair, result).text()) }
    if let lattice = result.lattice {
      flags.output.show("lattice of I_min; sources \(view.names.joined(separator: ", ")) are 1 to \(view.names.count)")
      flags.output.show(
        TerminalTable(
          ["node", "redundancy", "atom"], rows: lattice.map { [$0.name, amount($0.redundancy), amount($0.atom)] },
          numbers: [1, 2]
        ).text())
    }
  }

  private func table(
    _ pair: PartialInformationAnalysis.Pair, _ result: PartialInformationAnalysis.Result
  ) -> TerminalTable {
    // What the manifest states is of all modalities at once.
    let stated = result.pairs.count == 1 ? result.stated : nil
    let rows: [(String, PartialInformationAnalysis.Part, Double?)] = [
      ("redundant", pair.redundancy, stated?.redundancy),
      ("only \(pair.first)", pair.uniqueFirst, stated?.unique[pair.first]),
      ("only \(pair.second)", pair.uniqueSecond, stated?.unique[pair.second]),
      ("synergistic", pair.synergy, stated?.synergy),
    ]
    return TerminalTable(
      ["\(pair.first), \(pair.second)", result.unit, "95 % interval", stated == nil ? "" : "stated"],
      rows: rows.map { name, part, stated in
        [name, amount(part.value), "\(amount(part.ci95.low)) … \(amount(part.ci95.high))", amount(stated)]
      }, numbers: [1, 3])
  }
}
