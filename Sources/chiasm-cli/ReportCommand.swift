import ArgumentParser
import Chiasm
import Foundation

struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write the report of a comparison as one self-contained page.",
    usage:
      "chiasm report <run> ... <page.html> [--pool] [--figures <folder>] [--runs <folder>] [--json <file>] [--quiet]",
    discussion: """
      Several runs are held against each other, method by method; with --pool
      their rows are taken as of one comparison. A file that ends in .csv, .md or
      .tex gets the leaderboard alone.

      Example: chiasm report 20261120-221933-k3f9 report.html
      Example: chiasm report k3f9 leaderboard.tex --figures figures
      """)

  @Argument(help: "Run ids or folders of comparisons, then the file to write.")
  var arguments: [String]
  @Flag(help: "Take the rows of several runs on one data set as one comparison.")
  var pool = false
  @Option(help: ArgumentHelp("Also write every figure as SVG into this folder.", valueName: "folder"))
  var figures: String?
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    guard arguments.count >= 2, let out = arguments.last else {
      throw UsageError("report needs a run and the page to write: chiasm report RUN report.html")
    }
    // A forgotten page would else overwrite nothing and leave a file that is named like a run.
    let ending = URL(fileURLWithPath: out).pathExtension.lowercased()
    let table = LeaderboardFormat(rawValue: ending)
    guard table != nil || ["html", "htm"].contains(ending) else {
      throw UsageError("the page to write is \"\(out)\"; expected a name that ends in .html, .csv, .md or .tex")
    }
    try output.checkWritable()
    try checkParent(of: out)
    let url = URL(fileURLWithPath: out)
    let folders = try arguments.dropLast().map(comparisonFolder)
    if folders.count > 1, !pool {
      guard table == nil, figures == nil else {
        throw UsageError("a leaderboard and figures are of one comparison; name one run, or add --pool")
      }
      let comparisons = try folders.map { folder in
        let (result, records, plans) = try ComparisonReader.read([folder])
        return ReportedComparison(
          name: folder.url.lastPathComponent, result: result, records: records, provenance: plans.map(\.provenance))
      }
      try Report.write(
        comparing: comparisons, environment: .current(libtorch: Engine.version, chiasm: chiasmVersion), date: Date(),
        to: url)
    } else {
      let (result, records, plans) = try ComparisonReader.read(folders)
      if let table {
        try AtomicFile.write(Data(table.text(of: result.comparison).utf8), to: url)
      } else {
        try Report.write(result, records, plans: plans, to: url)
      }
      if let figures {
        let names = try Report.writeFigures(
          of: result, records: records, architectures: result.comparison.architectures,
          to: URL(fileURLWithPath: figures, isDirectory: true))
        output.show("figures: \(names.map { "\(figures)/\($0)" }.joined(separator: ", "))")
      }
    }
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
