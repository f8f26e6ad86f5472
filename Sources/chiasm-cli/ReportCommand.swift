import ArgumentParser
import Chiasm
import Foundation

struct ReportCommand: CommonCommand {
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
  @OptionGroup var common: CommonOptions

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
    var job = ReportJob(Array(arguments.dropLast()), to: out, in: workspace)
    (job.table, job.pools, job.figures) = (table, pool, figures)
    let result = try job.run(progress: output.progress)
    if let figures, let names = result.figures {
      output.show("figures: \(names.map { "\(figures)/\($0)" }.joined(separator: ", "))")
    }
    try output.write(result)
    output.show("report: \(out)")
  }
}
