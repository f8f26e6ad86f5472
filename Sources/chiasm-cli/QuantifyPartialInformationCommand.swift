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

  private var output: OutputOptions { flags.output }

  func run() throws {
    let resamples = try check(resamples, "--resamples", 1...100_000)
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
    let found = try PartialInformationJob(flags.subject(), analysis).run(progress: output.progress)
    try output.write(found)
    switch found {
    case .found(let finding): show(finding)
    case .measured(let result, let names): show(result, names)
    }
  }

  private func show(_ result: PartialInformationAnalysis.Result, _ names: [String]) {
    output.show("\(result.measure), \(result.estimator); \(result.samples) samples, \(result.unit)")
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
      output.show("lattice of I_min; sources \(names.joined(separator: ", ")) are 1 to \(names.count)")
      output.show(
        ["node", "redundancy", "atom"],
        lattice.map { [$0.name, Format.amount($0.redundancy), Format.amount($0.atom)] },
        numbers: [1, 2])
    }
  }

  private func show(_ finding: InformationFinding) {
    output.show("BROJA, \(finding.estimator); \(finding.samples) samples (\(finding.split)), \(finding.unit)")
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
    var rows: [[String]] =
      totals.demonstrated.map { [["demonstrated by the models", Format.amount($0), "", ""]] } ?? []
    rows += parts.enumerated().map { index, part in
      [
        part.name, Format.amount(part.value),
        part.ci95.map { "\(Format.amount($0.low)) … \(Format.amount($0.high))" } ?? "", Format.amount(stated?[index]),
      ]
    }
    rows += [
      ["together", Format.amount(totals.total), "", ""], ["target entropy", Format.amount(totals.entropy), "", ""],
    ]
    let hasIntervals = parts.contains { $0.ci95 != nil }
    output.show(
      [sides, unit, hasIntervals ? "95 % interval" : "", stated == nil ? "" : "stated"], rows, numbers: [1, 3])
  }

  private func explain(
    _ regime: InformationRegime, _ support: Double?, _ test: (p: Double?, permutations: Int), _ withheld: String?,
    _ warnings: [String]?
  ) {
    let chance =
      test.p.map { "p = \(Format.amount($0)) by \(test.permutations) random orders of the target" }
      ?? "groups allow no random orders of the target to compare with"
    output.show("\(regime.sentence(support: support)) Test of no information at all: \(chance).")
    if let withheld { output.show("No parts: \(withheld).") }
    for warning in warnings ?? [] { output.show("Caution: \(warning).") }
    let isSynergistic = [.synergistic, .mixed].contains(regime)
    output.show(withheld == nil && isSynergistic ? InformationRegime.synergyNote + "\n" : "")
  }
}
