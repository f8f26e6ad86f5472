public import Experiments
public import Foundation
public import Modalities
import Tensors
public import Training

/// Where a job works: the run store, how data sets are read, and what asks it to stop.
public struct Workspace: Sendable {
  /// Folder of runs and of the run store, as it was named.
  public var runs: String
  /// Whether files are read that links in the folder of a data set lead to outside of it.
  public var followsLinks = false
  public var cancellation = Cancellation()

  public init(runs: String = "runs") { self.runs = runs }

  public var folder: URL { URL(fileURLWithPath: runs, isDirectory: true) }

  /// The store to look at: nothing is made or written.
  public func reading(_ progress: @escaping JobProgress = { _ in }) throws -> RunStore {
    try RunStore(reading: folder) { progress(.note($0)) }
  }

  /// The store to write into.
  public func writing(_ progress: @escaping JobProgress = { _ in }) throws -> RunStore {
    try RunStore(folder: folder) { progress(.note($0)) }
  }

  /// Reads a data set, decoded media from the cache beside the runs where they are known.
  public func load(_ dataset: String, _ progress: @escaping JobProgress = { _ in }) throws -> Dataset {
    try Dataset.load(
      URL(fileURLWithPath: dataset, isDirectory: true),
      cache: folder.appending(path: "cache", directoryHint: .isDirectory), followsLinks: followsLinks,
      progress: decoding(progress))
  }

  /// Reads a data set that models are going to be trained on, and tells what should be known of it before.
  func prepared(_ dataset: String, _ progress: @escaping JobProgress) throws -> PreparedDataset {
    let data = try load(dataset, progress)
    let prepared = try PreparedDataset(data)
    data.warnings().forEach { progress(.warning($0)) }
    return prepared
  }

  /// The run that a name means, and where it lies: an id in `runs`, or the path of a run folder in any store.
  func naming(_ name: String) -> (id: String, workspace: Workspace) {
    let url = URL(fileURLWithPath: name, isDirectory: true)
    var isFolder: ObjCBool = false
    guard name.contains("/"), FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder),
      isFolder.boolValue
    else { return (name, self) }
    var workspace = self
    workspace.runs = url.deletingLastPathComponent().relativePath
    return (url.lastPathComponent, workspace)
  }

  /// The folder of a training, named by id or by the path of its folder.
  func training(_ name: String) throws -> RunFolder {
    let (folder, run) = try find(name, as: \.model)
    guard let run, run.kind != .train else { return folder }
    throw UsageError("run \(run.id) is a \(run.kind.noun); name one of its trainings, \(runs)/\(run.folder)/trials/…")
  }

  /// The folder of a training or a comparison, named by id or by the path of its folder.
  func folder(of name: String) throws -> RunFolder { try find(name, as: ComparisonRunner.planFile, \.model).folder }

  /// A folder that holds one of those files, or the run of that id.
  private func find(_ name: String, as files: (RunFolder) -> URL...) throws -> (folder: RunFolder, run: StoredRun?) {
    let direct = RunFolder(URL(fileURLWithPath: name, isDirectory: true))
    if files.contains(where: { FileManager.default.fileExists(atPath: $0(direct).path) }) { return (direct, nil) }
    guard FileManager.default.fileExists(atPath: folder.appending(path: RunStore.fileName).path) else {
      throw UsageError("\"\(name)\" is neither a run folder nor a run of \(runs)")
    }
    let store = try RunStore(reading: folder)
    let run = try store.run(name)
    return (RunFolder(store.url(of: run)), run)
  }
}

/// Tells how far the decoding of pictures and sounds is, a stage for each modality.
func decoding(_ progress: @escaping JobProgress) -> DecodingProgress {
  { modality, done, total in
    let stage = "decode \(modality)"
    // What is done at once needs no line.
    progress(
      done < total
        ? .advanced(stage: stage, done: done, total: total, unit: "files", note: "") : .stopped(stage: stage))
  }
}

/// Makes a folder, of which nothing stays where the program is stopped before it is whole.
func making(_ folder: URL, _ progress: JobProgress, _ body: () throws -> Void) rethrows {
  progress(.making(folder))
  // Waits for good where the program is being ended.
  defer { progress(.released) }
  try body()
}
