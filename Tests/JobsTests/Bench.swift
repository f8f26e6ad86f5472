import Experiments
import Foundation
import Jobs
import Modalities
import Synchronization
import Training

/// A folder of its own for one test, with a data set in it and a run store beside that.
final class Bench: Sendable {
  let folder: URL
  private let told = Mutex<[JobEvent]>([])

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(
      path: "jobs-\(UUID().uuidString)", directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  /// A new one for every use: a request to stop stays.
  var workspace: Workspace { Workspace(runs: folder.appending(path: "runs").path) }

  /// Remembers what a job says.
  var progress: JobProgress {
    { [self] event in told.withLock { $0.append(event) } }
  }

  /// Stages that began since this was asked last.
  func stages() -> [String] {
    told.withLock { told in
      defer { told = [] }
      return told.compactMap { if case .began(let stage) = $0 { stage } else { nil } }
    }
  }

  /// Makes 200 samples of two vectors whose class both show, or only both together where it is synergy.
  func data(synergy: Bool = false) throws -> String {
    let path = folder.appending(path: "data").path
    let generator = try SyntheticGenerator(
      redundancy: synergy ? 0 : 1, unique: [0, 0], synergy: synergy ? 1 : 0, samples: synergy ? 1000 : 200)
    try MakingJob(.synthetic(generator), in: path).run(progress: progress)
    return path
  }

  /// Options of a training of moments.
  static var quick: TrainingOptions {
    var options = TrainingOptions()
    (options.epochs, options.patience) = (4, 4)
    return options
  }
}
