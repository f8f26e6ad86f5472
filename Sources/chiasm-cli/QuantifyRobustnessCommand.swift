import ArgumentParser
import Chiasm
import Foundation

struct QuantifyRobustnessCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "robustness",
    abstract: "How scores fall while test inputs get worse, one modality at a time and all at once.",
    discussion: """
      For a training, its curve; for a comparison, those of all methods, with
      single modalities as reference lines. Inputs are perturbed as loaded:
      noise (in standard deviations of each feature in the train split), drop,
      frame-drop, shift, blur, occlusion, clipping. Effective robustness is what
      lies above the line from clean to perturbed score, fitted to the other methods
      of the comparison, at least five (Taori et al., 2020). Of a comparison, the
      result also goes to its folder, and from there into chiasm report.

      Example: chiasm quantify k3f9 robustness --perturbations noise
      """)

  @OptionGroup var flags: RunFlags
  @Option(help: ArgumentHelp("Comma-separated; noise by default, or all that apply.", valueName: "names|all"))
  var perturbations = "noise"
  @Option(help: ArgumentHelp("Modalities to perturb alone; by default each, and all at once.", valueName: "names"))
  var modalities: String?
  @Option(help: ArgumentHelp("Comma-separated, in the perturbation's unit; 0 is added.", valueName: "numbers"))
  var levels: String?
  @Option(help: "Perturbed copies of the samples at each level.")
  var draws = 3
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @Option(help: "Bootstrap resamples for the intervals.")
  var resamples = 200
  @Option(help: "Seed of the perturbations.")
  var seed: UInt64 = 0
  @Option(help: "Methods evaluated at the same time; one per core by default.")
  var jobs: Int?

  func run() throws {
    let (kinds, levels) = try (checkedPerturbations(), checkedLevels())
    let (draws, resamples) = try (
      TrainingFlags.check(draws, "--draws", 1...10_000), TrainingFlags.check(resamples, "--resamples", 1...100_000)
    )
    let (part, jobs) = try (
      parseSplit(split), TrainingFlags.check(jobs ?? Machine.current.idleCores, "--jobs", 1...1024)
    )
    let run = try flags.run()
    let read = Set(run.trials.flatMap(\.modalities))
    let names = modalities?.split(separator: ",").map(String.init)
    if let unread = names?.first(where: { !read.contains($0) }) {
      throw UsageError("no model of the run reads \"\(unread)\"; they read \(read.sorted().joined(separator: ", "))")
    }
    let data = run.dataset.keeping(read)
    var analysis = RobustnessAnalysis(
      try RobustnessAnalysis.conditions(
        for: data.manifest, perturbations: kinds, modalities: names, levels: levels))
    (analysis.draws, analysis.resamples, analysis.seed, analysis.split) = (draws, resamples, seed, part)
    analysis.jobs = jobs
    let line = ProgressLine("robustness", style: flags.output.style)
    analysis.progress = { line.update($0, of: $1, unit: "methods") }
    let result: RobustnessResult
    do {
      result = try analysis.run(run.trials, on: data)
    } catch {
      line.end()
      throw error
    }
    line.finish(run.trials.count, of: run.trials.count, unit: nil)
    if run.isComparison { try run.folder.write(result, to: run.folder.robustness) }
    try flags.output.write(result)
    flags.output.show(RobustnessText(result).text)
  }

  private func checkedPerturbations() throws -> [Perturbation]? {
    guard perturbations != "all" else { return nil }
    return try perturbations.split(separator: ",", omittingEmptySubsequences: false).map { name in
      guard let value = Perturbation(rawValue: String(name)) else {
        throw UsageError(
          "--perturbations \"\(name)\"; expected all, "
            + Perturbation.allCases.map(\.rawValue).joined(separator: ", "))
      }
      return value
    }
  }

  private func checkedLevels() throws -> [Double]? {
    try levels?.split(separator: ",", omittingEmptySubsequences: false).map { text in
      guard let value = Double(text), value.isFinite else {
        throw UsageError("--levels: \"\(text)\" is not a number")
      }
      return value
    }
  }
}

/// Robustness as a terminal shows it: a table per condition.
struct RobustnessText {
  let text: String

  init(_ result: RobustnessResult) {
    func number(_ value: Double) -> String { Format.difference(value, result.metric) }
    func change(_ value: Estimate?) -> String {
      value.map { Format.change($0.mean, result.metric) } ?? ""
    }
    let hasLate = result.late != nil
    var parts = [
      "\(result.metric.label)\(result.metric.isShare ? ", %" : ""), \(result.samples) samples of "
        + "\(result.split.rawValue), \(result.draws) draws"
    ]
    for condition in result.conditions {
      var title = "\(condition.perturbation.rawValue) on \(condition.modalities.joined(separator: " and "))"
      title += ", \(condition.unit)"
      if condition.perturbation == .noise {
        let ratios = condition.levels.dropFirst().map {
          String(format: "%.0f", Perturbation.decibels(noise: $0)).replacingOccurrences(of: "-0", with: "0")
        }
        title += " (signal to noise \(ratios.joined(separator: ", ")) dB)"
      }
      let header =
        ["method"] + condition.levels.map { String(format: "%g", $0) }
        + ["area", "95 %", "loss", condition.withoutReference == nil ? "effective" : "", hasLate ? "against late" : ""]
      let rows = condition.methods.map { method in
        [method.method] + method.curve.scores.map(number)
          + [
            number(method.area.mean), "\(number(method.area.ci95.low)) … \(number(method.area.ci95.high))",
            number(method.loss.mean), change(method.effective), change(method.effectiveAgainstLate),
          ]
      }
      parts.append(title)
      parts.append(TerminalTable(header, rows: rows, numbers: Set(1..<header.count)).text())
      if let problem = condition.withoutReference, condition.methods.count > 1 {
        parts.append("no effective robustness: \(problem)")
      }
    }
    parts += result.leftOut.map { "left out: \($0)" }
    text = parts.joined(separator: "\n")
  }
}
