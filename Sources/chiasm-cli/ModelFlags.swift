import ArgumentParser
import Chiasm
import Foundation

/// What every measurement of a training or of a whole comparison takes.
struct RunFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("Run id or folder, of a training or a comparison.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set; by default the one that the run was made on.")
  var dataset: String?
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  /// The models and their data, once all options are known to be right.
  func run() throws -> QuantifiedRun {
    try output.checkWritable()
    return try QuantifiedRun(trained, data: dataset, store)
  }
}

/// What every measurement of one trained model takes.
struct ModelFlags: ParsableArguments {
  @Argument(help: ArgumentHelp("Run id or folder; of a comparison, its best fusion.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set; by default the one that the run was made on.")
  var dataset: String?
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func analysis() throws -> ModelAnalysis {
    try modelAnalysis(trained, dataset, split: split, store, output)
  }
}

/// The model of a run on the data set that it was made on, or on another.
///
/// - Throws: `UsageError` where the run is a comparison without a fusion.
func modelAnalysis(
  _ name: String, _ dataset: String?, split: String, _ store: StoreOptions, _ output: OutputOptions
) throws -> ModelAnalysis {
  let split = try parseSplit(split)
  try output.checkWritable()
  let run = try QuantifiedRun(name, data: dataset, store)
  var trial = run.trials[0]
  if run.isComparison {
    let comparison = try run.folder.read(ExplainedComparison.self, from: run.folder.comparison).comparison
    guard let best = comparison.verdict?.bestFusion, let found = run.trials.first(where: { $0.method == best }) else {
      throw UsageError("\(name) is a comparison without a fusion that finished; name one of its trainings")
    }
    trial = found
    output.show("\(trial.method), seed \(trial.seed), the best fusion of \(name)")
  }
  Engine.threads = Machine.current.idleCores
  return try ModelAnalysis(trial.folder, on: run.dataset, split: split)
}

extension OutputOptions {
  /// Says on standard error that work is going to take more than a minute.
  func warn(_ what: String, seconds: Double) {
    if let text = CostWarning.text(what, seconds: seconds) { note(text) }
  }

  /// A line on standard error that is no error.
  func note(_ text: String) {
    guard !quiet else { return }
    let width = TerminalTable.standardErrorWidth
    // On a terminal a bar may stand where the note begins; it is drawn anew below.
    StandardError.show(
      (width == nil ? "" : "\r\u{1B}[K") + TerminalTable.prose("note: \(text.shown())", width: width) + "\n",
      patience: 1000)
  }
}
