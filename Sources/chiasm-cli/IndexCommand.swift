import ArgumentParser
import Chiasm
import Foundation

struct IndexCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "index", abstract: "Search of one modality by another in a shared space.",
    discussion: """
      Vectors come from chiasm coordinate … --out FILE, or from a run.

      Example: chiasm index build shared.npz wikipedia.index --data wikipedia
      Example: chiasm index query wikipedia.index --from text --to image
      """,
    subcommands: [IndexBuildCommand.self, IndexQueryCommand.self])
}

struct IndexBuildCommand: CommonCommand {
  static let configuration = CommandConfiguration(
    commandName: "build", abstract: "Index what a run or a file of representations says of each modality.",
    discussion: """
      Methods that link modalities (cca, kernel-cca, gcca, mcca, deep-cca, dccae) have a vector of each modality; of other \
      runs the fused representation is indexed, to search samples by samples.

      Example: chiasm index build runs/20261120-221933-k3f9 digits.index --split test
      Example: chiasm index build shared.npz shared.index --data wikipedia --approximate
      """)

  @Argument(help: ArgumentHelp("Run id or folder, or a file as embed and coordinate write it.", valueName: "source"))
  var source: String
  @Argument(help: "File to write.")
  var out: String
  @Option(help: "Folder of the data set; that of the run, or none for a file, by default.")
  var data: String?
  @Option(help: "Of a run: train, validation or test only; all by default.")
  var split: String?
  @Option(help: "Modalities to index, separated by commas; all by default.")
  var modalities: String?
  @Flag(help: "Search in a graph, which is fast for many vectors and may miss some neighbours.")
  var approximate = false
  @Option(help: "Links of each vector in the graph.")
  var links: Int = 32
  @OptionGroup var common: CommonOptions

  func run() throws {
    try output.checkWritable()
    try checkParent(of: out)
    let links = try check(links, "--links", 2...512)
    var job = IndexJob(source, to: out, in: workspace)
    job.dataset = data
    job.split = try split.map(parseSplit)
    job.modalities = modalities.map(list)
    job.links = approximate ? links : nil
    let result = try job.run(progress: output.progress)
    try output.write(result)
    output.show("\(out): \(result.samples) samples of \(result.modalities.joined(separator: ", "))")
  }
}

struct IndexQueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query", abstract: "Search an index; without --id, measure how well each modality finds the others.",
    discussion: """
      Measured are mean average precision by class, how often a sample's own pair is among the first 1, 5 and 10, its \
      median rank, what part of the nearest the index finds, and the time of a query in it and by exhaustive search.

      Example: chiasm index query wikipedia.index --from text --to image --id t17 --count 5
      Example: chiasm index query wikipedia.index
      """)

  @Argument(help: "File that index build wrote.")
  var index: String
  @Option(help: "Modality to search by; the only one, or all, by default.")
  var from: String?
  @Option(help: "Modality to search in; all others by default.")
  var to: String?
  @Option(help: "Id of a sample to search by; may be given several times.")
  var id: [String] = []
  @Option(help: "Neighbours to find.")
  var count: Int = 10
  @Option(help: "Candidates that a search in a graph keeps.")
  var breadth: Int = 64
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    var job = IndexQueryJob(index)
    (job.from, job.to, job.ids) = (from, to, id)
    job.count = try check(count, "--count", 1...1_000_000)
    job.breadth = try check(breadth, "--breadth", 1...1_000_000)
    let result = try job.run()
    try output.write(result)
    switch result {
    case .answers(let answers):
      for answer in answers {
        output.show("\(answer.id), \(answer.query) finds \(answer.items):")
        output.show(Self.table(answer.neighbours).text())
      }
    case .measured(let reports): output.show(Self.table(reports, count).text())
    }
  }

  private static func table(_ neighbours: [IndexFile.Neighbour]) -> TerminalTable {
    let labelled = neighbours.contains { $0.label != nil }
    return TerminalTable(
      ["rank", "id", "cosine"] + (labelled ? ["class"] : []),
      rows: neighbours.enumerated().map { rank, found in
        ["\(rank + 1)", found.id, String(format: "%.4f", found.score)] + (labelled ? [found.label ?? ""] : [])
      })
  }

  /// Columns that nothing is in, such as ranks of pairs within one modality, are left out.
  private static func table(_ reports: [IndexReport], _ count: Int) -> TerminalTable {
    func text(_ value: Double?, _ format: String = "%.4f") -> String { value.map { String(format: format, $0) } ?? "–" }
    let columns: [(name: String, cell: (IndexReport) -> String)] = [
      ("query", \.query), ("finds", \.items), ("samples", { "\($0.samples)" }),
      ("mAP", { text($0.meanAveragePrecision) }), ("R@1", { text($0.recall?[0]) }), ("R@5", { text($0.recall?[1]) }),
      ("R@10", { text($0.recall?[2]) }), ("median rank", { text($0.medianRank, "%.1f") }),
      ("of true \(count)", { text($0.share) }), ("µs", { text($0.microseconds, "%.1f") }),
      ("µs exact", { text($0.exactMicroseconds, "%.1f") }),
    ]
    let filled = columns.filter { column in reports.contains { column.cell($0) != "–" } }
    return TerminalTable(
      filled.map(\.name), rows: reports.map { row in filled.map { $0.cell(row) } },
      numbers: Set(filled.indices.dropFirst(2)))
  }
}
