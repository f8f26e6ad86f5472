import Experiments
import Foundation
public import Modalities
import Models
import Tensors
import Training

/// A data set to make in a folder.
public struct MakingJob: Sendable {
  /// Where the samples come from.
  public enum Source: Sendable {
    /// Vectors with known information.
    case synthetic(SyntheticGenerator)
    /// Spoken and drawn digits; `force` replaces a data set that is there.
    case digits(DigitsOptions, force: Bool)
    /// A public data set as it is distributed in a folder.
    case imported(any Importer.Type, from: String, options: [String: String])
  }

  public var source: Source
  /// The folder to make.
  public var folder: String

  public init(_ source: Source, in folder: String) { (self.source, self.folder) = (source, folder) }

  public func run(progress: @escaping JobProgress = { _ in }) throws {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    switch source {
    case .synthetic(let generator): try making(url, progress) { try generator.write(to: url) }
    case .digits(let options, let force):
      let stage = JobStage("making digits", unit: "samples", progress)
      try making(url, progress) {
        try DigitsGenerator(options).write(to: url, force: force) { stage.update($0, of: $1) }
      }
      stage.finish(options.samples, of: options.samples)
    case .imported(let importer, let source, let options):
      try making(url, progress) {
        try importer.run(source: URL(fileURLWithPath: source, isDirectory: true), destination: url, options: options)
      }
    }
  }
}

/// A check of a data set: every violation of the contract, statistics, and what to go on with.
public struct InspectionJob: Sendable {
  /// Folder of the data set.
  public var dataset: String
  public var followsLinks = false

  public init(_ dataset: String) { self.dataset = dataset }

  /// As JSON, the inspection.
  public struct Result: Encodable {
    public let inspection: DatasetInspection
    /// The command to go on with, which takes these data; nil where there is none.
    public let next: String?

    public func encode(to encoder: any Encoder) throws { try inspection.encode(to: encoder) }
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    var (inspection, dataset) = try DatasetInspection.read(
      URL(fileURLWithPath: dataset, isDirectory: true), followsLinks: followsLinks, progress: decoding(progress))
    do {
      return Result(inspection: inspection, next: try dataset.flatMap(next))
    } catch let error as InputError {
      inspection.violations.append(error.description)
      return Result(inspection: inspection, next: nil)
    }
  }

  /// - Throws: `InputError` where the command does not take the data.
  private func next(_ dataset: Dataset) throws -> String? {
    let prepared = try PreparedDataset(dataset)
    if prepared.prediction != nil {
      for selection in MethodSelection.standard(modalities: dataset.names) {
        try TrialConfiguration(selection, training: TrainingOptions(), seed: 0, on: prepared).check(on: prepared)
      }
      return "chiasm compare \(self.dataset)"
    }
    guard dataset.names.count > 1 else { return nil }
    _ = try PairedViews(dataset, names: nil)
    return "chiasm coordinate \(self.dataset)" + (dataset.names.count > 2 ? " --method gcca" : "")
  }
}
