import ArgumentParser
import Chiasm
import Foundation

struct DemoCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Make audio-visual digits, compare fusions on them, write the report.",
    discussion: "Example: chiasm demo demo")

  @Argument(help: "The folder for data, runs and report.")
  var folder: String = "demo"
  @Option(help: "Number of samples.")
  var samples: Int = 1500
  @Option(help: "Methods to compare.")
  var methods: String = "unimodal,early:level=encoded,late,additive,tensor,low-rank,gated,nonlinear"
  @Option(help: "Number of seeds.")
  var seeds: Int = 3
  @Option(help: "Most passes over the train split.")
  var epochs: Int = 12
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    let samples = try check(samples, "--samples", 60...100_000)
    let seeds = try check(seeds, "--seeds", 1...1000)
    var training = TrainingOptions()
    training.epochs = try check(epochs, "--epochs", 1...100_000)
    training.patience = 4
    _ = try MethodSelection.parse(methods, modalities: ["audio", "image"])
    let root = URL(fileURLWithPath: folder, isDirectory: true)
    let data = root.appending(path: "digits", directoryHint: .isDirectory)
    var options = DigitsOptions()
    options.samples = samples
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try MakingJob(.digits(options, force: true), in: data.relativePath).run(progress: output.progress)
    var workspace = Workspace(runs: root.appending(path: "runs").relativePath)
    workspace.cancellation = Interruption.requested
    var job = ComparisonJob(.new(data.relativePath), in: workspace)
    (job.methods, job.seeds, job.training) = (methods, seeds, training)
    job.report = root.appending(path: "report.html")
    try CompareCommand.run(job, output)
  }
}
