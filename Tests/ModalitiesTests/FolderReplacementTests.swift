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

  /// What a killed process left goes, what another still works at stays, as does what is only called alike.
  @Test func leftoversAreRemoved() throws {
    let folder = try TemporaryFolder()
    let names = ["made.0123ABCD", "made.89ABCDEF.0123ABCD", "made.AAAAAAAA", "made.b", "other.0123ABCD"]
      .map { ".\($0).partial" }
    for name in names {
      try FileManager.default.createDirectory(at: folder.file(name), withIntermediateDirectories: false)
      try folder.write("x", to: "\(name)/file")
    }
    let descriptor = open(folder.file(names[2]).path, O_RDONLY)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try FolderReplacement.create(folder.file("made")) { try Data("x".utf8).write(to: $0.appending(path: "file")) }
    close(descriptor)
    let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
    #expect(left.sorted() == names[2...].sorted() + ["made"])
  }

  @Test func whatIsAbandonedIsGone() throws {
    let folder = try TemporaryFolder()
    #expect(throws: InputError.self) {
      try FolderReplacement.create(folder.file("made")) { part in
        try PlainFile.write(Data("x".utf8), to: part.appending(path: "file"))
        FolderReplacement.abandon(folder.file("other"))
        #expect(FileManager.default.fileExists(atPath: part.path))
        FolderReplacement.abandon(folder.file("made"))
        #expect(!FileManager.default.fileExists(atPath: part.path))
        try PlainFile.write(Data("x".utf8), to: part.appending(path: "file"))
      }
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path).isEmpty)
  }

  @Test func fillsAnEmptyFolder() throws {
    let folder = try TemporaryFolder()
    try FolderReplacement.create(folder.url) { try Data("x".utf8).write(to: $0.appendingPathComponent("file")) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["file"])
  }
}
