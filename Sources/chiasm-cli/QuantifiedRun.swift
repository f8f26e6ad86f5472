import Chiasm
import Foundation

/// The trained models that a run left, and the data set to measure them on.
struct QuantifiedRun {
  /// One for a training, every finished one for a comparison.
  let trials: [TrainedTrial]
  /// As loaded, not normalised.
  let dataset: Dataset
  /// Of the run as it was named.
  let folder: RunFolder
  let isComparison: Bool

  /// - Parameters:
  ///   - name: id or folder of a training or a comparison.
  ///   - data: folder of the data set; nil for the one that the run was made on.
  /// - Throws: `UsageError` where there is no such run; `InputError` where it has no finished training, or the data set
  ///   is not the one it was made on any more.
  init(_ name: String, data: String?, _ store: StoreOptions) throws {
    let folder = try Self.folder(name, store)
    let trials: [TrainedTrial]
    let origin: (path: String, fingerprint: String?)?
    if FileManager.default.fileExists(atPath: ComparisonRunner.planFile(folder).path) {
      let plan = try folder.read(ComparisonPlan.self, from: ComparisonRunner.planFile(folder))
      trials = plan.finishedTrials(in: folder)
      guard !trials.isEmpty else { throw InputError(file: name, "no training of this comparison has finished") }
      (origin, isComparison) = ((plan.dataset, plan.fingerprint), true)
    } else {
      let trained = try TrainedModel.load(folder)
      trials = [
        TrainedTrial(trained.configuration.selection, seed: trained.configuration.seed, folder: folder)
      ]
      isComparison = false
      origin = try Self.origin(of: folder)
    }
    guard let path = data ?? origin?.path else {
      throw UsageError("\(name) does not say which data it was trained on; add the folder of the data set")
    }
    let dataset = try store.load(path)
    if data == nil, let expected = origin?.fingerprint, dataset.fingerprint != expected {
      throw InputError(file: path, "the data are not those that \(name) was made on; name the folder to measure on")
    }
    (self.trials, self.dataset, self.folder) = (trials, dataset, folder)
  }

  static func folder(_ name: String, _ store: StoreOptions) throws -> RunFolder {
    let direct = RunFolder(URL(fileURLWithPath: name, isDirectory: true))
    for file in [ComparisonRunner.planFile(direct), direct.model]
    where FileManager.default.fileExists(atPath: file.path) { return direct }
    guard FileManager.default.fileExists(atPath: store.folder.appending(path: RunStore.fileName).path) else {
      throw UsageError("\"\(name)\" is neither a run folder nor a run of \(store.runs)")
    }
    let runs = try RunStore(reading: store.folder)
    return RunFolder(runs.url(of: try runs.run(name)))
  }

  /// The data set of a training; of one inside a comparison, the comparison's.
  static func origin(of folder: RunFolder) throws -> (path: String, fingerprint: String?)? {
    let start = TrainStart.file(folder)
    if FileManager.default.fileExists(atPath: start.path) {
      let start = try folder.read(TrainStart.self, from: start)
      return (start.dataset, start.fingerprint)
    }
    let comparison = RunFolder(folder.url.deletingLastPathComponent().deletingLastPathComponent())
    let plan = ComparisonRunner.planFile(comparison)
    guard FileManager.default.fileExists(atPath: plan.path) else { return nil }
    let found = try comparison.read(ComparisonPlan.self, from: plan)
    return (found.dataset, found.fingerprint)
  }
}
