public import Experiments
import Foundation
import Modalities
import Tensors

/// A coordination of modalities in one space, measured on the test split.
public struct CoordinationJob: Sendable {
  /// Folder of the data set.
  public var dataset: String
  /// Nil for all.
  public var modalities: [String]?
  public var settings: CoordinationSettings
  /// Where every sample's representation goes, .npz or .safetensors.
  public var out: String?
  public var workspace: Workspace

  public init(_ dataset: String, _ settings: CoordinationSettings, in workspace: Workspace) {
    (self.dataset, self.settings, self.workspace) = (dataset, settings, workspace)
  }

  /// What a coordination achieves; as JSON, its report.
  public struct Result: Encodable {
    public let report: CoordinationReport
    /// Samples in the shared space.
    public let samples: Int

    public func encode(to encoder: any Encoder) throws { try report.encode(to: encoder) }
  }

  /// - Throws: `UsageError` for settings that do not fit the data, `InputError` where a view has no answer.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    // Threads wait at the end of every operation for one whose core others took.
    Engine.threads = Machine.current.idleCores
    let result = try naming(dataset) {
      try coordinate(workspace.load(dataset, progress), names: modalities, settings: settings)
    }
    if let out { try RepresentationFile(out).write(result.representation, ids: result.ids, rows: result.rows) }
    return Result(report: result.report, samples: result.ids.count)
  }
}

/// A comparison of learned weights of kernels with each kernel alone, their average and concatenation.
public struct KernelJob: Sendable {
  /// Folder of the data set.
  public var dataset: String
  public var settings: KernelSettings
  public var workspace: Workspace

  public init(_ dataset: String, _ settings: KernelSettings, in workspace: Workspace) {
    (self.dataset, self.settings, self.workspace) = (dataset, settings, workspace)
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> KernelReport {
    // Threads wait at the end of every operation for one whose core others took.
    Engine.threads = Machine.current.idleCores
    let data = try workspace.load(dataset, progress)
    let stage = JobStage("kernels of \(data.manifest.name)", unit: "ways", progress)
    let report = try stage.run {
      try naming(dataset) { try compareKernels(data, settings) { stage.update($0, of: $1) } }
    }
    stage.finish(report.rows.count, of: report.rows.count)
    return report
  }
}
