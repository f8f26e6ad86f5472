import Foundation
import GRDB
import Tensors

/// A run as the table holds it: time in milliseconds since 1970 (UTC), metrics as JSON.
struct RunRow: Codable, FetchableRecord, PersistableRecord {
  static let databaseTableName = "runs"

  var id: String
  var kind: StoredRun.Kind
  var created: Int64
  var dataset: String
  var method: String?
  var seed: Int?
  var status: StoredRun.Status
  var folder: String
  var metrics: [String: Double]
  var failure: String?

  init(_ run: StoredRun) {
    id = run.id
    kind = run.kind
    created = Int64((run.created.timeIntervalSince1970 * 1000).rounded())
    dataset = run.dataset
    method = run.method
    seed = run.seed
    status = run.status
    folder = run.folder
    metrics = run.metrics
    failure = run.failure
  }

  /// The run, its status as it was written.
  var run: StoredRun {
    StoredRun(
      id: id, kind: kind, created: Date(timeIntervalSince1970: Double(created) / 1000), dataset: dataset,
      method: method, seed: seed, status: status, folder: folder, metrics: metrics, failure: failure)
  }

  /// The row as this version writes them, and of a run whose folder lies in the store.
  ///
  /// - Throws: `InputError` naming the run and what is wrong with it: a damaged row must not hide the others, and one that
  ///   somebody made up must not lead out of the store.
  init(checking row: Row, in folder: URL) throws {
    let name = String.fromDatabaseValue(row["id"] as DatabaseValue).map { "run \"\($0)\"" } ?? "a run without a name"
    do {
      self = try RunRow(row: row)
    } catch {
      throw InputError(at: name, "is not a run as this version writes it; left out")
    }
    guard Self.isInside(self.folder, of: folder) else {
      throw InputError(at: name, "its folder \"\(self.folder)\" does not lie in the store; left out")
    }
  }

  /// Whether a path stays inside a folder, links looked through.
  static func isInside(_ path: String, of folder: URL) -> Bool {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard !parts.contains(where: { ["", ".", ".."].contains($0) }), !path.contains("\0") else { return false }
    let root = folder.resolvingSymlinksInPath().standardizedFileURL.path
    let whole = folder.appending(path: path).resolvingSymlinksInPath().standardizedFileURL.path
    return whole.hasPrefix(root.hasSuffix("/") ? root : root + "/")
  }
}
