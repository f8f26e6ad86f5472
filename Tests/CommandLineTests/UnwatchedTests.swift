import Foundation
import Testing

/// Work that nobody can be shown: a terminal that was closed, a full disk behind an output, a reader that went away or does
/// not read. The work is done all the same.
@Suite struct UnwatchedTests {
  private static let train = ["train", "data", "--method", "early", "--epochs", "2"]
  private static let compare = [
    "compare", "data", "--methods", "unimodal,late", "--seeds", "1", "--epochs", "2", "--quick",
  ]

  @Test(arguments: [
    ("closed", "exec 2>&-"), ("all closed", "exec 0<&- 2>&-"), ("a full disk", "exec 2>/dev/full"),
    ("a full pipe", "mkfifo p && exec 3<>p && head -c 65536 /dev/zero >&3 && exec 2>p"),
    ("a pipe without a reader", "mkfifo p && exec 3<>p && exec 2>p && exec 3<&-"),
  ])
  func progressThatCannotBeTold(_ name: String, _ shell: String) throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    for command in [Self.train, Self.compare] {
      let outcome = try place.chiasm(command, shell: "rm -f p && \(shell)")
      #expect(outcome.status == 0, "\(name): \(command)")
      #expect(outcome.output.contains("accuracy"))
    }
    let list = try place.chiasm(["runs", "list"])
    #expect(list.output.components(separatedBy: "finished").count == 3, "\(list.output)")
    // A descriptor that was closed is not taken by a file, into which messages would then go.
    for run in try place.runs() { #expect(try !place.text("runs/\(run)/log.txt").contains("left")) }
  }

  @Test func aTableThatCannotBeShownEndsNoRun() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let full = try place.chiasm(Self.train + ["--json", "result.json"], output: "/dev/full")
    #expect(full.status == 65)
    #expect(full.errorLines.last == "chiasm: standard output cannot be written: no space left on device")
    #expect(try place.json("result.json") is [String: Any])
    // A reader that had enough, as head has, is no mistake of anybody.
    let enough = try place.chiasm(Self.train, shell: "mkfifo p && exec 3<>p && exec 1>p && exec 3<&-")
    #expect(enough.status == 0 && enough.errorLines.allSatisfy { !$0.hasPrefix("chiasm:") }, "\(enough.errors)")
    let closed = try place.chiasm(["methods"], shell: "exec 1>&-")
    closed.expectRefusal(65, "standard output cannot be written: bad file descriptor")
    #expect(try place.chiasm(["runs", "list"]).output.components(separatedBy: "finished").count == 3)
  }

  /// Names from data sets do not reach the terminal or the page as they are.
  @Test func namesThatSpeakToTheTerminal() throws {
    let place = try Workplace(copying: Workplace.synthetic.get().folder)
    let (escape, turned) = ("\u{1B}[31m", "\u{202E}")
    let manifest = try place.text("data/dataset.yaml").replacing("name: synthetic", with: "name: \"a\\e[31m\\u202E\"")
      .replacing("classes: [\"0\", \"1\"]", with: "classes: [\"0\\e[31m\", \"1\\u202E\"]")
    try #require(manifest.contains("\\u202E\"]"))
    try Data(manifest.utf8).write(to: place.url("data/dataset.yaml"))
    let table = try place.text("data/samples.csv").split(separator: "\n").enumerated().map { number, line in
      var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard number > 0 else { return String(line) }
      cells[0] = "\(escape)\(turned)\(number)"
      cells[2] += cells[2] == "0" ? escape : turned
      return cells.joined(separator: ",")
    }
    try Data(table.joined(separator: "\n").utf8).write(to: place.url("data/samples.csv"))
    var outcomes = [
      try place.chiasm(["data", "inspect", "data"]), try place.chiasm(Self.compare + ["--report", "page.html"]),
      try place.chiasm(["train", "data", "--method", "late", "--epochs", "1"]),
      try place.chiasm(["compare", "data", "--methods", "late@nothing\(escape)"]),
      try place.chiasm(["evaluate", "no\(escape)where\(turned)", "data"]),
    ]
    let run = try #require(try place.runs().first { !place.exists("runs/\($0)/plan.json") })
    outcomes.append(try place.chiasm(["predict", run, "data"]))
    for outcome in outcomes {
      let shown = outcome.output + outcome.errors
      #expect(!shown.isEmpty)
      let isBad = shown.unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" }
      #expect(!isBad, "\(shown.debugDescription.prefix(400))")
    }
    #expect(outcomes.prefix(3).allSatisfy { $0.status == 0 }, "\(outcomes.map(\.errors))")
    #expect(!(try place.text("page.html").unicodeScalars.contains { $0 == "\u{1B}" || $0 == "\u{202E}" }))
  }

  /// With little address space threads are refused, and what the libraries ask for, in places that cannot say so: one line
  /// before anything begins, and no line where there is enough.
  @Test func addressSpaceThatIsTooLittle() throws {
    let place = try Workplace()
    try place.chiasm(["data", "synthetic", "data", "--samples", "60", "--quiet"]).expectSuccess()
    let command = ["compare", "data", "--methods", "unimodal,early", "--epochs", "1", "--seeds", "1", "--quick"]
    var limits = [838_860, 1_000_000, 1_500_000, 2_500_000]
    // Where a debugging build is larger than that, the loader itself says so.
    limits = try limits.filter {
      try !place.chiasm(["--version"], shell: "ulimit -v \($0)").errors.contains("libraries")
    }
    for limit in limits {
      let outcome = try place.chiasm(command, shell: "ulimit -v \(limit)")
      guard outcome.status != 0 else { continue }
      outcome.expectRefusal(1, "the limit of address space (ulimit -v \(limit)) leaves ", " is enough")
    }
    try place.chiasm(command, shell: "ulimit -v \(limits.last!)").expectSuccess()
  }
}
