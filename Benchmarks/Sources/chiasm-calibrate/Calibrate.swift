import Experiments
import Foundation
import Modalities
import Synchronization
import Tensors

/// Makes data sets whose truth is known, compares on them and counts what is claimed: see scripts/calibrate.
@main
enum Calibrate {
  static let usage = """
    chiasm-calibrate run KIND SETS [--quick] [--jobs N]   compares on the data sets of a kind that are not done yet
    chiasm-calibrate list                                 the kinds
    chiasm-calibrate counts FILE                          writes what is counted so far, to be shown as "before"
    chiasm-calibrate check FILE                           holds what is counted so far against such a file
    chiasm-calibrate report COMMIT [BEFORE NAME]          the report on what is done, as Markdown
    Results are kept in the folder that CALIBRATE names, or .build/calibrate.
    """

  static func main() throws {
    Engine.keepFreedMemory()
    var arguments = Array(CommandLine.arguments.dropFirst())
    func option(_ name: String) -> String? {
      guard let place = arguments.firstIndex(of: name), place + 1 < arguments.count else { return nil }
      defer { arguments.removeSubrange(place...place + 1) }
      return arguments[place + 1]
    }
    let jobs = option("--jobs").flatMap { Int($0) } ?? 2
    let isQuick = arguments.contains("--quick")
    arguments.removeAll { $0 == "--quick" }
    let folder = ProcessInfo.processInfo.environment["CALIBRATE"] ?? ".build/calibrate"
    let ledger = Ledger(folder: URL(filePath: folder, directoryHint: .isDirectory))
    switch arguments.first {
    case "list" where arguments.count == 1:
      for kind in Kind.all { print(kind.name.padding(toLength: 24, withPad: " ", startingAt: 0) + kind.about) }
    case "run" where arguments.count == 3:
      guard let kind = Kind.named(arguments[1]), let sets = Int(arguments[2]), sets > 0 else { fail() }
      try run(kind, sets: sets, quick: isQuick, jobs: jobs, ledger)
    case "counts" where arguments.count == 2:
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(lines(ledger)).write(to: URL(filePath: arguments[1]))
    case "check" where arguments.count == 2: try check(arguments[1], ledger)
    case "report" where arguments.count == 2 || arguments.count == 4:
      print(try report(arguments, ledger), terminator: "")
    default: fail()
    }
  }

  private static func lines(_ ledger: Ledger) -> [Line] {
    Kind.all.flatMap { Line.lines($0, ledger.results($0, quick: false)) }.filter { $0.count.trials > 0 }
  }

  /// The last bits of a training depend on the processor, and with them an outcome that is near its bound: one claim of a
  /// line may come out otherwise.
  private static func check(_ file: String, _ ledger: Ledger) throws {
    let found = lines(ledger)
    var differ = false
    for stored in try JSONDecoder().decode([Line].self, from: Data(contentsOf: URL(filePath: file))) {
      let now = found.first { $0.kind == stored.kind && $0.what == stored.what }?.count ?? Count(0, of: 0)
      let isSame = now.trials == stored.count.trials && abs(now.events - stored.count.events) <= 1
      differ = differ || !isSame
      say(
        "\(stored.kind), \(stored.what): \(now.events) of \(now.trials), stored \(stored.count.events) of "
          + "\(stored.count.trials)\(isSame ? "" : "  DIFFERS")")
    }
    if differ { exit(1) }
  }

  private static func fail() -> Never {
    say(usage)
    exit(64)
  }

  private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

  /// Works on what is left, a data set a thread.
  private static func run(_ kind: Kind, sets: Int, quick: Bool, jobs: Int, _ ledger: Ledger) throws {
    let done = Set(ledger.results(kind, quick: quick).map(\.number))
    let left = (0..<sets).filter { !done.contains($0) }
    let state = Mutex((next: 0, finished: 0, failure: (any Error)?.none))
    let start = ContinuousClock.now
    let group = DispatchGroup()
    for _ in 0..<min(jobs, left.count) {
      group.enter()
      let thread = Thread {
        defer { group.leave() }
        Engine.threads = 1
        while let number = state.withLock({ state in
          defer { state.next += 1 }
          return state.failure == nil && state.next < left.count ? left[state.next] : nil
        }) {
          let result = SetRun(kind: kind, number: number, quick: quick).result()
          state.withLock { state in
            do { try ledger.add(result, kind, quick: quick) } catch { state.failure = error }
            state.finished += 1
            let each = (ContinuousClock.now - start) / .seconds(1) / Double(state.finished)
            let minutes = each * Double(left.count - state.finished) / 60
            say(
              "\(kind.name)\(quick ? " --quick" : "") \(done.count + state.finished)/\(done.count + left.count), "
                + String(format: "%.1f s each, %.0f min left: ", each, minutes)
                + "\(result.claims.map { "\($0.outcome)" } ?? result.failure ?? "")")
          }
        }
      }
      // Deep graphs are released recursively.
      thread.stackSize = 64 << 20
      thread.start()
    }
    group.wait()
    if let failure = state.withLock({ $0.failure }) { throw failure }
  }

  private static func report(_ arguments: [String], _ ledger: Ledger) throws -> String {
    var before: (String, [Line])?
    if arguments.count == 4 {
      before = (
        arguments[3], try JSONDecoder().decode([Line].self, from: Data(contentsOf: URL(filePath: arguments[2])))
      )
    }
    let kinds = Kind.all.map {
      (kind: $0, results: ledger.results($0, quick: false), quick: ledger.results($0, quick: true))
    }
    let scores = SimulatedScores.cells.enumerated().map { number, cell in
      cell.coverage(draws: 2000, seed: UInt64(number))
    }
    return CalibrationReport(
      kinds: kinds, before: before, scores: scores, date: Date().formatted(.iso8601.year().month().day()),
      commit: arguments[1], cores: Machine.current.cores
    ).markdown
  }
}
