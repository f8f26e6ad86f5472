import ArgumentParser
import Chiasm
import Foundation

struct SearchCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract: "Search a fusion architecture on validation, then compare the best one with other methods.",
    discussion: """
      Blocks over each modality, blocks of the fusion and the width of the
      encoders evolve together (MUFASA). The test split takes no part in it;
      it is looked at once, when the best architecture is trained anew with
      several seeds. That architecture is an option of the method mufasa:
      chiasm train DIR --method mufasa --set architecture=…

      Example: chiasm search mosi --trials 60 --epochs 15
      """)

  @Argument(help: "Folder of the data set; left out with --resume.")
  var dataset: String?
  @Option(help: "Most architectures to try; 40 by default, no limit with --budget alone.")
  var trials: Int?
  @Option(help: ArgumentHelp("Do not try architectures after this many minutes.", valueName: "minutes"))
  var budget: Double?
  @Option(help: "Methods that the best architecture is compared with; unimodal,early,late,nonlinear by default.")
  var methods: String?
  @Option(help: "Seeds of that comparison; 5 by default.")
  var seeds: Int?
  @Option(help: "Seed of the search, and the first one of the comparison.")
  var seed: Int = 0
  @Option(help: "Trainings at the same time; one per core by default. Results do not depend on it.")
  var jobs: Int?
  @Option(help: ArgumentHelp("Where the report goes; report.html in the run folder by default.", valueName: "file"))
  var report: String?
  @Option(help: ArgumentHelp("Go on with a run that was stopped, or try more.", valueName: "run"))
  var resume: String?
  @OptionGroup var training: TrainingFlags
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    if let report { try checkParent(of: report) }
    let (jobs, trials) = try (check(jobs, "--jobs", 1...1024), check(trials, "--trials", 1...1_000_000))
    let budget = try check(budget, "--budget", 0.001...1e6)
    let hasOthers = methods != nil || seeds != nil || seed != 0 || !training.isEmpty
    var job = SearchJob(
      try JobStart("search", dataset: dataset, resume: resume, hasOthers: hasOthers), in: workspace)
    (job.jobs, job.trials, job.budget) = (jobs, trials, budget)
    if let methods { job.methods = methods }
    job.training = try training.resolved()
    job.seed = try check(seed, "--seed", seedRange)
    job.seeds = try check(seeds ?? 5, "--seeds", 1...10_000)
    job.report = report.map { URL(fileURLWithPath: $0) }
    let result = try job.run(progress: output.progress)
    try output.write(result)
    let found = result.found
    let settings = found.options.sorted { $0.key < $1.key }.map { "--set \($0.key)=\($0.value)" }
    output.show("Best of \(found.trials.count) architectures on validation:\n")
    output.show(found.equations.map { "  " + $0 }.joined(separator: "\n"))
    output.show("\nchiasm train \(result.dataset) --method mufasa \(settings.joined(separator: " "))\n")
    output.show(ComparisonText(found.comparison).text)
    output.show("\nrun \(result.run.id) in \(result.folder.relativePath)\nreport: \(result.report.relativePath)")
  }
}
