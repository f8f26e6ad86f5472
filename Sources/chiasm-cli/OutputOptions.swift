import ArgumentParser
import Chiasm
import Foundation

/// What every command takes.
struct OutputOptions: ParsableArguments {
  @Option(name: .long, help: ArgumentHelp("Also write the result as JSON (- for standard output).", valueName: "file"))
  var json: String?

  @Flag(name: .long, help: "No progress and no tables; errors only.")
  var quiet = false

  /// Prints a table or text unless quiet or unless JSON goes to standard output.
  func show(_ text: @autoclosure () -> String) {
    if !quiet && json != "-" { Console.print(text()) }
  }

  func show(_ header: [String], _ rows: [[String]], numbers: Set<Int>? = nil) {
    show((numbers.map { TerminalTable(header, rows: rows, numbers: $0) } ?? TerminalTable(header, rows: rows)).text())
  }

  /// Writes `value` where `--json` says.
  func write(_ value: some Encodable) throws {
    guard let json else { return }
    let data = try ResultJSON.encode(value)
    if json == "-" {
      Console.write(data)
    } else {
      try AtomicFile.write(data, to: URL(fileURLWithPath: json))
    }
  }

  /// Refuses, before long work, a place where the JSON could not be written.
  func checkWritable() throws {
    guard let json, json != "-" else { return }
    try checkParent(of: json)
  }

  /// A line on standard error that is no error.
  func note(_ text: String) {
    guard !quiet else { return }
    let width = TerminalTable.standardErrorWidth
    // On a terminal a bar may stand where the note begins; it is drawn anew below.
    StandardError.show(
      (width == nil ? "" : "\r\u{1B}[K") + TerminalTable.prose("note: \(text.shown())", width: width) + "\n",
      patience: 1000)
  }

  /// Shows what a job says.
  var progress: JobProgress {
    let teller = JobTeller(self)
    return { teller.tell($0) }
  }
}

/// What a command that makes something writes as JSON.
struct Made: Encodable {
  /// The path as given.
  let made: String
  var samples: Int?
}

/// Refuses a file whose folder is not there or cannot be written.
func checkParent(of path: String) throws {
  let url = URL(fileURLWithPath: path)
  let type = try? FileManager.default.attributesOfItem(atPath: url.resolvingSymlinksInPath().path)[.type]
  if let type = type as? FileAttributeType, [.typeCharacterSpecial, .typeUnknown].contains(type) { return }
  let folder = url.deletingLastPathComponent().path
  var isFolder: ObjCBool = false
  guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
    throw InputError(file: path, "cannot be written: there is no folder \(folder)")
  }
  guard FileManager.default.isWritableFile(atPath: folder) else {
    throw InputError(file: path, "cannot be written: no permission to write in \(folder)")
  }
  guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) || !isFolder.boolValue else {
    throw InputError(file: path, "cannot be written: it is a folder")
  }
}
