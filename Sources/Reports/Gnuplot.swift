import Foundation
import Modalities
import Tensors

/// Draws figures with the installed gnuplot.
///
/// The script, data inline, is given on standard input; nothing of it is kept on disk, and nothing that a user named is in
/// it: texts are placeholders until the picture is there (see `FigureScript`), so that no name can be read as a command.
struct Gnuplot: Sendable {
  let executable: URL

  /// The first `gnuplot` on the search path; `nil` where there is none.
  static func installed(path: String? = ProcessInfo.processInfo.environment["PATH"]) -> Gnuplot? {
    for folder in (path ?? "").split(separator: ":") {
      let candidate = URL(filePath: String(folder)).appending(path: "gnuplot")
      if FileManager.default.isExecutableFile(atPath: candidate.path) { return Gnuplot(executable: candidate) }
    }
    return nil
  }

  /// Runs a script whose terminal is SVG and returns the picture.
  ///
  /// - Throws: `InputError` with gnuplot's first complaint when it cannot be run or fails.
  func run(_ script: String) throws -> String {
    let folder = FileManager.default.temporaryDirectory.appending(path: "chiasm-figure-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // Files, not pipes: a picture larger than a pipe's buffer would leave both sides waiting for each other.
    func file(_ name: String, _ contents: String = "") throws -> URL {
      let url = folder.appending(path: name)
      try Data(contents.utf8).write(to: url)
      return url
    }
    let (input, output, problems) = (try file("in", script), try file("out"), try file("problems"))
    // Foundation waits for a program on a thread of its own, and for ever where that is refused.
    guard Machine.startsThreads else { throw InputError("gnuplot is not started: the system refuses more threads") }
    let process = Process()
    process.executableURL = executable
    process.arguments = ["-"]
    process.standardInput = try FileHandle(forReadingFrom: input)
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: problems)
    do {
      try process.run()
    } catch {
      throw InputError(file: executable.path, "cannot be run: \(error.localizedDescription)")
    }
    process.waitUntilExit()
    let picture = try String(contentsOf: output, encoding: .utf8)
    guard process.terminationStatus == 0, picture.contains("</svg>") else {
      let complaint = try String(contentsOf: problems, encoding: .utf8).split(separator: "\n")
        .map { $0.trimmingCharacters(in: .whitespaces) }.first { !$0.isEmpty && $0 != "^" }
      throw InputError(
        file: executable.path, "failed with status \(process.terminationStatus): \(complaint ?? "no picture")")
    }
    return picture
  }
}
