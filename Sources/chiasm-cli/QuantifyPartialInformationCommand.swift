import ArgumentParser
import Chiasm
import Foundation

struct QuantifyPartialInformationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "partial-information",
    abstract: "Redundant, unique and synergistic information of every two modalities.",
    discussion: """
      learned trains a classifier on each modality and one on both, and splits
      what they know of held-out samples, less what comes out for targets in
      random order; discrete counts cells and extrapolates to many samples.
      Intervals need 500 held-out samples, or a table of at most 64 cells with 10
      samples each. Three or four modalities also get the lattice of I_min from
      discrete counts. The regime is the kind of information that makes up two
      thirds, named only beyond chance. Of a comparison, its own finding is shown:
      what its models know; of a training, the data set behind it is split.

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
      // What the manifest states is of all modalities at once.
      let stated = result.pairs.count == 1 ? result.stated : nil
      show(
        "\(pair.first), \(pair.second)", result.unit, pair.parts,
        stated: stated.map { [$0.redundancy, $0.unique[pair.first], $0.unique[pair.second], $0.synergy] },
        totals: (pair.demonstrated, pair.total, pair.entropy))
      explain(
        pair.regime, pair.regimeSupport, (pair.pValue, pair.permutations), pair.withheld, pair.warnings)
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
    let findings = try folder.read(ExplainedComparison.self, from: folder.comparison).findings
    guard let finding = findings.information else {
      let reason = findings.notMeasured["information"].map { ": \($0)" } ?? "; name its data set to measure it"
      throw UsageError("\(flags.dataset) did not split the information\(reason)")
    }
    return finding
  }

  private func show(_ finding: InformationFinding) throws {
    try flags.output.checkWritable()
    try flags.output.write(finding)
    flags.output.show("BROJA, \(finding.estimator); \(finding.samples) samples (\(finding.split)), \(finding.unit)")
    show(
      "\(finding.first), \(finding.second)", finding.unit,
      finding.parts.map { ($0.name, $0.value.mean, $0.value.ci95) }, stated: nil,
      totals: (finding.demonstrated, finding.total, finding.entropy))
    explain(
      finding.regime, finding.regimeSupport, (finding.pValue, finding.permutations ?? 0), finding.withheld,
      finding.warnings)
  }

  /// What is demonstrated leads; then the parts, all of it, and the target's entropy.
  private func show(
    _ sides: String, _ unit: String, _ parts: [(name: String, value: Double, ci95: Interval?)], stated: [Double?]?,
    totals: (demonstrated: Double?, total: Double, entropy: Double)
  ) {
    var rows: [[String]] = totals.demonstrated.map { [["demonstrated by the models", amount($0), "", ""]] } ?? []
    rows += parts.enumerated().map { index, part in
      [
        part.name, amount(part.value),
        part.ci95.map { "\(amount($0.low)) … \(amount($0.high))" } ?? "", amount(stated?[index]),
      ]
    }
    rows += [["together", amount(totals.total), "", ""], ["target entropy", amount(totals.entropy), "", ""]]
    let hasIntervals = parts.contains { $0.ci95 != nil }
    flags.output.show(
      TerminalTable(
        [sides, unit, hasIntervals ? "95 % interval" : "", stated == nil ? "" : "stated"], rows: rows, numbers: [1, 3]
      ).text())
  }

  private func explain(
    _ regime: InformationRegime, _ support: Double?, _ test: (p: Double?, permutations: Int), _ withheld: String?,
    _ warnings: [String]?
  ) {
    let chance =
      test.p.map { "p = \(amount($0)) by \(test.permutations) random orders of the target" }
      ?? "groups allow no random orders of the target to compare with"
    flags.output.show("\(regime.sentence(support: support)) Test of no information at all: \(chance).")
    if let withheld { flags.output.show("No parts: \(withheld).") }
    for warning in warnings ?? [] { flags.output.show("Caution: \(warning).") }
    let isSynergistic = [.synergistic, .mixed].contains(regime)
    flags.output.show(withheld == nil && isSynergistic ? InformationRegime.synergyNote + "\n" : "")
  }
}
