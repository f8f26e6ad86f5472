import ArgumentParser
import Chiasm
import Foundation

struct QuantifySharedRepresentationCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "shared-representation",
    abstract: "Whether classes learned from one modality are recognised in another.",
    discussion: """
      A bimodal autoencoder learns from half of train without classes; linear
      classifiers learn from codes of the rest, of all modalities (fusion), of one
      (cross-modality), or of one and are tested on codes of another
      (shared-representation: "hear to see"; Ngiam et al., 2011).

      Example: chiasm quantify mfeat shared-representation --modalities fou,pix
      """)

  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Option(help: ArgumentHelp("Modalities, separated by commas; all by default.", valueName: "a,b"))
  var modalities: String?
  @Option(help: "Width of each modality's layers.")
  var hidden = 64
  @Option(help: "Layers of each modality on either side of the code.")
  var depth = 1
  @Option(help: "Width of the code.")
  var code = 64
  @Option(help: "Seed of weights, order and what is hidden.")
  var seed = 0
  @OptionGroup var training: TrainingFlags
  @OptionGroup var common: CommonOptions

  func run() throws {
    var analysis = SharedRepresentationAnalysis(
      seed: UInt64(try check(seed, "--seed", seedRange)))
    analysis.hidden = try check(hidden, "--hidden", 1...65536)
    analysis.depth = try check(depth, "--depth", 1...8)
    analysis.code = try check(code, "--code", 1...4096)
    try training.checkWithoutTarget("the autoencoder")
    analysis.training = try training.resolved()
    try output.checkWritable()
    var job = SharedRepresentationJob(dataset, analysis, in: workspace)
    job.modalities = modalities.map(list)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    let parts = ["pairs", "classified", "validation", "test"]
    let splits = parts.map { "\(result.samples[$0] ?? 0) \($0)" }.joined(separator: ", ")
    output.show(
      "squared error on validation \(Format.amount(result.reconstruction)), of the means "
        + "\(Format.amount(result.reconstructionByMeans)); samples: \(splits)")
    output.show(
      ["", "learned from", "tested on", "accuracy", "chance"],
      result.rows.map { row in
        [
          row.setting.rawValue, row.learned.joined(separator: "+"), row.tested.joined(separator: "+"),
          Format.amount(row.accuracy), Format.amount(result.chance),
        ]
      }, numbers: [3, 4])
  }
}
