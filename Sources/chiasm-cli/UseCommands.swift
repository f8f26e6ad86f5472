import ArgumentParser
import Chiasm
import Foundation

/// A run named by id, or by the path of its folder.
func runFolder(_ name: String, _ store: StoreOptions) throws -> RunFolder {
  let url = URL(fileURLWithPath: name, isDirectory: true)
  if FileManager.default.fileExists(atPath: RunFolder(url).model.path) { return RunFolder(url) }
  guard FileManager.default.fileExists(atPath: store.folder.appending(path: RunStore.fileName).path) else {
    throw UsageError("\"\(name)\" is neither a run folder nor a run of \(store.runs)")
  }
  let runs = try RunStore(reading: store.folder)
  let run = try runs.run(name)
  guard run.kind == .train else {
    throw UsageError(
      "run \(run.id) is a \(run.kind.noun); name one of its trainings, \(store.runs)/\(run.folder)/trials/…")
  }
  return RunFolder(runs.url(of: run))
}

struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate", abstract: "Metrics of a trained run on a data set's split.",
    discussion: "Example: chiasm evaluate runs/20261120-221933-k3f9 mosi --split test")

  @Argument(help: ArgumentHelp("Run id or folder.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Option(help: "train, validation or test.")
  var split: String = "test"
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    let folder = try runFolder(trained, store)
    let (data, part) = try (store.load(dataset), parseSplit(split))
    let metrics = try ModelUse(folder).evaluate(data, split: part)
    let choices = try ChoiceShares(TrainedModel.load(folder), on: data, split: part)
    try output.write(metrics.merging(choices?.metrics ?? [:]) { $1 })
    output.show(TerminalTable(metrics, of: split).text())
    if let choices {
      let rows = choices.rows.map { row in
        [row.label, "\(row.samples)"] + row.shares.map { String(format: "%.3f", $0) }
      }
      output.show("\nWhat the fusion relied on, mean share per class:")
      output.show(TerminalTable(["class", "samples"] + choices.names, rows: rows).text())
    }
  }
}

func parseSplit(_ text: String) throws -> Split {
  guard let split = Split(rawValue: text) else {
    throw UsageError("--split is \"\(text)\"; expected train, validation or test")
  }
  return split
}

struct PredictCommand: ParsableCommand {
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
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    if let out { try checkParent(of: out) }
    let use = try ModelUse(runFolder(trained, store))
    let predictions: [Prediction]
    if inputs.count == 1, !inputs[0].contains("=") {
      predictions = try naming(inputs[0]) { try use.predict(store.load(inputs[0])) }
    } else {
      let files = try pairs(inputs, of: "input").mapValues { URL(fileURLWithPath: $0) }
      predictions = try [use.predict(NewSample(id: "sample", files: files))]
    }
    try output.write(predictions)
    if let out {
      try AtomicFile.write(Data(Prediction.csv(predictions).utf8), to: URL(fileURLWithPath: out))
    }
    let shown = predictions.prefix(20)
    output.show(
      TerminalTable(
        ["id", "prediction", predictions.first?.probabilities == nil ? "" : "probability"],
        rows: shown.map { [$0.id, $0.prediction, $0.confidence.map { String(format: "%.3f", $0) } ?? ""] }
      ).text())
    if predictions.count > shown.count {
      output.show("… and \(predictions.count - shown.count) more; --out FILE writes them all")
    }
  }
}

struct EmbedCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "embed", abstract: "Write the fused representation of every sample as npz or safetensors.",
    discussion: "Example: chiasm embed runs/20261120-221933-k3f9 mosi mosi-representation.npz")

  @Argument(help: ArgumentHelp("Run id or folder.", valueName: "run"))
  var trained: String
  @Argument(help: "Folder of the data set.")
  var dataset: String
  @Argument(help: "File to write, ending in .npz or .safetensors.")
  var out: String
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    try checkParent(of: out)
    try Self.checkFormat(out)
    let use = try ModelUse(runFolder(trained, store))
    let data = try store.load(dataset)
    let tensors = try naming(dataset) { try use.embed(data) }
    try Self.write(tensors, ids: data.ids, to: out)
    try output.write(Made(made: out, samples: data.count))
    output.show("\(out): representation \(tensors["representation"]?.shape ?? []) in the order of samples.csv")
  }

  /// Refuses a file of another kind.
  static func checkFormat(_ out: String) throws {
    let kind = URL(fileURLWithPath: out).pathExtension
    guard ["npz", "safetensors"].contains(kind) else {
      throw UsageError("\(out) ends in \".\(kind)\"; expected .npz or .safetensors")
    }
  }

  /// - Parameter rows: which samples of the data set they are, from 0; nil for all in order.
  static func write(_ tensors: [String: Tensor], ids: [String], rows: [Int]? = nil, to out: String) throws {
    let url = URL(fileURLWithPath: out)
    if url.pathExtension == "npz" {
      // NPY holds numbers, so that samples are named by their place.
      try NPZ.write(tensors.merging(rows.map { ["rows": Tensor($0)] } ?? [:]) { $1 }, to: url)
    } else {
      try Safetensors.write(tensors, metadata: ["ids": ids.joined(separator: "\n")], to: url)
    }
  }
}
