import ArgumentParser
import Chiasm
import Foundation

struct QuantifyPartialInformationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partial-information",
    abstract: "Redundant, unique and synergistic information of every two modalities.",
    discussion: """
      learned trains a classifier on each modality and one on both, and splits
      what they know of held-out samples; discrete counts cells, which is too
      high where cells are many and samples few. Three or four modalities also
      get the lattice of I_min from discrete counts. The regime is the kind of
      information that makes up two thirds. Of a comparison, its own finding is
      shown: what its models know; of a training, the data set behind it is split.

      Example: chiasm quantify mosi pid
      Example: chiasm quantify k3f9 pid
      """, aliases: ["pid"])

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
    if let finding = try foundByComparison() { return try show(finding) }
    let analysis = PartialInformationAnalysis(chosen, unit: try flags.checkedUnit(), seed: flags.seed)
    let (view, data) = try flags.view()
    let result = try analysis.run(view, stated: data.manifest.information)
    try flags.output.write(result)
    flags.output.show("\(result.measure), \(result.estimator); \(result.samples) samples, \(result.unit)")
    for pair in result.pairs {
      flags.output.show(table(pair, result).text())
      flags.output.show(pair.regime.sentence(support: pair.regimeSupport) + "\n")
    }
    if let lattice = result.lattice {
      flags.output.show("lattice of I_min; sources \(view.names.joined(separator: ", ")) are 1 to \(view.names.count)")
      flags.output.show(
        TerminalTable(
          ["node", "redundancy", "atom"], rows: lattice.map { [$0.name, amount($0.redundancy), amount($0.atom)] },
          numbers: [1, 2]
        ).text())
    }
  }

  /// What a comparison of that name found; nil where it names a data set or a training.
  private func foundByComparison() throws -> InformationFinding? {
    guard !flags.isDataset, let folder = try? QuantifiedRun.folder(flags.dataset, flags.store),
      FileManager.default.fileExists(atPath: folder.comparison.path)
    else { return nil }
    let verdict = try folder.read(Comparison.self, from: folder.comparison).verdict
    guard let finding = verdict?.information else {
      let reason = verdict?.notMeasured?["information"].map { ": \($0)" } ?? "; name its data set to measure it"
      throw UsageError("\(flags.dataset) did not split the information\(reason)")
    }
    return finding
  }

  private func show(_ finding: InformationFinding) throws {
    try flags.output.checkWritable()
    try flags.output.write(finding)
    flags.output.show("BROJA, \(finding.estimator); \(finding.samples) samples (\(finding.split)), \(finding.unit)")
    flags.output.show(
      TerminalTable(
        ["\(finding.first), \(finding.second)", finding.unit, "95 % interval"],
        rows: finding.parts.map { name, part in
          [name, amount(part.mean), "\(amount(part.ci95.low)) … \(amount(part.ci95.high))"]
        }, numbers: [1]
      ).text())
    flags.output.show(finding.regime.sentence(support: finding.regimeSupport ?? 1))
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
