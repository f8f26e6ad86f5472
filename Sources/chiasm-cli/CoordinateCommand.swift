import ArgumentParser
import Chiasm
import Foundation

struct CoordinateCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "coordinate",
    abstract:
      "Link modalities in one space by canonical correlation; measure correlation and search on the test split.",
    discussion: """
      Methods: \(CoordinationMethod.allCases.map(\.rawValue).joined(separator: ", ")); gcca and mcca take any number of \
      modalities, the others two. What needs no selection learns from train and validation.

      Example: chiasm coordinate wikipedia --method cca --components 7
      Example: chiasm coordinate mfeat --method gcca --regularisation ridge=0.01
      """)

  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Option(help: "What links the modalities.")
  var method: String = "cca"
  @Option(help: "Modalities, separated by commas; all by default.")
  var modalities: String?
  @Option(
    help: """
      Dimensions of the shared space; auto lets cross-validation among the samples fitted choose (cca and semantic \
      methods on classes). 10, or auto for semantic methods, by default.
      """)
  var components: String?
  @Option(help: "none, ridge=K (covariance + K) or shrinkage=C (1 − C of it + C); kernel-cca: shrinkage=0.1.")
  var regularisation: String?
  @Option(
    help:
      "Kernel of kernel-cca, given once or per modality: \(KernelChoice.Name.allCases.map(\.rawValue).joined(separator: ", "))."
  )
  var kernel: [String] = []
  @Option(help: "Most features of kernel-cca above \(LowRankKernelCCA.exactLimit) samples.")
  var rank: Int = 300
  @Option(help: "Widths of the hidden layers of deep methods, separated by commas.")
  var hidden: String = "64"
  @Option(help: "Of the networks and their training.")
  var seed: Int = 0
  @Option(
    help: ArgumentHelp("Also write every sample's representation, .npz or .safetensors.", valueName: "file"))
  var out: String?
  @OptionGroup(title: "Training of deep methods") var training: TrainingFlags
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    let settings = try settings()
    if let out {
      try checkParent(of: out)
      _ = try RepresentationFile(out)
    }
    var job = CoordinationJob(dataset, settings, in: workspace)
    (job.modalities, job.out) = (modalities.map(list), out)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show(text(result.report))
    for caution in result.report.cautions { output.show("Caution: \(caution).") }
    if let out {
      let left = result.report.samples["leftOut"] ?? 0
      output.show(
        "\(out): \(result.samples) samples in the shared space"
          + (left == 0 ? "" : "; \(left) that lack a modality are left out"))
    }
  }

  private func settings() throws -> CoordinationSettings {
    guard let chosen = CoordinationMethod(rawValue: method) else {
      let known = CoordinationMethod.allCases.map(\.rawValue)
      throw UsageError(
        "unknown method \"\(method)\"; expected one of \(known.joined(separator: ", "))"
          + suggestion(for: method, among: known))
    }
    try training.checkWithoutTarget("coordinate")
    guard chosen.holdsOut || training.isEmpty else {
      let trained = CoordinationMethod.allCases.filter(\.holdsOut).map(\.rawValue).joined(separator: ", ")
      throw UsageError("\(method) is solved, not trained: options of training are for \(trained)")
    }
    var options = try training.resolved()
    // The correlation of a batch is that of its samples: small ones say little.
    if training.batchSize == nil { options.batchSize = 256 }
    if training.weightDecay == nil { options.weightDecay = 1e-4 }
    let seed = try check(seed, "--seed", seedRange)
    var settings = try CoordinationSettings(chosen, training: options, seed: UInt64(seed))
    settings.selectsComponents = components == "auto"
    if let components, components != "auto" {
      guard let count = Int(components) else {
        throw UsageError("--components is \"\(components)\"; expected a whole number or auto")
      }
      settings.components = try check(count, "--components", 1...100_000) as Int
    }
    settings.rank = try check(rank, "--rank", 1...100_000)
    if let regularisation { settings.regularisation = try Self.regularisation(regularisation) }
    if !kernel.isEmpty { settings.kernels = try kernel.map { try KernelChoice($0) } }
    settings.hidden = try list(hidden) {
      Int($0).flatMap { (1...65536).contains($0) ? $0 : nil }
    } else: {
      "--hidden \"\(hidden)\": \"\($0)\" is not a width from 1 to 65536"
    }
    return settings
  }

  private static func regularisation(_ text: String) throws -> ViewRegularisation {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
    if parts == ["none"] { return .none }
    if parts.count == 2, let value = Double(parts[1]), value.isFinite {
      if parts[0] == "ridge", value >= 0 { return .ridge(value) }
      if parts[0] == "shrinkage", (0...1).contains(value) { return .shrinkage(value) }
    }
    throw UsageError("--regularisation is \"\(text)\"; expected none, ridge=K from 0 or shrinkage=C from 0 to 1")
  }

  private func text(_ report: CoordinationReport) -> String {
    let tested = report.components.contains { $0.significance != nil }
    let correlations = TerminalTable(
      ["component", "correlation", "on test"] + (tested ? ["Wilks", "F", "p"] : []),
      rows: report.components.enumerated().map { index, component in
        let test = component.significance
        return [
          "\(index + 1)", component.correlation.map { String(format: "%.4f", $0) } ?? "",
          component.testCorrelation.map { String(format: "%.4f", $0) } ?? "–",
        ]
          + (tested
            ? [test?.wilks, test?.f, test?.fProbability].map { $0.map { String(format: "%.4g", $0) } ?? "" } : [])
      })
    let hasClasses = report.retrieval.contains { $0.meanAveragePrecision != nil }
    let search = TerminalTable(
      ["query", "finds"] + (hasClasses ? ["mAP"] : []) + ["R@1", "R@5", "R@10", "median rank"],
      rows: report.retrieval.map { row in
        [row.query, row.items]
          + (hasClasses ? [row.meanAveragePrecision.map { String(format: "%.4f", $0) } ?? ""] : [])
          + row.recall.map { String(format: "%.4f", $0) } + [String(format: "%.1f", row.medianRank)]
      })
    let samples = report.samples
    let chosen = report.selection.map { selection in
      let parts = [
        selection.components.map { "\($0) components" }, selection.cost.map { "C = \($0) of the predictors" },
      ].compactMap { $0 }
      return "\nchosen by cross-validation among them: \(parts.joined(separator: ", ")), mAP "
        + String(format: "%.4f", selection.score)
    }
    return """
      \(report.settings.method.rawValue) of \(report.modalities.joined(separator: ", ")): \(samples["fitted"] ?? 0) samples \
      fitted, \(samples["test"] ?? 0) of test\(chosen ?? "")

      \(correlations.text())\(report.retrieval.isEmpty ? "" : "\n" + search.text())
      """
  }
}
