import ArgumentParser
import Chiasm
import Foundation
import Synchronization

/// What every command takes.
struct OutputOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Also write the result as JSON (- for standard output).", valueName: "file"))
  var json: String?

  @Flag(name: .long, help: "No progress and no tables; errors only.")
  var quiet = false

  /// How progress is told.
  var style: ProgressLine.Style { quiet ? .quiet : .automatic }

  /// Prints a table or text unless quiet or unless JSON goes to standard output.
  func show(_ text: @autoclosure () -> String) {
    if !quiet && json != "-" { Console.print(text()) }
  }

  /// Writes `value` where `--json` says.
  func write(_ value: some Encodable) throws {
    guard let json else { return }
    let data = try ResultJSON.encode(value)
    if json == "-" {
      Console.write(data)
    } else {
      try AtomicFile.write(data, to: URL(fileURLWithPath: json))
    }
  }

  /// Refuses, before long work, a place where the JSON could not be written.
  func checkWritable() throws {
    guard let json, json != "-" else { return }
    try checkParent(of: json)
  }
}

/// Runs `body`, whose complaints about an input that they do not name are about `path`.
func naming<Result>(_ path: String, _ body: () throws -> Result) throws -> Result {
  do {
    return try body()
  } catch var error as InputError where error.file == nil {
    error.file = path
    throw error
  }
}

/// What a command that makes something writes as JSON.
struct Made: Encodable {
  /// The path as given.
  let made: String
  var samples: Int?
}

/// Refuses a file whose folder is not there or cannot be written.
func checkParent(of path: String) throws {
  let url = URL(fileURLWithPath: path)
  let type = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.type]
  if let type = type as? FileAttributeType, [.typeCharacterSpecial, .typeUnknown].contains(type) { return }
  let folder = url.deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
    throw InputError(file: path, "cannot be written: there is no folder \(folder)")
  }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw InputError(file: path, "cannot be written: no permission to write in \(folder)")
  }
  guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
    throw InputError(file: path, "cannot be written: it is a folder")
  }
}

/// Where runs are kept.
struct StoreOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Folder of runs and of the run store.", valueName: "folder"))
  var runs: String = ProcessInfo.processInfo.environment["CHIASM_RUNS"] ?? "runs"

  @OptionGroup var links: LinkOptions

  var folder: URL { URL(fileURLWithPath: runs, isDirectory: true) }
  /// Decoded media, kept beside the runs.
  var cache: URL { folder.appending(path: "cache", directoryHint: .isDirectory) }

  /// The run that a name means, and where it lies: an id in `--runs`, or the path of a run folder in any store.
  func naming(_ name: String) -> (id: String?, options: StoreOptions) {
    let url = URL(fileURLWithPath: name, isDirectory: true)
    var isFolder: ObjCBool = false
    guard name.contains("/"), FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return (name, self) }
    var options = self
    options.runs = url.deletingLastPathComponent().relativePath
    return (url.lastPathComponent, options)
  }

  /// The store to look at: nothing is made or written.
  func reading(_ output: OutputOptions) throws -> RunStore { try RunStore(reading: folder) { output.note($0) } }

  /// The store to write into.
  func writing(_ output: OutputOptions) throws -> RunStore { try RunStore(folder: folder) { output.note($0) } }

  /// Reads a data set that models are going to be trained on, and tells what should be known of it before.
  func prepared(_ dataset: String) throws -> PreparedDataset {
    let data = try load(dataset)
    let prepared = try PreparedDataset(data)
    if !CommandLine.arguments.contains("--quiet") { data.warnings().forEach(Console.warn) }
    return prepared
  }

  /// Reads a data set, decoded media from the cache where they are known.
  func load(_ dataset: String) throws -> Dataset {
    // Every command that reads a data set has the flag; handing it on through all of them would say no more.
    let isQuiet = CommandLine.arguments.contains("--quiet")
    let decoding = DecodingLine(isQuiet ? .quiet : .automatic)
    return try Dataset.load(
      URL(fileURLWithPath: dataset, isDirectory: true), cache: cache, followsLinks: links.followLinks,
      progress: decoding.progress)
  }
}

/// Tells how far the decoding of pictures and sounds is, a line for each modality.
struct DecodingLine {
  let progress: DecodingProgress

  init(_ style: ProgressLine.Style) {
    let lines = Mutex<[String: ProgressLine]>([:])
    progress = { modality, done, total in
      let line = lines.withLock { lines in
        let line = lines[modality] ?? ProgressLine("decode \(modality)", style: style)
        lines[modality] = line
        return line
      }
      // What is done at once needs no line.
      if done < total { line.update(done, of: total, unit: "files") } else { line.end() }
    }
  }
}

/// How the folder of a data set is read.
struct LinkOptions: ParsableArguments {
  @Flag(help: "Read files that symbolic links in the folder of a data set lead to outside of it.")
  var followLinks = false
}

extension TerminalTable {
  /// Metrics by name, under what they were measured on.
  init(_ metrics: [String: Double], of split: String) {
    let rows = metrics.sorted { $0.key < $1.key }.map { [$0, Format.significant($1, digits: 4)] }
    self.init(["metric", split], rows: rows)
  }
}

