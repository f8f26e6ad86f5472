import Foundation
import Tensors
import Testing

@testable import Reports

@Suite("Gnuplot")
struct GnuplotTests {
  @Test func isFoundOnTheSearchPathOnly() async throws {
    try await withTemporaryFolder { folder in
      #expect(Gnuplot.installed(path: folder.path) == nil)
      #expect(Gnuplot.installed(path: nil) == nil)
      let file = folder.appending(path: "gnuplot")
      try Data("#!/bin/sh\n".utf8).write(to: file)
      #expect(Gnuplot.installed(path: folder.path) == nil)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      #expect(Gnuplot.installed(path: "/nonexistent:" + folder.path)?.executable.path == file.path)
    }
  }

  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"))
  func drawsFromStandardInput() throws {
    let gnuplot = try #require(Gnuplot.installed())
    let svg = try gnuplot.run("set terminal svg\nplot x\n")
    #expect(svg.contains("<svg"))
    let error = #expect(throws: InputError.self) { try gnuplot.run("set terminal svg\nplot nosuchfunction(x)\n") }
    #expect(error?.description.contains("failed with status") == true)
  }

  /// A picture and a script larger than the buffer of a pipe (64 KiB) come through whole.
  @Test(.enabled(if: Gnuplot.installed() != nil, "gnuplot is not installed"), .timeLimit(.minutes(1)))
  func largePicturesDoNotBlock() throws {
    let gnuplot = try #require(Gnuplot.installed())
    let rows = (0..<20000).map { "\($0) \($0 % 7)" }.joined(separator: "\n")
    let svg = try gnuplot.run("set terminal svg\n$d << EOD\n\(rows)\nEOD\nplot $d with points\n")
    #expect(svg.utf8.count > 200_000)
  }

  @Test func aProgramThatFailsIsNamed() async throws {
    try await withTemporaryFolder { folder in
      let file = folder.appending(path: "gnuplot")
      try Data("#!/bin/sh\necho 'no such terminal' >&2\nexit 3\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      let error = #expect(throws: InputError.self) { try Gnuplot(executable: file).run("plot x") }
      #expect(error?.problem == "failed with status 3: no such terminal")
    }
  }
}
