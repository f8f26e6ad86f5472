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

  private var output: OutputOptions { flags.output }

  func run() throws {
    let (kinds, levels) = try (checkedPerturbations(), checkedLevels())
    let (draws, resamples) = try (check(draws, "--draws", 1...10_000), check(resamples, "--resamples", 1...100_000))
    let (part, jobs) = try (parseSplit(split), check(jobs, "--jobs", 1...1024))
    var job = RobustnessJob(try flags.subject())
    (job.perturbations, job.levels, job.modalities) = (kinds, levels, modalities.map(list))
    (job.draws, job.resamples, job.seed, job.split) = (draws, resamples, seed, part)
    if let jobs { job.jobs = jobs }
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show(RobustnessText(result).text)
  }

  private func checkedPerturbations() throws -> [Perturbation]? {
    guard perturbations != "all" else { return nil }
    return try list(perturbations) {
      Perturbation(rawValue: $0)
    } else: {
      "--perturbations \"\($0)\"; expected all, " + Perturbation.allCases.map(\.rawValue).joined(separator: ", ")
    }
  }

  private func checkedLevels() throws -> [Double]? {
    try levels.map { levels in
      try list(levels) {
        Double($0).flatMap { $0.isFinite ? $0 : nil }
      } else: {
        "--levels: \"\($0)\" is not a number"
      }
    }
  }
}
