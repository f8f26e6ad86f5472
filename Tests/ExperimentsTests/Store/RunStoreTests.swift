import Foundation
import Tensors
import Testing

@testable import Experiments

@Suite("Run store")
struct RunStoreTests {
  private func run(_ id: String, at time: Double = 0, dataset: String = "mosi", kind: StoredRun.Kind = .train)
    -> StoredRun
  {
    StoredRun(
      id: id, kind: kind, created: Date(timeIntervalSince1970: time), dataset: dataset,
      method: kind == .train ? "low-rank" : nil, seed: kind == .train ? 1 : nil, status: .finished,
      metrics: ["accuracy": 0.5])
  }

  @Test func keepsWhatWasSavedAcrossOpenings() async throws {
    try await withTemporaryFolder { folder in
      let saved = run("a", at: 1_700_000_000.123)
      try RunStore(folder: folder).save(saved)
      let store = try RunStore(folder: folder)
      #expect(try store.runs() == [saved])
      #expect(try store.run("a") == saved)
      #expect(store.url(of: saved).path == folder.appending(path: "a").path)
    }
  }

  @Test func listsNewestFirstAndFilters() async throws {
    try await withTemporaryFolder { folder in
      let store = try RunStore(folder: folder)
      try store.save(run("old", at: 1))
      try store.save(run("new", at: 3, dataset: "mfeat"))
      try store.save(run("mid", at: 2, kind: .compare))
      #expect(try store.runs().map(\.id) == ["new", "mid", "old"])
      #expect(try store.runs(kind: .compare).map(\.id) == ["mid"])
      #expect(try store.runs(dataset: "mosi").map(\.id) == ["mid", "old"])
      #expect(try store.runs(method: "low-rank", limit: 1).map(\.id) == ["new"])
      #expect(try store.runs(status: .failed).isEmpty)
    }
  }

  @Test func savingAgainReplacesAndUpdatingChangesInPlace() async throws {
    try await withTemporaryFolder { folder in
      let store = try RunStore(folder: folder)
      try store.save(run("a"))
      try store.update("a") { run in
        run.status = .failed
        run.failure = "loss is not finite"
      }
      #expect(try store.run("a").failure == "loss is not finite")
      var again = run("a")
      again.status = .finished
      try store.save(again)
      #expect(try store.runs() == [again])
      #expect(throws: UsageError.self) { try store.update("b") { _ in } }
    }
  }

  @Test func idsMayBeShortenedWhereUnique() async throws {
    try await withTemporaryFolder { folder in
      let store = try RunStore(folder: folder)
      try store.save(run("20260101-000000-abcd"))
      try store.save(run("20260102-000000-efgh"))
      #expect(try store.run("efgh").id == "20260102-000000-efgh")
      #expect(try store.run("20260101").id == "20260101-000000-abcd")
      #expect(throws: UsageError.self) { try store.run("2026") }
      #expect(throws: UsageError.self) { try store.run("%") }
      #expect(throws: UsageError.self) { try store.run("") }
    }
  }

  @Test func deletesTheRunFolderButNothingOutsideTheStore() async throws {
    try await withTemporaryFolder { root in
      let folder = root.appending(path: "runs")
      let store = try RunStore(folder: folder)
      let inside = folder.appending(path: "a")
      let outside = root.appending(path: "kept")
      for url in [inside, outside] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      try store.save(run("a"))
      var escaping = run("b")
      escaping.folder = "../kept"
      try store.save(escaping)
      try store.delete("a")
      try store.delete("b")
      #expect(try store.runs().isEmpty)
      #expect(!FileManager.default.fileExists(atPath: inside.path))
      #expect(FileManager.default.fileExists(atPath: outside.path))
      #expect(throws: UsageError.self) { try store.delete("a") }
    }
  }

  @Test func aFileThatIsNotAStoreIsRefusedByName() async throws {
    try await withTemporaryFolder { folder in
      try Data(repeating: 65, count: 5000).write(to: folder.appending(path: RunStore.fileName))
      let error = #expect(throws: InputError.self) { try RunStore(folder: folder) }
      #expect(error?.description.contains("runs.sqlite") == true)
      let file = folder.appending(path: "file")
      try Data().write(to: file)
      #expect(throws: InputError.self) { try RunStore(folder: file) }
    }
  }

  /// Two child processes open the same new store at the same time and write; nothing may be lost or refused.
  @Test func twoProcessesMayWriteAtOnce() async throws {
    try await withTemporaryFolder { folder in
      let path = folder.path
      await withTaskGroup(of: Void.self) { group in
        for name in ["first", "second"] {
          group.addTask {
            await #expect(processExitsWith: .success) { [path = path as String, name = name as String] in
              let store = try RunStore(folder: URL(filePath: path))
              try store.save(StoredRun(id: name, kind: .compare, dataset: "x"))
              for index in 0..<100 {
                try store.save(StoredRun(id: "\(name)-\(index)", kind: .train, dataset: "x"))
                try store.update(name) { $0.metrics["done"] = Double(index + 1) }
                _ = try store.runs(limit: 5)
              }
            }
          }
        }
      }
      let store = try RunStore(folder: folder)
      #expect(try store.runs().count == 202)
      #expect(try store.runs(kind: .compare).map { $0.metrics["done"] } == [100, 100])
    }
  }

  /// Read-modify-write from several connections of one process: no update is lost.
  @Test func updatesAreNotLostBetweenConnections() async throws {
    try await withTemporaryFolder { folder in
      try RunStore(folder: folder).save(run("a"))
      try await withThrowingTaskGroup(of: Void.self) { group in
        for _ in 0..<4 {
          group.addTask {
            let store = try RunStore(folder: folder)
            for _ in 0..<25 { try store.update("a") { $0.metrics["count", default: 0] += 1 } }
          }
        }
        try await group.waitForAll()
      }
      #expect(try RunStore(folder: folder).run("a").metrics["count"] == 100)
    }
  }
}
