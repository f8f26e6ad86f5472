import Foundation
import Testing

/// A folder of its own for one test, removed with it, and the program run in it.
final class Workplace: Sendable {
  /// Holds all of them; the shared ones stay until the tests end.
  private static let root: URL = {
    atexit { try? FileManager.default.removeItem(at: Workplace.root) }
    return FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
      .appending(path: "chiasm-\(UUID().uuidString)", directoryHint: .isDirectory)
  }()

  let folder: URL
  var chiasm: Program { Program(place: self) }

  /// - Parameter made: what to copy into it.
  init(copying made: URL? = nil) throws {
    folder = Self.root.appending(path: UUID().uuidString, directoryHint: .isDirectory)
    try FileManager.default.createDirectory(at: Self.root, withIntermediateDirectories: true)
    if let made {
      try FileManager.default.copyItem(at: made, to: folder)
    } else {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func url(_ path: String) -> URL { folder.appending(path: path) }

  /// An empty file outside the folder.
  func scratch() throws -> URL {
    let url = Self.root.appending(path: "\(UUID().uuidString).txt")
    try Data().write(to: url)
    return url
  }

  func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: url(path).path) }

  func text(_ path: String) throws -> String { try String(contentsOf: url(path), encoding: .utf8) }

  func json(_ path: String) throws -> Any { try JSONSerialization.jsonObject(with: Data(contentsOf: url(path))) }

  /// Paths of everything in it, hidden files too.
  func contents() throws -> Set<String> { Set(try FileManager.default.subpathsOfDirectory(atPath: folder.path)) }

  /// Ids of the runs in `runs`, from the folders there.
  func runs() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url("runs").path)
      .filter { $0.first?.isNumber == true }.sorted()
  }

  /// `data`: 200 samples of two vectors of 16 numbers, whose class both show.
  static let synthetic = Result {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "200", "--quiet"]).expectSuccess()
    return place
  }

  /// `data`, and in `runs` one training of low-rank fusion on it; `run` is its folder.
  static let trained = Result {
    let place = try Workplace(copying: synthetic.get().folder)
    try place.chiasm(["train", "data", "--method", "low-rank", "--epochs", "3", "--quiet"]).expectSuccess()
    try FileManager.default.copyItem(at: place.url("runs/" + place.runs()[0]), to: place.url("run"))
    return place
  }

  /// `data`, and in `runs` one comparison of it, its JSON in `result.json`.
  static let compared = Result {
    let place = try Workplace(copying: synthetic.get().folder)
    let outcome = try place.chiasm(compare + ["--json", "result.json", "--quiet"])
    outcome.expectSuccess()
    return (place: place, outcome: outcome)
  }

  /// A comparison of seconds.
  static let compare = [
    "compare", "data", "--methods", "unimodal,late,tensor", "--seeds", "2", "--epochs", "40", "--patience", "40",
  ]
}
