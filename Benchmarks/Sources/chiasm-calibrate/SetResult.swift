import Foundation

/// What came of one data set: a line in the file of its kind.
struct SetResult: Codable, Sendable {
  let kind: String
  let number: Int
  var claims: Claims?
  /// Why there are no claims.
  var failure: String?
  /// What further seeds and samples say that the difference is.
  var target: Target?
  var trueParts: KnownTable.Parts?
  var seconds: Double
}

/// The results so far, a JSON line each: what is in the file is not done again.
struct Ledger: Sendable {
  let folder: URL

  func file(_ kind: Kind, quick: Bool) -> URL { folder.appending(path: kind.name + (quick ? "-quick" : "") + ".jsonl") }

  /// By number; the line that a killed program left half is skipped.
  func results(_ kind: Kind, quick: Bool) -> [SetResult] {
    let text = (try? String(contentsOf: file(kind, quick: quick), encoding: .utf8)) ?? ""
    let lines = text.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(SetResult.self, from: Data($0.utf8))
    }
    return Dictionary(lines.map { ($0.number, $0) }, uniquingKeysWith: { first, _ in first }).values
      .sorted { $0.number < $1.number }
  }

  func add(_ result: SetResult, _ kind: Kind, quick: Bool) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = file(kind, quick: quick)
    if !FileManager.default.fileExists(atPath: file.path) { try Data().write(to: file) }
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    let end = try handle.seekToEnd()
    // The line before may have been cut.
    let begin = end == 0 ? "" : "\n"
    try handle.write(contentsOf: Data(begin.utf8) + JSONEncoder().encode(result))
  }
}
