import Foundation
import GRDB
import Synchronization
import Tensors
import Testing

@testable import Experiments

/// Stores that were killed over, altered by hand, or may only be read.
@Suite struct DamagedStoreTests {
  private func store(_ folder: URL, _ ids: [String], status: StoredRun.Status = .finished) throws -> RunStore {
    let store = try RunStore(folder: folder)
    for (number, id) in ids.enumerated() {
      try store.save(
        StoredRun(
          id: id, kind: .train, created: Date(timeIntervalSince1970: Double(number)), dataset: "mosi", status: status))
    }
    return store
  }

  private func change(_ folder: URL, _ sql: String) throws {
    try DatabaseQueue(path: folder.appending(path: RunStore.fileName).path).write { try $0.execute(sql: sql) }
  }

  @Test(arguments: [
    "status = 'sleeping'", "kind = 7", "metrics = 'no JSON'", "created = 'yesterday'", "seed = 'x'", "folder = x'00ff'",
    "folder = '../elsewhere'", "folder = '/etc'", "folder = ''", "folder = 'link/inside'", "folder = 'link'",
    "folder = 'a/./b'",
  ])
  func aDamagedRowHidesNoOther(_ damage: String) async throws {
    try await withTemporaryFolder { root in
      let (folder, outside) = (root.appending(path: "runs"), root.appending(path: "elsewhere"))
      for url in [outside, outside.appending(path: "inside")] {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
      }
      _ = try store(folder, ["a", "bad", "c"])
      try FileManager.default.createSymbolicLink(at: folder.appending(path: "link"), withDestinationURL: outside)
      try change(folder, "UPDATE runs SET \(damage) WHERE id = 'bad'")
      let notes = Mutex<[String]>([])
      for store in [
        try RunStore(folder: folder, note: { note in notes.withLock { $0.append(note) } }),
        try RunStore(reading: folder, note: { note in notes.withLock { $0.append(note) } }),
      ] {
        #expect(try store.runs().map(\.id) == ["c", "a"])
        #expect(try store.run("a").id == "a")
        let error = #expect(throws: InputError.self) { try store.run("bad") }
        #expect(error?.file?.hasSuffix("runs.sqlite") == true && error?.description.contains("\"bad\"") == true)
      }
      #expect(notes.withLock { $0.count == 2 && $0.allSatisfy { $0.contains("runs.sqlite: run \"bad\"") } })
      // Deleting it removes the row, and nothing that its folder points to.
      let store = try RunStore(folder: folder)
      try store.delete(store.id("bad"))
      #expect(try store.runs().count == 2)
      #expect(FileManager.default.fileExists(atPath: outside.appending(path: "inside").path))
    }
  }

  @Test func aRunThatNobodyWorksOnIsInterrupted() async throws {
    try await withTemporaryFolder { folder in
      let store = try store(folder, ["killed", "working"], status: .running)
      let claim = try store.claim(store.run("working"))
      try withExtendedLifetime(claim) {
        for reader in [store, try RunStore(reading: folder)] {
          #expect(try reader.run("killed").status == .interrupted)
          #expect(try reader.run("working").status == .running)
          #expect(try reader.runs(status: .running).map(\.id) == ["working"])
          #expect(try reader.runs(status: .interrupted).map(\.id) == ["killed"])
        }
        // Neither another worker nor a deletion gets in its way.
        #expect(throws: UsageError.self) { try store.claim(store.run("working")) }
        let error = #expect(throws: UsageError.self) { try store.delete("working") }
        #expect(error?.description.contains("at work on run working") == true)
        #expect(try store.runs().count == 2)
      }
      try store.delete("killed")
    }
    try await withTemporaryFolder { folder in
      let store = try store(folder, ["ended"], status: .running)
      _ = try store.claim(store.run("ended"))
      #expect(try store.run("ended").status == .interrupted)
      try store.delete("ended")
      #expect(try store.runs().isEmpty)
    }
  }

  @Test func goingOnRemovesWhatWasHalfWritten() async throws {
    try await withTemporaryFolder { folder in
      let store = try store(folder, ["a"], status: .running)
      let run = try store.run("a")
      let trials = store.url(of: run).appending(path: "trials")
      try FileManager.default.createDirectory(at: trials, withIntermediateDirectories: true)
      for name in [".9k2.partial-trial.json", ".partial-checkpoint.safetensors", "kept.json"] {
        try Data("half".utf8).write(to: trials.appending(path: name))
      }
      _ = try store.claim(run)
      #expect(try FileManager.default.contentsOfDirectory(atPath: trials.path) == ["kept.json"])
    }
  }

  @Test func readingMakesNothing() async throws {
    try await withTemporaryFolder { folder in
      let nowhere = folder.appending(path: "runs")
      #expect(try RunStore(reading: nowhere).runs().isEmpty)
      #expect(throws: UsageError.self) { try RunStore(reading: nowhere).run("a") }
      #expect(!FileManager.default.fileExists(atPath: nowhere.path))
      try Data(repeating: 65, count: 5000).write(to: folder.appending(path: RunStore.fileName))
      let error = #expect(throws: InputError.self) { try RunStore(reading: folder).runs() }
      #expect(error?.file?.hasSuffix("runs.sqlite") == true)
      #expect(throws: InputError.self) { try RunStore(reading: folder).runs() }
    }
  }

  /// As another user, whom neither the folder nor the files may be written by: the log beside the store cannot be made.
  @Test(.enabled(if: getuid() == 0, "needs another user to be")) func aStoreThatMayOnlyBeRead() async throws {
    try await withTemporaryFolder { folder in
      _ = try store(folder, ["a", "b"])
      for (path, mode) in [(folder.path, 0o555), (folder.appending(path: RunStore.fileName).path, 0o444)] {
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      }
      let path = folder.path
      await #expect(processExitsWith: .success) { [path = path as String] in
        guard setgid(65534) == 0, setuid(65534) == 0 else { exit(0) }
        guard try RunStore(reading: URL(filePath: path)).runs().map(\.id) == ["b", "a"] else { exit(1) }
      }
    }
  }
}
