public import Foundation
public import Modalities
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

  /// Reads a result back.
  ///
  /// - Throws: `InputError` when the file is missing or not what it should be.
  public func read<Value: Decodable>(_ type: Value.Type, from file: URL) throws -> Value {
    guard let data = try? Data(contentsOf: file) else { throw InputError(file: file.path, "cannot be read") }
    do {
      return try ResultJSON.decode(type, from: data)
    } catch {
      throw InputError(file: file.path, "is not a \(type) as this version writes it")
    }
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
  public func write(predictionsOf trial: TrialRecord, task: Task, classes: [String]) throws {
    var table = CSVText(["id", "target", "predicted"] + (task == .regression ? [] : classes.map { "p(\($0))" }))
    for (index, row) in trial.predictions.enumerated() {
      let target: String
      let predicted: String
      switch task {
      case .classification:
        target = classes[Int(trial.targets[index])]
        predicted = classes[row.indices.max { row[$0] < row[$1] || (row[$0] == row[$1] && $0 > $1) } ?? 0]
      case .multilabel:
        let truth = trial.targets[index * classes.count..<(index + 1) * classes.count]
        target = zip(classes, truth).filter { $0.1 >= 0.5 }.map(\.0).joined(separator: "|")
        predicted = Labels.given(row, trial.thresholds).map { classes[$0] }.joined(separator: "|")
      case .regression, .retrieval, .none:
        target = "\(trial.targets[index])"
        predicted = row.map { "\($0)" }.joined(separator: " ")
      }
      table.append([trial.ids[index], target, predicted] + (task == .regression ? [] : row.map { "\(Float($0))" }))
    }
    try AtomicFile.write(Data(table.text.utf8), to: predictions)
  }
}
