public import Evaluation
public import Experiments
import Foundation
public import Modalities
import Tensors

/// Metrics of a trained run on a data set's split, and what its fusion relied on.
public struct EvaluationJob: Sendable {
  /// Id or folder of a training.
  public var run: String
  /// Folder of the data set.
  public var dataset: String
  public var split = Split.test
  public var workspace: Workspace

  public init(_ run: String, on dataset: String, in workspace: Workspace) {
    (self.run, self.dataset, self.workspace) = (run, dataset, workspace)
  }

  /// As JSON, metrics by name, with those of the choices.
  public struct Result: Encodable {
    public let metrics: [String: Double]
    /// Of a fusion that weighs or chooses; nil for others.
    public let choices: ChoiceShares?

    public func encode(to encoder: any Encoder) throws {
      try metrics.merging(choices?.metrics ?? [:]) { $1 }.encode(to: encoder)
    }
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let folder = try workspace.training(run)
    let data = try workspace.load(dataset, progress)
    return Result(
      metrics: try ModelUse(folder).evaluate(data, split: split),
      choices: try ChoiceShares(TrainedModel.load(folder), on: data, split: split))
  }
}

/// Predictions of new samples.
public struct PredictionJob: Sendable {
  /// What is predicted.
  public enum Input: Sendable {
    /// One sample, from a file for each modality that is there.
    case files([String: String])
    /// Every sample of a folder in the contract.
    case dataset(String)
  }

  /// Id or folder of a training.
  public var run: String
  public var input: Input
  /// Where all predictions go as CSV.
  public var out: String?
  public var workspace: Workspace

  public init(_ run: String, of input: Input, in workspace: Workspace) {
    (self.run, self.input, self.workspace) = (run, input, workspace)
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> [Prediction] {
    let use = try ModelUse(workspace.training(run))
    let predictions =
      switch input {
      case .dataset(let folder): try naming(folder) { try use.predict(workspace.load(folder, progress)) }
      case .files(let files):
        [try use.predict(NewSample(id: "sample", files: files.mapValues { URL(fileURLWithPath: $0) }))]
      }
    if let out { try AtomicFile.write(Data(Prediction.csv(predictions).utf8), to: URL(fileURLWithPath: out)) }
    return predictions
  }
}

/// The fused representation of every sample, as a file.
public struct EmbeddingJob: Sendable {
  /// Id or folder of a training.
  public var run: String
  /// Folder of the data set.
  public var dataset: String
  /// The file to write, .npz or .safetensors.
  public var out: String
  public var workspace: Workspace

  public init(_ run: String, of dataset: String, to out: String, in workspace: Workspace) {
    (self.run, self.dataset, self.out, self.workspace) = (run, dataset, out, workspace)
  }

  /// What was written; as JSON, the file.
  public struct Result: Encodable {
    public let made: String
    public let samples: Int
    public let shape: [Int]

    private enum CodingKeys: CodingKey {
      case made, samples
    }
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let file = try RepresentationFile(out)
    let use = try ModelUse(workspace.training(run))
    let data = try workspace.load(dataset, progress)
    let tensors = try naming(dataset) { try use.embed(data) }
    try file.write(tensors, ids: data.ids)
    return Result(made: out, samples: data.count, shape: tensors["representation"]?.shape ?? [])
  }
}

/// A file of representations, whose name says of which kind it is.
public struct RepresentationFile {
  static let kinds = ["npz", "safetensors"]
  private let url: URL

  /// - Throws: `UsageError` for a file of another kind.
  public init(_ path: String) throws {
    url = URL(fileURLWithPath: path)
    guard Self.kinds.contains(url.pathExtension) else {
      throw UsageError("\(path) ends in \".\(url.pathExtension)\"; expected .npz or .safetensors")
    }
  }

  /// - Parameters:
  ///   - tensors: `[N, …]` by name.
  ///   - ids: of the samples.
  ///   - rows: which samples of the data set they are, from 0; nil for all in order.
  func write(_ tensors: [String: Tensor], ids: [String], rows: [Int]? = nil) throws {
    if url.pathExtension == "npz" {
      // NPY holds numbers, so that samples are named by their place.
      try NPZ.write(tensors.merging(rows.map { ["rows": Tensor($0)] } ?? [:]) { $1 }, to: url)
    } else {
      try Safetensors.write(tensors, metadata: ["ids": ids.joined(separator: "\n")], to: url)
    }
  }
}
