import ArgumentParser
import Chiasm
import Foundation

struct QuantifyInteractionsCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "interactions",
    abstract: "How modalities interact: in a model's predictions, or in the data alone.",
    discussion: """
      Of a run: Friedman's H² and mixed second differences of every two
      modalities, and for classes how the answers to one modality, to the others
      and to all relate (enhancement, equivalence, independence, dominance,
      modulation, emergence).
      Of a data set, with --regression: least squares of the target on a scalar of
      each of two modalities and their product, with a partial F-test of the
      product.

      Example: chiasm quantify k3f9 interactions
      Example: chiasm quantify mosi interactions --regression
      Example: chiasm quantify digits interactions --regression --class 7
      """)

  @Argument(
    help: ArgumentHelp("Run id or folder; with --regression the folder of a data set.", valueName: "run|data"))
  var subject: String
  @Argument(help: "Folder of the data set; by default the one that the run was made on.")
  var dataset: String?
  @Flag(help: "Of a data set, by ordinary least squares.")
  var regression = false
  @Option(help: "Of a run: most samples for indices, whose cost grows with the square.")
  var samples: Int?
  @Option(help: "Of a run: the modality held against all others in labels; the first by default.")
  var leading: String?
  @Option(help: ArgumentHelp("Modalities to look at; all by default.", valueName: "a,b"))
  var modalities: String?
  @Option(
    help: ArgumentHelp(
      "Features that stand for modalities, counted from 0; by default the only one, or the first principal component.",
      valueName: "a:0,b:3"))
  var features: String?
  @Option(name: .customLong("class"), help: ArgumentHelp("The class that counts 1, all others 0.", valueName: "name"))
  var positive: String?
  @Option(help: "train, validation or test; train with --regression, else test.")
  var split: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    guard regression else { return try ofRun() }
    guard dataset == nil, samples == nil, leading == nil else {
      throw UsageError("--regression takes one folder, and neither --samples nor --leading")
    }
    let (part, features) = try (parseSplit(split ?? "train"), parseFeatures())
    try output.checkWritable()
    var job = RegressionJob(subject, in: workspace)
    (job.split, job.features, job.modalities, job.positive) = (part, features, modalities.map(list), positive)
    let report = try job.run(progress: output.progress)
    try output.write(report)
    for pair in report.pairs { output.show(text(pair, report)) }
  }

  private func ofRun() throws {
    guard modalities == nil, features == nil, positive == nil else {
      throw UsageError("--modalities, --features and --class go with --regression")
    }
    let limit = try check(samples ?? 200, "--samples", 2...100_000)
    let part = try parseSplit(split ?? "test")
    try output.checkWritable()
    var job = InteractionsJob(ModelSubject(subject, dataset: dataset, split: part, in: workspace))
    (job.samples, job.leading) = (limit, leading)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    let of = "\(result.samples) samples of \(split ?? "test")"
    for pair in result.pairs {
      output.show("\(pair.first) and \(pair.second), \(of)")
      output.show(
        ["output", "H²", "mixed difference"],
        pair.friedmanH2.keys.sorted().map {
          [$0, Format.amount(pair.friedmanH2[$0]), Format.amount(pair.mixedDifference[$0])]
        }, numbers: [1, 2])
    }
    guard let labels = result.labels else { return }
    output.show("predictions from \(labels.first), from \(labels.second) and from both, by \(labels.answers)")
    output.show(
      ["label", "samples", "share", "right", "such as"],
      labels.rows.map { row in
        [
          LabelFinding.words(row.label, first: labels.first, second: labels.second), "\(row.count)",
          Format.amount(row.share), Format.amount(row.accuracy), row.examples.map(\.id).joined(separator: ", "),
        ]
      }, numbers: [1, 2, 3])
  }

  private func parseFeatures() throws -> [String: Int] {
    guard let features else { return [:] }
    return try list(features).reduce(into: [:]) { result, entry in
      let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
      guard parts.count == 2, let index = Int(parts[1]), index >= 0, result[String(parts[0])] == nil else {
        throw UsageError("--features \"\(features)\": \"\(entry)\" is not modality:number, each modality once")
      }
      result[String(parts[0])] = index
    }
  }

  private func text(_ pair: InteractionRegression, _ report: InteractionReport) -> String {
    var lines = [
      "\(report.target) from \(pair.names.joined(separator: " and ")), \(pair.samples) samples of \(split ?? "train")"
    ]
    lines += pair.names.map { "  \($0): \(report.scalars[$0] ?? "")" }
    let models = [("additive", pair.additive), ("multiplicative", pair.multiplicative), ("full", pair.full)]
    let terms = models.flatMap { name, model in
      model.coefficients.map { term in
        [
          name, term.name, Format.general(term.value), Format.general(term.standardError),
          term.t.map { String(format: "%.2f", $0) } ?? "",
          term.p.map(Format.probability) ?? "",
        ]
      }
    }
    lines.append(
      TerminalTable(["model", "term", "coefficient", "standard error", "t", "p"], rows: terms).text())
    let fits = models.map { name, model in
      [
        name, String(format: "%.4f", model.rSquared), String(format: "%.4f", model.adjustedRSquared),
        model.aic.map { String(format: "%.2f", $0) } ?? "", Format.general(model.residualVariance.squareRoot()),
      ]
    }
    lines.append(TerminalTable(["model", "R²", "adjusted R²", "AIC", "residual deviation"], rows: fits).text())
    let gain = pair.full.rSquared - pair.additive.rSquared
    let test = pair.interaction
    if let f = test.f, let p = test.p {
      let degrees = test.degrees.map(String.init).joined(separator: ", ")
      lines.append(
        "The interaction adds \(String(format: "%.4f", gain)) to R²: partial F(\(degrees)) = "
          + "\(String(format: "%.2f", f)), p = \(Format.probability(p))\n")
    } else {
      lines.append("The full model explains the target without error, so there is nothing to test against\n")
    }
    return lines.joined(separator: "\n")
  }
}
