public import Foundation
import GRDB
import Tensors

/// The runs of a folder, in SQLite beside their run folders (`<folder>/runs.sqlite`).
///
/// Any number of processes may read and write at once (write-ahead log, writers wait for each other for up to ten
/// seconds); the folder must be on a local file system, as the log needs shared memory.
///
/// ```swift
/// let store = try RunStore(folder: URL(filePath: "runs"))
/// try store.save(StoredRun(kind: .train, dataset: "mosi", method: "low-rank", seed: 0))
/// try store.runs().map(\.id)
/// ```
public final class RunStore: Sendable {
  /// The folder that holds the store and the run folders.
  public let folder: URL
  private let database: DatabasePool

  public static let fileName = "runs.sqlite"

  /// Opens the store of a folder; makes both where they are missing.
  ///
  /// - Throws: `InputError` when the folder or the file cannot be made, read or written, or is not a run store.
  public init(folder: URL) throws {
    self.folder = folder
    let file = folder.appending(path: Self.fileName)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(file: folder.path, "cannot be made: \(error.localizedDescription)")
    }
    database = try Self.naming(file) {
      var configuration = Configuration()
      configuration.busyMode = .timeout(10)
      // Turning a new file to write-ahead logging and migrating it are the moments at which two processes that open at once
      // could trip over each other.
      return try FileLock.holding(file.appendingPathExtension("lock")) {
        let database = try DatabasePool(path: file.path, configuration: configuration)
        try Self.migrator.migrate(database)
        return database
      }
    }
  }

  /// Adds the run, or replaces the one with the same id.
  public func save(_ run: StoredRun) throws {
    try write { try RunRow(run).upsert($0) }
  }

  /// Changes a run in one transaction and returns it as saved.
  ///
  /// - Throws: `UsageError` when there is no such run.
  @discardableResult
  public func update(_ id: String, _ change: (inout StoredRun) -> Void) throws -> StoredRun {
    try write { database in
      guard var run = try RunRow.fetchOne(database, key: id)?.run else { throw UsageError("no run \(id)") }
      change(&run)
      try RunRow(run).update(database)
      return run
    }
  }

  /// Runs, newest first.
  public func runs(
    kind: StoredRun.Kind? = nil, dataset: String? = nil, method: String? = nil, status: StoredRun.Status? = nil,
    limit: Int? = nil
  ) throws -> [StoredRun] {
    try read { database in
      var request = RunRow.order(Column("created").desc, Column("id").desc)
      if let kind { request = request.filter(Column("kind") == kind.rawValue) }
      if let dataset { request = request.filter(Column("dataset") == dataset) }
      if let method { request = request.filter(Column("method") == method) }
      if let status { request = request.filter(Column("status") == status.rawValue) }
      if let limit { request = request.limit(limit) }
      return try request.fetchAll(database).map(\.run)
    }
  }

  /// The run with this id, or the only one whose id begins or ends with it.
  ///
  /// - Throws: `UsageError` when there is none, or more than one.
  public func run(_ id: String) throws -> StoredRun {
    try read { database in
      if let row = try RunRow.fetchOne(database, key: id) { return row.run }
      guard !id.isEmpty else { throw UsageError("a run is named by its id or the beginning or end of it") }
      let matches = try RunRow.order(Column("id")).fetchAll(database).map(\.run)
        .filter { $0.id.hasPrefix(id) || $0.id.hasSuffix(id) }
      guard let match = matches.first else { throw UsageError("no run \(id) in \(folder.path)") }
      guard matches.count == 1 else {
        throw UsageError("\(matches.count) runs match \(id): \(matches.prefix(5).map(\.id).joined(separator: ", "))")
      }
      return match
    }
  }

  /// Removes the run and, where it lies inside the store's folder, its run folder.
  ///
  /// - Throws: `UsageError` when there is no such run; `InputError` when the folder cannot be removed.
  public func delete(_ id: String) throws {
    guard let run = try read({ try RunRow.fetchOne($0, key: id)?.run }) else { throw UsageError("no run \(id)") }
    let url = self.url(of: run).standardizedFileURL
    if url.path.hasPrefix(folder.standardizedFileURL.path + "/"), FileManager.default.fileExists(atPath: url.path) {
      do {
        try FileManager.default.removeItem(at: url)
      } catch {
        throw InputError(file: url.path, "cannot be removed: \(error.localizedDescription)")
      }
    }
    _ = try write { try RunRow.deleteOne($0, key: id) }
  }

  /// Where the files of a run are.
  public func url(of run: StoredRun) -> URL { folder.appending(path: run.folder, directoryHint: .isDirectory) }

  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(URL(filePath: database.path)) { try database.read(body) }
  }

  private func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    try Self.naming(URL(filePath: database.path)) { try database.write(body) }
  }

  /// The database's errors do not say which file they are about.
  private static func naming<Value>(_ file: URL, _ body: () throws -> Value) throws -> Value {
    do {
      return try body()
    } catch let error as DatabaseError {
      let problem = error.message ?? error.resultCode.description
      throw InputError(file: file.path, "the run store cannot be used: \(problem)")
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("runs") { database in
      try database.create(table: "runs") { table in
        table.primaryKey("id", .text)
        table.column("kind", .text).notNull()
        table.column("created", .integer).notNull().indexed()
        table.column("dataset", .text).notNull()
        table.column("method", .text)
        table.column("seed", .integer)
        table.column("status", .text).notNull()
        table.column("folder", .text).notNull()
        table.column("metrics", .jsonText).notNull()
        table.column("failure", .text)
      }
    }
    return migrator
  }
}

/// A run as the table holds it: time in milliseconds since 1970 (UTC), metrics as JSON.
private struct RunRow: Codable, FetchableRecord, PersistableRecord {
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

  var run: StoredRun {
    StoredRun(
      id: id, kind: kind, created: Date(timeIntervalSince1970: Double(created) / 1000), dataset: dataset,
      method: method, seed: seed, status: status, folder: folder, metrics: metrics, failure: failure)
  }
}
