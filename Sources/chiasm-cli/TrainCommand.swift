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

  mutating func run() throws {
    if let resume = work.resume { (work.resume, work.store) = work.store.naming(resume) }
    try work.output.checkWritable()
    let threads = try work.checkedThreads()
    Engine.threads = threads ?? 1
    if let resume = work.resume {
      try work.checkResumable(
        others: dataset != nil || method != nil || modalities != nil || !settings.isEmpty || seed != nil)
      let runs = try work.store.writing(work.output)
      return try go(on: runs.run(resume, resumedAs: .train), runs)
    }
    guard let dataset else { throw UsageError("train needs the folder of a data set, or --resume RUN") }
    let data = try work.store.prepared(dataset)
    let method = method ?? "early"
    var text = method
    if let modalities { text += "@" + modalities.replacingOccurrences(of: ",", with: "+") }
    text += try pairs(settings, of: "--set").sorted { $0.key < $1.key }.map { ":\($0)=\($1)" }.joined()
    let selections = try MethodSelection.parse(text, modalities: data.dataset.names)
    guard selections.count == 1, let selection = selections.first else {
      let names = data.dataset.names.joined(separator: ", ")
      throw UsageError(
        method.contains(",")
          ? "train takes one method, found \"\(method)\"; compare takes several"
          : "a unimodal training needs one modality; add --modalities with one of \(names)")
    }
    let seed = try TrainingFlags.check(seed ?? 0, "--seed", TrainingFlags.seeds)
    let configuration = try TrialConfiguration(selection, training: work.training.resolved(), seed: seed, on: data)
    try configuration.check(on: data)
    let start = TrainStart(
      dataset: dataset, fingerprint: data.fingerprint,
      // What cannot be trained says so when it is.
      threads: threads ?? (try? TrialRunner(data).fastestThreads(for: configuration, limit: Machine.current.idleCores))
        ?? 1,
      configuration: configuration)
    let run = StoredRun(
      kind: .train, dataset: data.dataset.manifest.name, method: selection.name, seed: seed)
    try train(start, run, RunStore(folder: work.store.folder), resuming: false, prepared: data)
  }

  /// Goes on with a training; one that is finished is shown, not done again.
  private func go(on run: StoredRun, _ runs: RunStore) throws {
    let folder = RunFolder(runs.url(of: run))
    if FileManager.default.fileExists(atPath: folder.trial.path) {
      return try show(folder.read(TrialRecord.self, from: folder.trial), run, folder)
    }
    let start = try folder.read(TrainStart.self, from: TrainStart.file(folder))
    let data = try work.store.prepared(start.dataset)
    guard data.fingerprint == start.fingerprint else {
      throw InputError(file: start.dataset, "the data are not those that run \(run.id) began with; start a new one")
    }
    try train(start, run, runs, resuming: true, prepared: data)
  }

  private func train(
    _ start: TrainStart, _ run: StoredRun, _ runs: RunStore, resuming: Bool, prepared: PreparedDataset
  ) throws {
    Engine.threads = start.threads
    let folder = RunFolder(runs.url(of: run))
    let interruption = Interruption()
    try folder.make()
    try folder.write(start, to: TrainStart.file(folder))
    var runner = TrialRunner(prepared, cancellation: interruption.cancellation)
    runner.prefetch = 2
    let line = ProgressLine("train \(start.configuration.selection.name)", style: work.output.style)
    try runs.working(on: run, of: work.store, line: line) { run in
      let record = try runner.run(start.configuration, in: folder, resuming: resuming) { progress in
        var validation = progress.validation.map { ", validation \(Format.significant($0))" } ?? ""
        if let used = progress.utilization {
          let rates = used.sorted { $0.key < $1.key }.map { "\($0) \(String(format: "%.2f", $1))" }
          validation += ", used \(rates.joined(separator: ", "))"
        }
        line.update(
          (progress.epoch - 1) * progress.steps + progress.step, of: progress.epochs * progress.steps,
          note: "epoch \(progress.epoch), loss \(Format.significant(progress.loss))\(validation)")
      }
      let epochs = record.epochs.count
      line.finish(epochs, of: epochs, note: "best epoch \(record.bestEpoch) of \(epochs)")
      var run = run
      run.status = .finished
      run.metrics = record.metrics
      try runs.save(run)
      try show(record, run, folder)
    }
  }
}

extension TrainCommand {
  private func show(_ record: TrialRecord, _ run: StoredRun, _ folder: RunFolder) throws {
    try work.output.write(record)
    work.output.show(
      TerminalTable(
        ["metric", "validation", "test"],
        rows: record.metrics.keys.sorted().map { name in
          [name]
            + [record.validationMetrics[name], record.metrics[name]].map { value in
              value.map { Format.significant($0, digits: 4) } ?? "–"
            }
        }
      ).text())
    work.output.show("\nrun \(run.id) in \(folder.url.relativePath)")
  }
}

/// What a training was asked to do, kept so that it can be resumed.
struct TrainStart: Codable, CheckedResult {
  let dataset: String
  /// Of the data set when the training began.
  let fingerprint: String
  /// Threads of one operation, which decide the last bits of the result.
  let threads: Int
  let configuration: TrialConfiguration

  func check() throws {
    guard (1...1024).contains(threads) else { throw InputError(at: "threads", "\(threads); 1 to 1024 expected") }
    try configuration.check()
  }

  static func file(_ folder: RunFolder) -> URL { folder.url.appending(path: "start.json") }
}
