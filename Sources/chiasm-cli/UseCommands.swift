import ArgumentParser
import Chiasm
import Foundation

struct EvaluateCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Metrics of a trained run on a data set's split.",
    discussion: "Example: chiasm evaluate runs/20261120-221933-k3f9 mosi --split test")

  @OptionGroup var use: UseOptions
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    var job = EvaluationJob(use.trained, on: use.dataset, in: workspace)
    job.split = try parseSplit(split)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show(TerminalTable(result.metrics, of: split).text())
    if let choices = result.choices {
      let rows = choices.rows.map { row in
        [row.label, "\(row.samples)"] + row.shares.map { String(format: "%.3f", $0) }
      }
      output.show("\nWhat the fusion relied on, mean share per class:")
      output.show(["class", "samples"] + choices.names, rows)
    }
  }
}

struct PredictCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Predict new samples from files, or every sample of a folder in the contract.",
    discussion: """
      A modality that is not given is taken as absent.

      Example: chiasm predict k3f9 image=seven.png audio=seven.wav
      Example: chiasm predict k3f9 digits --out predictions.csv
      """)

  @Argument(help: ArgumentHelp("Run id or folder.", valueName: "run"))
  var trained: String
  @Argument(help: "modality=file for one sample, or a folder.")
  var inputs: [String]
  @Option(help: ArgumentHelp("Also write all predictions as CSV.", valueName: "file"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    if let out { try checkParent(of: out) }
    let input: PredictionJob.Input =
      if inputs.count == 1, !inputs[0].contains("=") { .dataset(inputs[0]) } else {
        .files(try pairs(inputs, of: "input"))
      }
    var job = PredictionJob(trained, of: input, in: workspace)
    job.out = out
    let predictions = try job.run(progress: output.progress)
    try output.write(predictions)
    let shown = predictions.prefix(20)
    output.show(
      ["id", "prediction", predictions.first?.probabilities == nil ? "" : "probability"],
      shown.map { [$0.id, $0.prediction, $0.confidence.map { String(format: "%.3f", $0) } ?? ""] })
    if predictions.count > shown.count {
      output.show("… and \(predictions.count - shown.count) more; --out FILE writes them all")
    }
  }
}

struct EmbedCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Write the fused representation of every sample as npz or safetensors.",
    discussion: "Example: chiasm embed runs/20261120-221933-k3f9 mosi mosi-representation.npz")

  @OptionGroup var use: UseOptions
  @Argument(help: "File to write, ending in .npz or .safetensors.")
  var out: String
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    try checkParent(of: out)
    let job = EmbeddingJob(use.trained, of: use.dataset, to: out, in: workspace)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show("\(out): representation \(result.shape) in the order of samples.csv")
  }
}
