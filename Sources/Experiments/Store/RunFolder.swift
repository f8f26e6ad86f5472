public import Evaluation
public import Foundation
import Modalities
public import Models
import Tensors
public import Training
import Yams

/// The files of one run: where they are, and how they are written. Every file appears complete or not at all.
public struct RunFolder: Sendable, Equatable {
  public let url: URL

  /// The folder of a run that exists or is about to; see `make()`.
  public init(_ url: URL) { self.url = url }

  /// Resolved options of the run.
  public var configuration: URL { url.appending(path: "config.yaml") }
  public var log: URL { url.appending(path: "log.txt") }
  /// One row per epoch.
  public var epochs: URL { url.appending(path: "epochs.csv") }
  /// Test and validation metrics by name.
  public var metrics: URL { url.appending(path: "metrics.json") }
  /// One row per test sample.
  public var predictions: URL { url.appending(path: "predictions.csv") }
  /// Parameters and buffers of the kept epoch.
  public var model: URL { url.appending(path: "model.safetensors") }
  public var environment: URL { url.appending(path: "environment.json") }
  /// The manifest of the data set as it was used.
  public var dataset: URL { url.appending(path: "dataset.yaml") }
  /// The whole trial, from which a comparison resumes and a report is drawn.
  public var trial: URL { url.appending(path: "trial.json") }
  /// A comparison's result.
  public var comparison: URL { url.appending(path: "comparison.json") }
  /// What `quantify robustness` found of a comparison.
  public var robustness: URL { url.appending(path: "robustness.json") }
  /// What `quantify heterogeneity` found of a comparison's data.
  public var heterogeneity: URL { url.appending(path: "heterogeneity.json") }
  public var report: URL { url.appending(path: "report.html") }
  /// Locked by the process that works on the run.
  var claim: URL { url.appending(path: "lock") }

  /// Makes the folder and those above it.
  ///
  /// - Throws: `InputError` when it cannot be made.
  public func make() throws {
    do {
      try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    } catch {
      throw InputError(file: url.path, "cannot be made: \(error.localizedDescription)")
    }
  }

  /// Writes `config.yaml`, keys sorted.
  public func write(configuration value: some Encodable) throws {
    let encoder = YAMLEncoder()
    encoder.options.sortKeys = true
    try AtomicFile.write(Data(try encoder.encode(value).utf8), to: configuration)
  }

  /// Writes any result as JSON with sorted keys.
  ///
  /// - Throws: `EncodingError` for a number that is not finite; `InputError` when the file cannot be written.
  public func write(_ value: some Encodable, to file: URL) throws {
    try AtomicFile.write(try ResultJSON.encode(value), to: file)
  }

  /// Reads a result back; a `CheckedResult` is checked.
  ///
  /// - Throws: `InputError` naming the file when it is missing or not what it should be.
  public func read<Value: Decodable>(_ type: Value.Type, from file: URL) throws -> Value {
    let value: Value
    do {
      value = try ResultJSON.decode(type, from: InputFile.contents(of: file))
    } catch let error as InputError {
      throw error
    } catch {
      throw InputError(file: file.relativePath, "is not a \(type) as this version writes it\(Self.place(of: error))")
    }
    try Self.naming(file) { try (value as? any CheckedResult)?.check() }
    return value
  }

  /// Reads `config.yaml`.
  ///
  /// - Throws: `InputError` naming the file and what is wrong in it.
  func readConfiguration() throws -> TrialConfiguration {
    let file = configuration
    let data = try InputFile.contents(of: file)
    guard data.count <= 1 << 24, let text = String(validating: data, as: UTF8.self) else {
      throw InputError(file: file.relativePath, "is not the configuration of a run: no text, or too long")
    }
    // Nothing that is written here refers to itself, and what does can be built to take for ever.
    let bare = text.replacing(/'[^'\n]*'|"[^"\n]*"/, with: "")
    guard bare.firstMatch(of: /[\s\[{,]\*\w/) == nil || bare.firstMatch(of: /[\s\[{,]&\w/) == nil else {
      throw InputError(file: file.relativePath, "is not the configuration of a run: it has anchors and aliases")
    }
    let value: TrialConfiguration
    do {
      value = try YAMLDecoder().decode(from: text)
    } catch {
      throw InputError(file: file.relativePath, "is not the configuration of a run\(Self.place(of: error))")
    }
    try Self.naming(file) { try value.check() }
    return value
  }

  /// Runs `body` and names the file in what it complains about.
  static func naming<Result>(_ file: URL, _ body: () throws -> Result) throws -> Result {
    do {
      return try body()
    } catch var error as InputError {
      error.file = file.relativePath
      throw error
    } catch let error as UsageError {
      // What a file asks for is no wrong call.
      throw InputError(file: file.relativePath, error.description)
    }
  }

  /// Where in a file a value is missing or of another kind.
  private static func place(of error: any Error) -> String {
    let context: DecodingError.Context
    var keys: [any CodingKey] = []
    switch error as? DecodingError {
    case .keyNotFound(let key, let found): (context, keys) = (found, [key])
    case .valueNotFound(_, let found), .typeMismatch(_, let found), .dataCorrupted(let found): context = found
    default: return ""
    }
    let path = (context.codingPath + keys).map { $0.intValue.map(String.init) ?? $0.stringValue }
    return path.isEmpty ? ": \(context.debugDescription.prefix(200))" : ": \(path.joined(separator: "."))"
  }

  /// Writes `metrics.json`: `{"test": {…}, "validation": {…}}`.
  public func write(testMetrics: [String: Double], validationMetrics: [String: Double]) throws {
    try write(["test": testMetrics, "validation": validationMetrics], to: metrics)
  }

  /// Writes `epochs.csv`.
  public func write(epochs records: [EpochRecord]) throws {
    let used = Set(records.flatMap { $0.utilization?.keys.sorted() ?? [] }).sorted()
    var table = CSVText(
      ["epoch", "trainLoss", "validationLoss", "validationScore", "learningRate", "seconds"]
        + used.map { "utilization(\($0))" })
    for record in records {
      table.append(
        ["\(record.epoch)"]
          + [record.trainLoss, record.validationLoss, record.validationScore, record.learningRate, record.seconds]
          .map { "\($0)" } + used.map { name in record.utilization?[name].map { "\($0)" } ?? "" })
    }
    try AtomicFile.write(Data(table.text.utf8), to: epochs)
  }

  /// Writes `predictions.csv`: id, target, predicted, and for classes one probability column per class.
  ///
  /// Multilabel targets and predictions list their classes with `|` between, as `samples.csv` does.
  public func write(predictionsOf trial: TrialRecord, task: any LearningTask, classes: [String]) throws {
    let columns = task.outputsAreClasses ? classes.map { "p(\($0))" } : []
    var table = CSVText(["id", "target", "predicted"] + columns)
    for (index, row) in trial.predictions.enumerated() {
      let target = Array(trial.targets[index * task.targetWidth..<(index + 1) * task.targetWidth])
      table.append(
        [
          trial.ids[index], task.text(target: target, classes: classes),
          task.text(row, classes: classes, thresholds: trial.thresholds),
        ] + (columns.isEmpty ? [] : row.map { "\(Float($0))" }))
    }
    try AtomicFile.write(Data(table.text.utf8), to: predictions)
  }
}
