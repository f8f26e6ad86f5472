import Evaluation
import Experiments
import Foundation
public import Reports
import Tensors

/// The report of comparisons as a page, or the leaderboard of one as a table.
public struct ReportJob: Sendable {
  /// Ids or folders of comparisons.
  public var runs: [String]
  /// The file to write.
  public var out: String
  /// Nil for a page.
  public var table: LeaderboardFormat?
  /// Whether the rows of several runs are taken as of one comparison, not held against each other.
  public var pools = false
  /// Folder for every figure as SVG.
  public var figures: String?
  public var workspace: Workspace

  public init(_ runs: [String], to out: String, in workspace: Workspace) {
    (self.runs, self.out, self.workspace) = (runs, out, workspace)
  }

  /// What was written; as JSON, the file.
  public struct Result: Encodable {
    public let made: String
    /// Names of the figures; nil where none were asked for.
    public let figures: [String]?

    private enum CodingKeys: CodingKey {
      case made
    }
  }

  /// - Throws: `UsageError` for what is no comparison, or several where one is needed.
  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let url = URL(fileURLWithPath: out)
    let folders = try runs.map { try comparison($0, progress) }
    if folders.count > 1, !pools {
      guard table == nil, figures == nil else {
        throw UsageError("a leaderboard and figures are of one comparison; name one run, or add --pool")
      }
      let comparisons = try folders.map { folder in
        let (result, records, plans) = try ComparisonReader.read([folder])
        return ReportedComparison(
          name: folder.url.lastPathComponent, result: result, records: records, provenance: plans.map(\.provenance))
      }
      try Report.write(
        comparing: comparisons, environment: .current(libtorch: Engine.version, chiasm: chiasmVersion), date: Date(),
        to: url)
      return Result(made: out, figures: nil)
    }
    let (result, records, plans) = try ComparisonReader.read(folders)
    if let table {
      try AtomicFile.write(Data(table.text(of: result.comparison).utf8), to: url)
    } else {
      try Report.write(result, records, plans: plans, to: url)
    }
    let names = try figures.map { folder in
      try Report.writeFigures(
        of: result, records: records, architectures: result.comparison.architectures,
        to: URL(fileURLWithPath: folder, isDirectory: true))
    }
    return Result(made: out, figures: names)
  }

  private func comparison(_ name: String, _ progress: @escaping JobProgress) throws -> RunFolder {
    let direct = RunFolder(URL(fileURLWithPath: name, isDirectory: true))
    if FileManager.default.fileExists(atPath: ComparisonRunner.planFile(direct).path) { return direct }
    let store = try workspace.reading(progress)
    let run = try store.run(name)
    guard run.kind != .train else { throw UsageError("run \(run.id) is a single training; report takes comparisons") }
    return RunFolder(store.url(of: run))
  }
}
