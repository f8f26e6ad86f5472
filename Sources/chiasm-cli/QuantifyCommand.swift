import ArgumentParser
import Chiasm
import Foundation

struct QuantifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
<<<<<<< HEAD
    commandName: "quantify", abstract: "Measure what modalities do together in a data set.",
    discussion: """
      interactions --regression: least squares of the target on a scalar of each of
      two modalities and their product, with a partial F-test of the product.

      Example: chiasm quantify mosi interactions --regression
      Example: chiasm quantify digits interactions --regression --class 7
      """)

  /// What can be measured.
  enum Measure: String, CaseIterable { case interactions }

  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Argument(help: ArgumentHelp("What to measure: interactions.", valueName: "what"))
  var what: String
  @Flag(help: "interactions: by ordinary least squares.")
  var regression = false
  @Option(help: ArgumentHelp("Modalities to look at; all by default.", valueName: "a,b"))
  var modalities: String?
  @Option(
    help: ArgumentHelp(
      "Features that stand for modalities, counted from 0; by default the only one, or the first principal component.",
      valueName: "a:0,b:3"))
  var features: String?
  @Option(name: .customLong("class"), help: ArgumentHelp("The class that counts 1, all others 0.", valueName: "name"))
  var positive: String?
  @Option(help: "train, validation or test.")
  var split: String = "train"
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard Measure(rawValue: what) != nil else {
      let known = Measure.allCases.map(\.rawValue).joined(separator: ", ")
      throw UsageError("nothing called \"\(what)\" can be measured; expected one of \(known)")
    }
    guard regression else { throw UsageError("quantify interactions: say how; there is --regression") }
    let (part, features) = try (parseSplit(split), parseFeatures())
    try output.checkWritable()
    let report = try InteractionReport(
      store.load(dataset), split: part, features: features,
      modalities: modalities?.split(separator: ",", omittingEmptySubsequences: false).map(String.init),
      positive: positive)
    try output.write(report)
    for pair in report.pairs { output.show(text(pair, report)) }
  }

  private func parseFeatures() throws -> [String: Int] {
    guard let features else { return [:] }
    return try features.split(separator: ",", omittingEmptySubsequences: false).reduce(into: [:]) { result, entry in
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let index = Int(parts[1]), index >= 0, result[String(parts[0])] == nil else {
        throw UsageError("--features \"\(features)\": \"\(entry)\" is not modality:number, each modality once")
      }
      result[String(parts[0])] = index
    }
  }

  private func text(_ pair: InteractionRegression, _ report: InteractionReport) -> String {
    var lines = ["\(report.target) from \(pair.names.joined(separator: " and ")), \(pair.samples) samples of \(split)"]
    lines += pair.names.map { "  \($0): \(report.scalars[$0] ?? "")" }
    let models = [("additive", pair.additive), ("multiplicative", pair.multiplicative), ("full", pair.full)]
    let terms = models.flatMap { name, model in
      model.coefficients.map { term in
        [
          name, term.name, number(term.value), number(term.standardError),
          term.t.map { String(format: "%.2f", $0) } ?? "",
          term.p.map(probability) ?? "",
        ]
      }
    }
    lines.append(
      TerminalTable(["model", "term", "coefficient", "standard error", "t", "p"], rows: terms).text())
    let fits = models.map { name, model in
      [
        name, String(format: "%.4f", model.rSquared), String(format: "%.4f", model.adjustedRSquared),
        model.aic.map { String(format: "%.2f", $0) } ?? "", number(model.residualVariance.squareRoot()),
      ]
    }
    lines.append(TerminalTable(["model", "R²", "adjusted R²", "AIC", "residual deviation"], rows: fits).text())
    let gain = pair.full.rSquared - pair.additive.rSquared
    let test = pair.interaction
    if let f = test.f, let p = test.p {
      let degrees = test.degrees.map(String.init).joined(separator: ", ")
      lines.append(
        "The interaction adds \(String(format: "%.4f", gain)) to R²: partial F(\(degrees)) = "
          + "\(String(format: "%.2f", f)), p = \(probability(p))\n")
    } else {
      lines.append("The full model explains the target without error, so there is nothing to test against\n")
    }
    return lines.joined(separator: "\n")
  }

  private func number(_ value: Double) -> String { String(format: "%.5g", value) }

  private func probability(_ p: Double) -> String {
    p < 1e-300 ? "< 1e-300" : String(format: p < 0.001 ? "%.1e" : "%.4f", p)
=======
    commandName: "quantify", abstract: "Measure what modalities say, alone and together.",
    discussion: "Example: chiasm quantify partial-information mosi",
    subcommands: [QuantifyInformationCommand.self, QuantifyPartialInformationCommand.self])

  /// `quantify DIR WHAT` as `quantify WHAT DIR`: both orders are understood.
  static func reordered(_ arguments: [String]) -> [String] {
    let names = configuration.subcommands.map { $0.configuration.commandName! }
    guard arguments.count > 2, arguments[0] == "quantify", !names.contains(arguments[1]), names.contains(arguments[2])
    else { return arguments }
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
>>>>>>> c5b6993 (quantify information and partial-information)
  }
}