/// Settings of training; what is not given keeps its default.
struct TrainingFlags: ParsableArguments {
  private static let defaults = TrainingOptions()

  @Option(help: "Most passes over the train split; \(defaults.epochs) by default.")
  var epochs: Int?
  @Option(help: "Samples per step; \(defaults.batchSize) by default.")
  var batchSize: Int?
  @Option(help: "Step size of the optimiser; \(defaults.learningRate) by default.")
  var learningRate: Double?
  @Option(
    help: "Decay of weights towards zero per step, times the learning rate; \(defaults.weightDecay) by default.")
  var weightDecay: Double?
  @Option(
    help: """
      Epochs without a better validation score after which training stops; \(defaults.patience ?? defaults.epochs) \
      by default.
      """)
  var patience: Int?
  @Option(help: "adamw, adam or sgd; \(defaults.optimizer.rawValue) by default.")
  var optimizer: String?
  @Option(help: "constant, cosine or plateau; \(defaults.schedule.name) by default.")
  var schedule: String?
  @Flag(help: "Weigh classes by the inverse of how often they occur in the train split.")
  var balanced = false
  @Option(
    help: """
      Keep modalities in balance: conditional (steps without the fastest; Wu 2022), blending (losses by how they \
      generalise; Wang 2020) or impartial (equal gradients without conflicts; Javaloy 2022).
      """)
  var balance: String?
  @Flag(
    inversion: .prefixedNo,
    help: "Measure after each epoch how much each modality is used; by default where that is cheap.")
  var utilization: Bool?

  static let seeds = 0...1_000_000_000

  /// Whether nothing was given.
  var isEmpty: Bool {
    epochs == nil && batchSize == nil && learningRate == nil && weightDecay == nil && patience == nil
      && optimizer == nil
      && schedule == nil && !balanced && balance == nil && utilization == nil
  }

  /// Refuses what only means something where a target is predicted from several modalities.
  /// - Parameter command: as errors call it.
  func checkWithoutTarget(_ command: String) throws {
    if balanced {
      throw UsageError("--balanced weighs the classes of a target that is predicted; \(command) has none")
    }
    if balance != nil {
      throw UsageError("--balance keeps the modalities that predict a target in balance; \(command) has no such target")
    }
    if utilization == true {
      throw UsageError("--utilization measures how modalities predict a target; \(command) has no such target")
    }
  }

  /// Refuses, with a run to go on with, options that it began with.
  static func checkResumable(others: Bool) throws {
    guard !others else {
      throw UsageError("--resume goes on with the options that the run began with; leave the others out")
    }
  }

  func resolved() throws -> TrainingOptions {
    var options = TrainingOptions()
    if let epochs { options.epochs = try Self.check(epochs, "--epochs", 1...100_000) }
    if let batchSize { options.batchSize = try Self.check(batchSize, "--batch-size", 1...1_000_000) }
    if let learningRate { options.learningRate = try Self.check(learningRate, "--learning-rate", 1e-9...100) }
    if let weightDecay { options.weightDecay = try Self.check(weightDecay, "--weight-decay", 0...100) }
    if let patience { options.patience = try Self.check(patience, "--patience", 1...100_000) }
    if let optimizer {
      guard let value = OptimizerKind(rawValue: optimizer) else {
        throw UsageError("--optimizer is \"\(optimizer)\"; expected adamw, adam or sgd")
      }
      options.optimizer = value
    }
    if let schedule {
      switch schedule {
      case "constant": options.schedule = .constant
      case "cosine": options.schedule = .cosine(warmUp: 0.1)
      case "plateau": options.schedule = .plateau(factor: 0.5, patience: 3)
      default: throw UsageError("--schedule is \"\(schedule)\"; expected constant, cosine or plateau")
      }
    }
    if balanced { options.balancedClasses = true }
    if let balance {
      guard let value = Balance(rawValue: balance) else {
        throw UsageError("--balance is \"\(balance)\"; expected conditional, blending or impartial")
      }
      options.balance = value
    }
    options.measuresUtilization = utilization
    return options
  }

  static func check<N: Comparable>(_ value: N, _ name: String, _ range: ClosedRange<N>) throws -> N {
    guard range.contains(value) else {
      throw UsageError("\(name) is \(value); expected \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}

extension Schedule {
  /// What `--schedule` calls it.
  fileprivate var name: String {
    switch self {
    case .constant: "constant"
    case .cosine: "cosine"
    case .plateau: "plateau"
    }
  }
}

/// Reads `key=value` pairs.
func pairs(_ texts: [String], of option: String) throws -> [String: String] {
  try texts.reduce(into: [:]) { result, text in
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[0].isEmpty else {
      throw UsageError("\(option) \"\(text)\" is not key=value")
    }
    guard result.updateValue(parts[1], forKey: parts[0]) == nil else {
      throw UsageError("\(option) \(parts[0]) is given twice")
    }
  }
}
