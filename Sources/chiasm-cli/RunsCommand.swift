import ArgumentParser
import Chiasm
import Foundation

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "The run store.", discussion: "Example: chiasm runs show k3f9",
    subcommands: [List.self, Show.self, Delete.self], defaultSubcommand: List.self)

  struct List: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "List runs, newest first.", discussion: "Example: chiasm runs list --limit 10")
    @Option(help: "Most runs to list.")
    var limit: Int = 30
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let limit = try TrainingFlags.check(limit, "--limit", 1...1_000_000)
      let runs = try store.reading(output).runs(limit: limit)
      try output.write(runs)
      guard !runs.isEmpty else { return output.show("no runs in \(store.runs)") }
      output.show(
        TerminalTable(
          ["run", "kind", "data set", "method", "seed", "status", "result"],
          rows: runs.map {
            [
              $0.id, $0.kind.rawValue, $0.dataset, $0.method ?? "", $0.seed.map(String.init) ?? "", $0.status.rawValue,
              result(of: $0),
            ]
          }, numbers: [0, 4], expendable: [4]
        ).text())
    }

    /// The verdict of a comparison in a few words, the main score of a training; nothing where neither is there.
    private func result(of run: StoredRun) -> String {
      guard run.kind == .train else {
        let folder = RunFolder(store.folder.appending(path: run.folder))
        return (try? folder.read(ExplainedComparison.self, from: folder.comparison))?.comparison.result ?? ""
      }
      let main = [Metric.accuracy, .macroAveragePrecision, .mae].first { run.metrics[$0.rawValue] != nil }
      return main.map { "\($0.label) \(Format.score(run.metrics[$0.rawValue]!, $0))" } ?? ""
    }
  }

  struct Show: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one run.", discussion: "Example: chiasm runs show 20261120-221933-k3f9")
    @Argument(help: ArgumentHelp("Run id, or its beginning or end.", valueName: "run"))
    var id: String
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      let runs = try store.reading(output)
      let run = try runs.run(id)
      let folder = RunFolder(runs.url(of: run))
      if run.kind != .train, FileManager.default.fileExists(atPath: folder.comparison.path) {
        let result = try folder.read(ExplainedComparison.self, from: folder.comparison)
        try output.write(ComparisonDocument(result))
        return output.show(ComparisonText(result).text)
      }
      try output.write(run)
      output.show("\(run.id)  \(run.kind.rawValue)  \(run.dataset)  \(run.method ?? "")  \(run.status.rawValue)")
      if let failure = run.failure { output.show("failed: \(failure)") }
      output.show(
        TerminalTable(run.metrics, of: "test").text())
    }
  }

  struct Delete: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete runs with their folders.", discussion: "Example: chiasm runs delete 20261120-221933-k3f9")
    @Argument(help: "Run ids.")
    var ids: [String]
    @OptionGroup var store: StoreOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
      guard FileManager.default.fileExists(atPath: store.folder.appending(path: RunStore.fileName).path) else {
        throw UsageError("no run \(ids[0]) in \(store.folder.path)")
      }
      let runs = try store.writing(output)
      // All are looked up first: a wrong name must not leave half of the work done.
      let found = try ids.reduce(into: [String]()) { found, id in
        let run = try runs.id(id)
        if !found.contains(run) { found.append(run) }
      }
      for id in found { try runs.delete(id) }
      try output.write(["deleted": found])
      output.show(found.map { "deleted \($0)" }.joined(separator: "\n"))
    }
  }
}

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of a comparison as one self-contained page.",
    usage: "chiasm report <run> ... <page.html> [--runs <folder>] [--json <file>] [--quiet]",
    discussion: "Example: chiasm report 20261120-221933-k3f9 report.html")

  @Argument(help: "Run ids or folders of comparisons, then the page to write.")
  var arguments: [String]
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard arguments.count >= 2, let out = arguments.last else {
      throw UsageError("report needs a run and the page to write: chiasm report RUN report.html")
    }
    // A forgotten page would else overwrite nothing and leave a file that is named like a run.
    guard ["html", "htm"].contains(URL(fileURLWithPath: out).pathExtension.lowercased()) else {
      throw UsageError("the page to write is \"\(out)\"; expected a name that ends in .html")
    }
    try output.checkWritable()
    try checkParent(of: out)
    let folders = try arguments.dropLast().map(comparisonFolder)
    let (result, records) = try ComparisonReader.read(folders)
    try Report.write(result, records, to: URL(fileURLWithPath: out))
    try output.write(Made(made: out))
    output.show("report: \(out)")
  }

  private func comparisonFolder(_ name: String) throws -> RunFolder {
    let direct = RunFolder(URL(fileURLWithPath: name, isDirectory: true))
    if FileManager.default.fileExists(atPath: ComparisonRunner.planFile(direct).path) { return direct }
    let runs = try store.reading(output)
    let run = try runs.run(name)
    guard run.kind != .train else { throw UsageError("run \(run.id) is a single training; report takes comparisons") }
    return RunFolder(runs.url(of: run))
  }
}
