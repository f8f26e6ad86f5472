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

struct IndexBuildCommand: ParsableCommand {
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
  @OptionGroup var store: StoreOptions
  @OptionGroup var output: OutputOptions

  func run() throws {
    try output.checkWritable()
    try checkParent(of: out)
    let links = try TrainingFlags.check(links, "--links", 2...512)
    let file = try naming(source) {
      let source = try vectors()
      return try IndexFile(
        vectors: source.vectors, ids: source.ids, classes: source.classes,
        search: approximate ? .approximate(links: links) : .exact)
    }
    try file.write(to: URL(fileURLWithPath: out))
    try output.write(Made(made: out, samples: file.ids.count))
    output.show("\(out): \(file.ids.count) samples of \(file.names.joined(separator: ", "))")
  }

  private func vectors() throws -> IndexSource {
    let names = modalities?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let part = try split.map { try parseSplit($0) }
    let url = URL(fileURLWithPath: source)
    if ["npz", "safetensors"].contains(url.pathExtension) {
      guard part == nil else { throw UsageError("--split is for runs; \(source) holds the samples that it holds") }
      return try IndexSource(file: url, dataset: data.map { try store.load($0) }, modalities: names)
    }
    let folder = try runFolder(source, store)
    let dataset = try data ?? TrainStart.dataset(of: folder)
    return try IndexSource(run: folder, dataset: store.load(dataset), split: part, modalities: names)
  }
}

extension TrainStart {
  /// The folder of the data set that a run was trained on.
  static func dataset(of run: RunFolder) throws -> String {
    // A trial of a comparison lies in a folder of those.
    let plan = RunFolder(run.url.deletingLastPathComponent().deletingLastPathComponent())
    if FileManager.default.fileExists(atPath: file(run).path) {
      return try run.read(TrainStart.self, from: file(run)).dataset
    }
    if FileManager.default.fileExists(atPath: ComparisonRunner.planFile(plan).path) {
      return try plan.read(ComparisonPlan.self, from: ComparisonRunner.planFile(plan)).dataset
    }
    throw UsageError("\(run.url.relativePath) does not say which data it was trained on; name them with --data")
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

  /// What was found for one sample.
  struct Answer: Encodable {
    let id: String
    let query: String
    let items: String
    let neighbours: [IndexFile.Neighbour]
  }

  func run() throws {
    try output.checkWritable()
    let count = try TrainingFlags.check(count, "--count", 1...1_000_000)
    let breadth = try TrainingFlags.check(breadth, "--breadth", 1...1_000_000)
    let file = try IndexFile.read(URL(fileURLWithPath: index))
    let pairs = try pairs(file)
    guard id.isEmpty else {
      let answers = try id.flatMap { id in
        try pairs.map { pair in
          Answer(
            id: id, query: pair.0, items: pair.1,
            neighbours: try file.neighbours(of: id, from: pair.0, in: pair.1, count: count, breadth: breadth))
        }
      }
      try output.write(answers)
      for answer in answers {
        output.show("\(answer.id), \(answer.query) finds \(answer.items):")
        output.show(Self.table(answer.neighbours).text())
      }
      return
    }
    let reports = try pairs.map { try file.evaluate(from: $0.0, in: $0.1, count: count, breadth: breadth) }
    try output.write(reports)
    output.show(Self.table(reports, count).text())
  }

  /// Which modality searches in which.
  private func pairs(_ file: IndexFile) throws -> [(String, String)] {
    for name in [from, to].compactMap({ $0 }) where !file.names.contains(name) {
      throw UsageError("no modality \"\(name)\" in the index; it has \(file.names.joined(separator: ", "))")
    }
    if let from, let to { return [(from, to)] }
    let isSingle = file.names.count == 1
    return (from.map { [$0] } ?? file.names).flatMap { query in
      (to.map { [$0] } ?? file.names).filter { isSingle || $0 != query }.map { (query, $0) }
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
