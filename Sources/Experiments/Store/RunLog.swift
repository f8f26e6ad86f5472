import Foundation

/// The log of a run: one line with the time (UTC) for everything that happened to it, also over several sessions.
struct RunLog {
  let file: URL

  /// Adds a line. A log that cannot be written is no reason to end a training.
  func add(_ line: String) {
    let text = "\(Date().ISO8601Format())  \(line.split(whereSeparator: \.isNewline).joined(separator: " "))\n"
    guard let handle = try? FileHandle(forWritingTo: file) else {
      try? Data(text.utf8).write(to: file)
      return
    }
    _ = try? handle.seekToEnd()
    try? handle.write(contentsOf: Data(text.utf8))
    try? handle.close()
  }
}
