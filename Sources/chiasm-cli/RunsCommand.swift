import ArgumentParser
import Chiasm
import Foundation

struct RunsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "runs", abstract: "The run store.", discussion: "Example: chiasm runs show k3f9",
    subcommands: [List.self, Show.self, Delete.self], defaultSubcommand: List.self)

  struct List: CommonCommand {
    static let configuration = CommandConfiguration(
      abstract: "List runs, newest first.", discussion: "Example: chiasm runs list --limit 10")
    @Option(help: "Most runs to list.")
    var limit: Int = 30
    @OptionGroup var common: CommonOptions

    func run() throws {
      let limit = try check(limit, "--limit", 1...1_000_000)
      let runs = try workspace.reading(output.progress).runs(limit: limit)
      try output.write(runs)
      guard !runs.isEmpty else { return output.show("no runs in \(workspace.runs)") }
      output.show(
        TerminalTable(
          ["run", "kind", "data set", "method", "seed", "status", "score", "result"],
          rows: runs.map { run in
            let told = told(run)
            return [
              run.id, run.kind.rawValue, run.dataset, told.method, run.seed.map(String.init) ?? "", run.status.rawValue,
              told.score, told.result,
            ]
          }, numbers: [0, 4, 6], expendable: [4, 1, 3]
        ).text())
    }

    /// The method, its main score on the test split and, of a comparison, the outcome; empty where there is none.
    private func told(_ run: StoredRun) -> (method: String, score: String, result: String) {
      guard run.kind == .train else {
        let folder = RunFolder(workspace.folder.appending(path: run.folder))
        let comparison = (try? folder.read(ExplainedComparison.self, from: folder.comparison))?.comparison
        guard let comparison, let verdict = comparison.verdict else { return ("", "", "") }
        let score = comparison.methods.first { $0.name == verdict.bestFusion }?.metrics[verdict.metric.rawValue]
        return (
          verdict.bestFusion, score.map { Format.score($0.mean, verdict.metric) } ?? "", verdict.outcome.words
        )
      }
      let main = [Metric.accuracy, .macroAveragePrecision, .mae].first { run.metrics[$0.rawValue] != nil }
      return (run.method ?? "", main.map { Format.score(run.metrics[$0.rawValue]!, $0) } ?? "", main?.label ?? "")
    }
  }

  struct Show: CommonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Show one run.", discussion: "Example: chiasm runs show 20261120-221933-k3f9")
    @Argument(help: ArgumentHelp("Run id, or its beginning or end.", valueName: "run"))
    var id: String
    @OptionGroup var common: CommonOptions

    func run() throws {
      let runs = try workspace.reading(output.progress)
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

  struct Delete: CommonCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete runs with their folders.", discussion: "Example: chiasm runs delete 20261120-221933-k3f9")
    @Argument(help: "Run ids.")
    var ids: [String]
    @OptionGroup var common: CommonOptions

    func run() throws {
      guard FileManager.default.fileExists(atPath: workspace.folder.appending(path: RunStore.fileName).path) else {
        throw UsageError("no run \(ids[0]) in \(workspace.folder.path)")
      }
      let runs = try workspace.writing(output.progress)
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
