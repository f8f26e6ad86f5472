import Foundation
import Testing

/// Stores, runs and data that another user may only read.
@Suite(.enabled(if: getuid() == 0, "needs another user to be")) struct ReadOnlyTests {
  @Test func everythingThatOnlyReadsWorks() throws {
    let place = try Workplace(copying: Workplace.compared.get().place.folder)
    let run = try place.runs()[0]
    let trial = "runs/\(run)/trials/late-seed0"
    // The log beside the store is gone after the last process that had it open.
    for path in [place.folder.path] + (try place.contents()).map({ place.url($0).path }) {
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
      try FileManager.default.setAttributes([.posixPermissions: isFolder.boolValue ? 0o555 : 0o444], ofItemAtPath: path)
    }
    let before = try place.contents()
    let out = "/tmp/chiasm-read-only-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: out) }
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: out)
    for command in [
      ["runs", "list"], ["runs", "show", run], ["report", run, "\(out)/page.html"], ["evaluate", trial, "data"],
      ["predict", trial, "data"], ["embed", trial, "data", "\(out)/e.npz"], ["data", "inspect", "data"],
      ["quantify", "missing", trial], ["coordinate", "data", "--components", "2"],
    ] {
      let outcome = try place.chiasm(command, user: 65534)
      #expect(outcome.status == 0, "\(command): \(outcome.errors)")
      #expect(!outcome.output.isEmpty)
    }
    let refused = try place.chiasm(["runs", "delete", run], user: 65534)
    #expect(refused.status == 65 && refused.errorLines.count == 1, "\(refused.errors)")
    #expect(try place.contents() == before)
  }
}
