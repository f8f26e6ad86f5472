import Analyses
public import Experiments
import Foundation
public import Modalities
import Tensors

/// The trained models that a run left, and the data set to measure them on.
public struct QuantifiedRun {
  /// One for a training, every finished one for a comparison.
  public let trials: [TrainedTrial]
  /// As loaded, not normalised.
  public let dataset: Dataset
  /// Of the run as it was named.
  public let folder: RunFolder
  public let isComparison: Bool

  /// - Parameters:
  ///   - name: id or folder of a training or a comparison.
  ///   - data: folder of the data set; nil for the one that the run was made on.
  ///   - workspace: where runs and data are.
  ///   - progress: told while media are decoded.
  /// - Throws: `UsageError` where there is no such run; `InputError` where it has no finished training, or the data set
  ///   is not the one it was made on any more.
  public init(
    _ name: String, data: String? = nil, in workspace: Workspace, progress: @escaping JobProgress = { _ in }
  ) throws {
    let folder = try workspace.folder(of: name)
    let origin: DataOrigin?
    if let plan = try folder.plan() {
      trials = plan.finishedTrials(in: folder)
      guard !trials.isEmpty else { throw InputError(file: name, "no training of this comparison has finished") }
      (origin, isComparison) = (DataOrigin(path: plan.dataset, fingerprint: plan.fingerprint), true)
    } else {
      let configuration = try TrainedModel.load(folder).configuration
      trials = [TrainedTrial(configuration.selection, seed: configuration.seed, folder: folder)]
      (origin, isComparison) = (try DataOrigin(of: folder), false)
    }
    guard let path = data ?? origin?.path else {
      throw UsageError("\(name) does not say which data it was trained on; add the folder of the data set")
    }
    let dataset = try workspace.load(path, progress)
    if data == nil, let expected = origin?.fingerprint, dataset.fingerprint != expected {
      throw InputError(file: path, "the data are not those that \(name) was made on; name the folder to measure on")
    }
    (self.dataset, self.folder) = (dataset, folder)
  }

  /// The model of a training; of a comparison, that of its best fusion, which is told.
  ///
  /// - Throws: `UsageError` where the run is a comparison without a fusion.
  func model(_ name: String, split: Split, _ progress: JobProgress) throws -> ModelAnalysis {
    var trial = trials[0]
    if isComparison {
      let comparison = try folder.read(ExplainedComparison.self, from: folder.comparison).comparison
      guard let best = comparison.verdict?.bestFusion, let found = trials.first(where: { $0.method == best }) else {
        throw UsageError("\(name) is a comparison without a fusion that finished; name one of its trainings")
      }
      trial = found
      progress(.subject("\(trial.method), seed \(trial.seed), the best fusion of \(name)"))
    }
    Engine.threads = Machine.current.idleCores
    return try ModelAnalysis(trial.folder, on: dataset, split: split)
  }
}

/// The data set that a run was made on.
struct DataOrigin {
  let path: String
  let fingerprint: String?

  init(path: String, fingerprint: String?) { (self.path, self.fingerprint) = (path, fingerprint) }

  /// Of a training; of one inside a comparison, the comparison's.
  init?(of folder: RunFolder) throws {
    let start = TrainStart.file(folder)
    if FileManager.default.fileExists(atPath: start.path) {
      let start = try folder.read(TrainStart.self, from: start)
      self.init(path: start.dataset, fingerprint: start.fingerprint)
    } else {
      let comparison = RunFolder(folder.url.deletingLastPathComponent().deletingLastPathComponent())
      guard let plan = try comparison.plan() else { return nil }
      self.init(path: plan.dataset, fingerprint: plan.fingerprint)
    }
  }
}

extension RunFolder {
  /// The plan of a comparison; nil where it is none.
  func plan() throws -> ComparisonPlan? {
    let file = ComparisonRunner.planFile(self)
    return FileManager.default.fileExists(atPath: file.path) ? try read(ComparisonPlan.self, from: file) : nil
  }
}
