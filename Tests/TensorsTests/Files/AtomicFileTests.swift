import Foundation
import Testing

@testable import Tensors

@Suite struct AtomicFileTests {
  private struct Interruption: Error {}

  @Test func replacesWholeFiles() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.txt")
      for text in ["first", "second"] {
        try AtomicFile.write(to: url) { temporary in
          #expect(temporary.deletingLastPathComponent().path == folder.resolvingSymlinksInPath().path)
          #expect(temporary.pathExtension == "txt")
          try Data(text.utf8).write(to: temporary)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == text)
      }
      try AtomicFile.write(Data("third".utf8), to: url)
      #expect(try String(contentsOf: url, encoding: .utf8) == "third")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
    }
  }

  @Test func failureLeavesTheOldFile() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.txt")
      try AtomicFile.write(Data("old".utf8), to: url)
      #expect(throws: Interruption.self) {
        try AtomicFile.write(to: url) { temporary in
          try Data("half".utf8).write(to: temporary)
          throw Interruption()
        }
      }
      #expect(try String(contentsOf: url, encoding: .utf8) == "old")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
    }
  }

  @Test func whatAKilledProgramLeftIsUsedUp() throws {
    try withFolder { folder in
      let url = folder.appendingPathComponent("a.txt")
      let left = folder.appendingPathComponent(".partial-a.txt")
      try Data(repeating: 65, count: 9999).write(to: left)
      try AtomicFile.write(Data("new".utf8), to: url)
      #expect(try String(contentsOf: url, encoding: .utf8) == "new")
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.txt"])
      // Older versions gave every one a name of its own.
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("trials"), withIntermediateDirectories: false)
      for name in [".partial-a.txt", ".1a2b.partial-b.json", "trials/.zz.partial-c", "trials/kept.txt"] {
        try Data("half".utf8).write(to: folder.appendingPathComponent(name))
      }
      AtomicFile.removeLeftovers(in: folder)
      let there = try FileManager.default.subpathsOfDirectory(atPath: folder.path).sorted()
      #expect(there == ["a.txt", "trials", "trials/kept.txt"])
    }
  }

  /// A link in the place of the temporary file must not be followed, and a file that another writer holds not be shared.
  @Test func theTemporaryFileIsOnesOwn() throws {
    try withFolder { folder in
      let (url, other) = (folder.appendingPathComponent("a.txt"), folder.appendingPathComponent("other.txt"))
      try Data("other".utf8).write(to: other)
      let temporary = folder.appendingPathComponent(".partial-a.txt")
      try FileManager.default.createSymbolicLink(at: temporary, withDestinationURL: other)
      try AtomicFile.write(Data("new".utf8), to: url)
      #expect(try String(contentsOf: other, encoding: .utf8) == "other")
      try FileManager.default.removeItem(at: temporary)
      try AtomicFile.write(to: url) { first in
        try Data("first".utf8).write(to: first)
        try AtomicFile.write(to: url) { second in
          #expect(first.lastPathComponent != second.lastPathComponent)
          try Data("second".utf8).write(to: second)
        }
        #expect(try String(contentsOf: url, encoding: .utf8) == "second")
      }
      #expect(try String(contentsOf: url, encoding: .utf8) == "first")
      // Nothing is a content, too.
      try AtomicFile.write(Data(), to: url)
      #expect(try Data(contentsOf: url).isEmpty)
    }
  }

  @Test func replacesTheTargetOfALink() throws {
    try withFolder { folder in
      let (url, link) = (folder.appendingPathComponent("a.txt"), folder.appendingPathComponent("link"))
      try AtomicFile.write(Data("old".utf8), to: url)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: url)
      try AtomicFile.write(Data("new".utf8), to: link)
      #expect(try String(contentsOf: url, encoding: .utf8) == "new")
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == url.path)
    }
  }

  @Test func errorsNameTheTarget() throws {
    try withFolder { folder in
      let missing = folder.appendingPathComponent("nowhere/a.txt")
      #expect(
        complaint { try AtomicFile.write(Data([1]), to: missing) }
          == "\(missing.path): cannot be written: no such file or folder")
      // The same through Foundation's own writing.
      let line = complaint { try AtomicFile.write(to: missing) { try Data([1]).write(to: $0) } }
      #expect(line?.hasPrefix("\(missing.path): cannot be written") == true, "\(line ?? "")")
      #expect(line?.contains("partial") == false)
      // A body that makes no file, and a folder in the way.
      #expect(complaint { try AtomicFile.write(to: folder.appendingPathComponent("b")) { _ in } } != nil)
      #expect(complaint { try AtomicFile.write(Data([1]), to: folder) }?.hasPrefix(folder.path) == true)
    }
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func fullDisk() throws {
    let output = try OutputFile(URL(fileURLWithPath: "/dev/full"))
    #expect(
      complaint { try output.write(Data([1, 2, 3])) } == "/dev/full: cannot be written: no space left on the disk")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full"))) func devicesAreWrittenToAndStay() throws {
    let (full, none) = (URL(fileURLWithPath: "/dev/full"), URL(fileURLWithPath: "/dev/null"))
    #expect(
      complaint { try AtomicFile.write(Data([1]), to: full) }
        == "/dev/full: cannot be written: no space left on the disk")
    try AtomicFile.write(Data([1]), to: none)
    for url in [full, none] {
      var status = stat()
      #expect(stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
    }
  }

  @Test func reading() throws {
    try withFolder { folder in
      #expect(complaint { _ = try InputFile.contents(of: folder) } == "\(folder.path): is a folder; expected a file")
      let device = URL(fileURLWithPath: "/dev/null")
      #expect(complaint { _ = try InputFile.contents(of: device) } == "/dev/null: is not a regular file")
      let empty = folder.appendingPathComponent("empty")
      try AtomicFile.write(Data(), to: empty)
      #expect(try InputFile.contents(of: empty).isEmpty)
      // A relative path is shown as the user wrote it.
      let relative = URL(fileURLWithPath: "no such folder/a.npy")
      #expect(complaint { _ = try NPY.read(relative) } == "no such folder/a.npy: no such file or folder")
    }
  }
}
