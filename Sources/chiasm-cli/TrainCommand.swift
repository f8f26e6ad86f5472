import ArgumentParser
import Chiasm
import Foundation

struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train one method; leaves a run folder with model, log, metrics and predictions.",
    discussion: "Example: chiasm train mosi --method low-rank --set rank=4 --epochs 30")

  @Argument(help: "Folder of the data set; left out with --resume.")
  var dataset: String?
  @Option(help: "Name of the method, as chiasm methods lists it (default: early).")
  var method: String?
  @Option(help: "Modalities to use, comma-separated; all of them by default.")
  var modalities: String?
  @Option(name: .customLong("set"), help: ArgumentHelp("An option of the method.", valueName: "key=value"))
  var settings: [String] = []
  @Option(help: "Seed of initialisation, order and dropout (default: 0).")
  var seed: Int?
  @OptionGroup var work: WorkOptions

  func run() throws {
    let output = work.output
    try output.checkWritable()
    let threads = try work.checkedThreads()
    let hasOthers =
      dataset != nil || method != nil || modalities != nil || !settings.isEmpty || seed != nil || work.isGiven
    var job = TrainingJob(
      try JobStart("train", dataset: dataset, resume: work.resume, hasOthers: hasOthers), in: work.common.workspace)
    if let method { job.method = method }
    job.modalities = modalities.map(list)
    job.settings = try pairs(settings, of: "--set")
    job.seed = try check(seed ?? 0, "--seed", seedRange)
    (job.training, job.threads) = (try work.training.resolved(), threads)
    let result = try job.run(progress: output.progress)
    try output.write(result)
    let record = result.record
    output.show(
      ["metric", "validation", "test"],
      record.metrics.keys.sorted().map { name in
        [name]
          + [record.validationMetrics[name], record.metrics[name]].map { value in
            value.map { Format.significant($0, digits: 4) } ?? "–"
          }
      })
    output.show("\nrun \(result.run.id) in \(result.folder.relativePath)")
  }
}
