public import Foundation
import GRDB
import Tensors

/// The runs of a folder, in SQLite beside their run folders (`<folder>/runs.sqlite`).
///
/// Any number of processes may read and write at once (write-ahead log, writers wait for each other for up to ten
/// seconds); the folder must be on a local file system, as the log needs shared memory. A store that one may only read is read.
///
/// ```swift
/// let store = try RunStore(folder: URL(filePath: "runs"))
/// try store.save(StoredRun(kind: .train, dataset: "mosi", method: "low-rank", seed: 0))
/// try store.runs().map(\.id)
/// ```
public final class RunStore: Sendable {
  /// The folder that holds the store and the run folders.
  public let folder: URL
  /// Told of rows that are left out because they are damaged.
  private let note: @Sendable (String) -> Void
  /// nil where there is no store to read.
  private let reader: (any DatabaseReader)?
  /// nil where the store may only be read.
  private let writer: DatabasePool?

  public static let fileName = "runs.sqlite"

  /// Opens the store of a folder; makes both where they are missing.
  ///
  /// - Parameter note: told of rows that are left out because they are damaged.
  /// - Throws: `InputError` when the folder or the file cannot be made, read or written, or is not a run store.
  public init(folder: URL, note: @escaping @Sendable (String) -> Void = { _ in }) throws {
    self.folder = folder
    self.note = note
    let file = Self.file(folder)
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(file: folder.path, "cannot be made: \(error.localizedDescription)")
    }
    let pool = try Self.naming(file) {
      // Turning a new file to write-ahead logging and migrating it are the moments at which two processes that open at once
      // could trip over each other.
      return try FileLock.holding(file.appendingPathExtension("lock")) {
        let database = try DatabasePool(path: file.path, configuration: Self.configuration)
        try Self.migrator.migrate(database)
        return database
      }
    }
    (reader, writer) = (pool, pool)
  }

  /// Opens the store of a folder to look at it: nothing is made, and one that may not be written is read as it is. Where there
  /// is none, there are no runs.
  ///
  /// - Parameter note: told of rows that are left out because they are damaged.
  /// - Throws: `InputError` when the file cannot be read or is not a run store.
  public init(reading folder: URL, note: @escaping @Sendable (String) -> Void = { _ in }) throws {
    self.folder = folder
    self.note = note
    writer = nil
    let file = Self.file(folder)
    guard FileManager.default.fileExists(atPath: file.path) else {
      reader = nil
      return
    }
    guard FileManager.default.isReadableFile(atPath: file.path) else {
      throw InputError(file: file.path, "cannot be read: permission denied")
    }
    reader = try Self.naming(file) {
      var configuration = Self.configuration
      configuration.readonly = true
      if let queue = try? DatabaseQueue(path: file.path, configuration: configuration),
        (try? queue.read({ try $0.tableExists(RunRow.databaseTableName) })) == true
      {
        return queue
      }
      // A write-ahead log that is not there cannot be made where nothing may be written; but then nobody writes, and the
      // file alone says all there is.
      return try DatabaseQueue(path: file.absoluteURL.absoluteString + "?immutable=1", configuration: configuration)
    }
  }

  static func file(_ folder: URL) -> URL { folder.appending(path: fileName) }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.busyMode = .timeout(10)
    return configuration
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
      guard let row = try Self.row(id, database) else { throw UsageError("no run \(id)") }
      var run = try RunRow(checking: row, in: folder).run
      change(&run)
      try RunRow(run).update(database)
      return run
    }
  }

  /// Runs, newest first. One that says that it is running though nobody works on it was killed: it is interrupted.
  public func runs(
    kind: StoredRun.Kind? = nil, dataset: String? = nil, method: String? = nil, status: StoredRun.Status? = nil,
    limit: Int? = nil
  ) throws -> [StoredRun] {
    let rows = try read { database in
      var request = RunRow.order(Column("created").desc, Column("id").desc)
      if let kind { request = request.filter(Column("kind") == kind.rawValue) }
      if let dataset { request = request.filter(Column("dataset") == dataset) }
      if let method { request = request.filter(Column("method") == method) }
      return try Row.fetchAll(database, request)
    }
    var runs: [StoredRun] = []
    for row in rows {
      if let limit, runs.count >= limit { break }
      do {
        let run = try self.run(row)
        if status == nil || run.status == status { runs.append(run) }
      } catch let error as InputError {
        note("\(Self.file(folder).path): \(error)")
      }
    }
    return runs
  }

  /// The run with this id, or the only one whose id begins or ends with it.
  ///
  /// - Throws: `UsageError` when there is none, or more than one.
  public func run(_ id: String) throws -> StoredRun {
    let whole = try self.id(id)
    guard let row = try row(whole) else { throw UsageError("no run \(id) in \(folder.path)") }
    do {
      return try run(row)
    } catch var error as InputError {
      error.file = Self.file(folder).path
      throw error
    }
  }

  /// The whole id of the run that is meant, damaged or not.
  ///
  /// - Throws: `UsageError` when there is none, or more than one.
  public func id(_ part: String) throws -> String {
    guard !part.isEmpty else { throw UsageError("a run is named by its id or the beginning or end of it") }
    let ids = try read { database in
      try Row.fetchAll(database, RunRow.select(Column("id")).order(Column("id")))
        .compactMap { String.fromDatabaseValue($0["id"] as DatabaseValue) }
    }
    if ids.contains(part) { return part }
    let matches = ids.filter { $0.hasPrefix(part) || $0.hasSuffix(part) }
    guard let match = matches.first else { throw UsageError("no run \(part) in \(folder.path)") }
    guard matches.count == 1 else {
      throw UsageError("\(matches.count) runs match \(part): \(matches.prefix(5).joined(separator: ", "))")
    }
    return match
  }

  private func row(_ id: String) throws -> Row? { try read { try Self.row(id, $0) } }

  private static func row(_ id: String, _ database: Database) throws -> Row? {
    try Row.fetchOne(database, RunRow.filter(key: id))
  }

  /// A row as a run, as it is now.
  private func run(_ row: Row) throws -> StoredRun {
    var run = try RunRow(checking: row, in: folder).run
    if run.status == .running, !FileLock.isHeld(RunFolder(url(of: run)).claim) { run.status = .interrupted }
    return run
  }

  /// Takes the right to work on a run, and makes its folder; what a killed program left half written there is removed.
  ///
  /// - Returns: what has to be kept as long as somebody works on the run.
  /// - Throws: `UsageError` where another process works on it; `InputError` where the folder cannot be made.
  public func claim(_ run: StoredRun) throws -> RunClaim {
    let runFolder = RunFolder(url(of: run))
    try runFolder.make()
    guard let claim = try RunClaim(runFolder.claim) else {
      throw UsageError("another process is at work on run \(run.id); wait for it, or stop it first")
    }
    AtomicFile.removeLeftovers(in: runFolder.url)
    return claim
  }

  /// Removes the run and its run folder. Of a damaged row, or one whose folder does not lie in the store, only the row.
  ///
  /// - Throws: `UsageError` when there is no such run, or a process works on it; `InputError` when the folder cannot be
  ///   removed.
  public func delete(_ id: String) throws {
    guard let found = try row(id) else { throw UsageError("no run \(id)") }
    guard let run = try? RunRow(checking: found, in: folder).run else {
      return _ = try write { try RunRow.deleteOne($0, key: id) }
    }
    let url = self.url(of: run)
    if FileManager.default.fileExists(atPath: url.path) {
      guard let claim = try RunClaim(RunFolder(url).claim) else {
        throw UsageError("a process is at work on run \(id); stop it before deleting the run")
      }
      try withExtendedLifetime(claim) {
        do {
          try FileManager.default.removeItem(at: url)
        } catch {
          throw InputError(file: url.path, "cannot be removed: \(error.localizedDescription)")
        }
      }
    }
    _ = try write { try RunRow.deleteOne($0, key: id) }
  }

  /// Where the files of a run are.
  public func url(of run: StoredRun) -> URL { folder.appending(path: run.folder, directoryHint: .isDirectory) }

  private func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
    guard let reader else { return try Self.naming(Self.file(folder)) { try DatabaseQueue.empty().read(body) } }
    return try Self.naming(Self.file(folder)) { try reader.read(body) }
  }

  private func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
    guard let writer else { preconditionFailure("a run store that was opened to read is written") }
    return try Self.naming(Self.file(folder)) { try writer.write(body) }
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

  fileprivate static var migrator: DatabaseMigrator {
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

extension DatabaseQueue {
  /// A store without runs.
  fileprivate static func empty() throws -> DatabaseQueue {
    let queue = try DatabaseQueue()
    try RunStore.migrator.migrate(queue)
    return queue
  }
}
