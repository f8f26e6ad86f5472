import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct AtomicFolderTests {
  @Test func appearsWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let made = folder.file("deep/made")
    try AtomicFolder.build(made) { try Data("x".utf8).write(to: $0.appendingPathComponent("file")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: made.path) == ["file"])
    let failing = folder.file("deep/failing")
    #expect(throws: InputError("stop")) {
      try AtomicFolder.build(failing) { part in
        try Data("x".utf8).write(to: part.appendingPathComponent("file"))
        #expect(!FileManager.default.fileExists(atPath: failing.path))
        throw InputError("stop")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("deep").path) == ["made"])
  }

  @Test func fillsAnEmptyFolder() throws {
    let folder = try TemporaryFolder()
    try AtomicFolder.build(folder.url) { try Data("x".utf8).write(to: $0.appendingPathComponent("file")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
  }
}
