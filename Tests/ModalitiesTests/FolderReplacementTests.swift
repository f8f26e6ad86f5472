import Foundation
import Tensors
import Testing

@testable import Modalities

@Suite struct FolderReplacementTests {
  @Test func appearsWholeOrNotAtAll() throws {
    let folder = try TemporaryFolder()
    let made = folder.file("deep/made")
    try FolderReplacement.create(made) { try Data("x".utf8).write(to: $0.appendingPathComponent("file")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: made.path) == ["file"])
    let failing = folder.file("deep/failing")
    #expect(throws: InputError("stop")) {
      try FolderReplacement.create(failing) { part in
        try Data("x".utf8).write(to: part.appendingPathComponent("file"))
        #expect(!FileManager.default.fileExists(atPath: failing.path))
        throw InputError("stop")
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("deep").path) == ["made"])
  }

  @Test func errorsNameTheFinalFolder() throws {
    let folder = try TemporaryFolder()
    let made = folder.file("made")
    let inside = made.appendingPathComponent("none/file").path
    #expect(throws: InputError(file: inside, "cannot be written: no such file or directory")) {
      try FolderReplacement.create(made) { part in
        try PlainFile.write(Data("x".utf8), to: part.appendingPathComponent("none/file"))
      }
    }
  }

  @Test func fillsAnEmptyFolder() throws {
    let folder = try TemporaryFolder()
    try FolderReplacement.create(folder.url) { try Data("x".utf8).write(to: $0.appendingPathComponent("file")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
  }
}
