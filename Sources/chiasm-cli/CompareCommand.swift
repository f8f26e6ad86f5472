import ArgumentParser
import Chiasm
import Foundation

struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "The main job: every method over several seeds, with intervals, a verdict and a report.",
    discussion: """
      A method is a name with optional modalities and options, such as
      low-rank, late:combine=product or tensor@audio+text:projection=8;
      "unimodal" stands for one baseline per modality,
      "standard" for one fusion of each kind that trains in moments, "all" for every
      method that takes the modalities.
      All of them with their options: chiasm methods --options

      Example: chiasm compare mosi --methods unimodal,late,tensor,gated --seeds 5
      """)

  @Argument(help: "Folder of the data set; left out with --resume.")
  var dataset: String?
  @Option(help: "Methods to compare, comma-separated; by default those of \"standard\".")
  var methods: String?
  @Option(help: "Number of seeds; 5 by default.")
  var seeds: Int?
  @Option(help: ArgumentHelp("Do not start trainings after this many minutes.", valueName: "minutes"))
  var budget: Double?
  @Option(help: "First seed.")
  var seed: Int = 0
  @Option(
    help: """
      Trainings at the same time; by default one per core, fewer where they would not fit into the memory. Results do \
      not depend on it.
      """)
  var jobs: Int?
  @Option(help: ArgumentHelp("Seeds of a method that train as one; 1 trains each alone.", valueName: "count"))
  var replicas: Int?
  @Option(help: ArgumentHelp("Where the report goes; report.html in the run folder by default.", valueName: "file"))
  var report: String?
  @Option(
    help: """
      Smallest improvement that counts, in the metric's units (.02 for two points); by default .02 for shares and \
      correlations, .02 standard deviations of a target.
      """)
  var margin: Double?
  @Flag(
    help: """
      Leave out placebos (the best fusion on copies and on permuted modalities) and what explains the verdict: \
      information, missing modalities, contributions, interactions, robustness.
      """)
  var quick = false
  @OptionGroup var work: WorkOptions

  mutating func run() throws {
    if let resume = work.resume { (work.resume, work.store) = work.store.naming(resume) }
    try work.output.checkWritable()
    if let report { try checkParent(of: report) }
    if let jobs { _ = try TrainingFlags.check(jobs, "--jobs", 1...1024) }
    let job = try work.resume.map { try resumed($0) } ?? started()
    try job.run(jobs: jobs, output: work.output, report: report.map { URL(fileURLWithPath: $0) })
  }

  private func started() throws -> ComparisonJob {
    guard let dataset else { throw UsageError("compare needs the folder of a data set, or --resume RUN") }
    return try ComparisonJob.start(
      dataset: dataset, methods: methods, seeds: TrainingFlags.check(seeds ?? 5, "--seeds", 1...10_000),
      firstSeed: TrainingFlags.check(seed, "--seed", TrainingFlags.seeds),
      training: work.training.resolved(), budget: checkedBudget(),
      replicas: replicas.map { try TrainingFlags.check($0, "--replicas", 1...1024) }, threads: work.checkedThreads(),
      quick: quick, margin: margin.map { try TrainingFlags.check($0, "--margin", 1e-300...1e300) }, store: work.store)
  }

  private func checkedBudget() throws -> Double? {
    try budget.map { try TrainingFlags.check($0, "--budget", 0.01...1e6) }
  }

  private func resumed(_ run: String) throws -> ComparisonJob {
    try work.checkResumable(
      others: methods != nil || seeds != nil || seed != 0 || replicas != nil || quick || margin != nil)
    return try ComparisonJob.resume(run, dataset: dataset, budget: checkedBudget(), work: work)
  }
}
