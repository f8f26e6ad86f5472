public import Experiments
import Foundation
public import Modalities
import Tensors

/// An index of what a run or a file of representations says of each modality.
public struct IndexJob: Sendable {
  /// Id or folder of a run, or a file of representations.
  public var source: String
  /// The file to write.
  public var out: String
  /// Folder of the data set; nil for that of the run, or none for a file.
  public var dataset: String?
  /// Of a run; nil for all samples.
  public var split: Split?
  /// Nil for all.
  public var modalities: [String]?
  /// Links of each vector in a graph; nil for exhaustive search.
  public var links: Int?
  public var workspace: Workspace

  public init(_ source: String, to out: String, in workspace: Workspace) {
    (self.source, self.out, self.workspace) = (source, out, workspace)
  }

  /// What was indexed; as JSON, the file.
  public struct Result: Encodable {
    public let made: String
    public let samples: Int
    public let modalities: [String]

    private enum CodingKeys: CodingKey {
      case made, samples
    }
  }

  public func run(progress: @escaping JobProgress = { _ in }) throws -> Result {
    let file = try naming(source) {
      let source = try vectors(progress)
      return try IndexFile(
        vectors: source.vectors, ids: source.ids, classes: source.classes,
        search: links.map { .approximate(links: $0) } ?? .exact)
    }
    try file.write(to: URL(fileURLWithPath: out))
    return Result(made: out, samples: file.ids.count, modalities: file.names)
  }

  private func vectors(_ progress: @escaping JobProgress) throws -> IndexSource {
    let url = URL(fileURLWithPath: source)
    if RepresentationFile.kinds.contains(url.pathExtension) {
      guard split == nil else { throw UsageError("--split is for runs; \(source) holds the samples that it holds") }
      return try IndexSource(
        file: url, dataset: dataset.map { try workspace.load($0, progress) }, modalities: modalities)
    }
    let folder = try workspace.training(source)
    guard let path = try dataset ?? DataOrigin(of: folder)?.path else {
      throw UsageError("\(folder.url.relativePath) does not say which data it was trained on; name them with --data")
    }
    return try IndexSource(run: folder, dataset: workspace.load(path, progress), split: split, modalities: modalities)
  }
}

/// A search of an index: the neighbours of samples, or how well each modality finds the others.
public struct IndexQueryJob: Sendable {
  /// The index's file.
  public var file: String
  /// Modalities to search by and in; nil for the only one, or all.
  public var from, to: String?
  /// Samples to search by; none to measure.
  public var ids: [String] = []
  /// Neighbours to find.
  public var count = 10
  /// Candidates that a search in a graph keeps.
  public var breadth = 64

  public init(_ file: String) { self.file = file }

  /// What was found for one sample.
  public struct Answer: Encodable, Sendable {
    public let id: String
    public let query: String
    public let items: String
    public let neighbours: [IndexFile.Neighbour]
  }

  /// As JSON, the one or the other.
  public enum Result: Encodable {
    case answers([Answer])
    case measured([IndexReport])

    public func encode(to encoder: any Encoder) throws {
      switch self {
      case .answers(let answers): try answers.encode(to: encoder)
      case .measured(let reports): try reports.encode(to: encoder)
      }
    }
  }

  /// - Throws: `UsageError` for a modality or sample that the index lacks.
  public func run() throws -> Result {
    let file = try IndexFile.read(URL(fileURLWithPath: file))
    let pairs = try pairs(file)
    guard !ids.isEmpty else {
      return .measured(try pairs.map { try file.evaluate(from: $0.0, in: $0.1, count: count, breadth: breadth) })
    }
    return .answers(
      try ids.flatMap { id in
        try pairs.map { pair in
          Answer(
            id: id, query: pair.0, items: pair.1,
            neighbours: try file.neighbours(of: id, from: pair.0, in: pair.1, count: count, breadth: breadth))
        }
      })
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
}
