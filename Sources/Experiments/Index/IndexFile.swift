public import Coordination
public import Foundation
import Models
public import Tensors

/// Vectors of several modalities in one shared space with the ids of their samples, kept as one file for search.
///
/// ```swift
/// let file = try IndexFile(vectors: ["image": u, "text": v], ids: ids, classes: nil, search: .exact)
/// try file.write(to: url)
/// let neighbours = try IndexFile.read(url).neighbours(of: "s17", from: "text", in: "image", count: 10)
/// ```
public struct IndexFile {
  private static let format = "chiasm-index-1"

  /// Modalities, sorted.
  public let names: [String]
  public let ids: [String]
  /// Class of each sample; nil where there are none.
  public let classes: [String]?
  public let search: CrossModalIndex.Search
  let vectors: [String: Tensor]
  private let indices: [String: CrossModalIndex]

  /// Indexes vectors `[N, D]` of each modality, in the order of the ids.
  ///
  /// - Throws: `InputError` for modalities of different samples or widths, and what `CrossModalIndex` refuses.
  public init(
    vectors: [String: Tensor], ids: [String], classes: [String]?, search: CrossModalIndex.Search
  ) throws {
    try Self.check(vectors, ids: ids, classes: classes, file: nil)
    try self.init(
      vectors, ids, classes, search, indices: vectors.mapValues { try CrossModalIndex($0, search: search) })
  }

  private init(
    _ vectors: [String: Tensor], _ ids: [String], _ classes: [String]?, _ search: CrossModalIndex.Search,
    indices: [String: CrossModalIndex]
  ) throws {
    names = vectors.keys.sorted()
    self.vectors = vectors.mapValues { $0.to(.float32).contiguous() }
    self.ids = ids
    self.classes = classes
    self.search = search
    self.indices = indices
  }

  private static func check(
    _ vectors: [String: Tensor], ids: [String], classes: [String]?, file: String?
  ) throws {
    guard let first = vectors.min(by: { $0.key < $1.key }) else { throw InputError(file: file, "no vectors to index") }
    for (name, tensor) in vectors.sorted(by: { $0.key < $1.key }) {
      guard tensor.rank == 2, tensor.shape == [ids.count, first.value.shape.last ?? 0] else {
        throw InputError(
          file: file, at: name,
          "vectors of shape \(tensor.shape); [\(ids.count), \(first.value.shape.last ?? 0)] expected as in \(first.key)"
        )
      }
      guard tensor.count == 0 || tensor.isFinite().all().item() == 1 else {
        throw InputError(file: file, at: name, "holds a value that is not finite")
      }
    }
    guard Set(ids).count == ids.count else { throw InputError(file: file, at: "ids", "an id is there twice") }
    guard classes == nil || classes?.count == ids.count else {
      throw InputError(file: file, at: "classes", "\(classes?.count ?? 0) classes for \(ids.count) samples")
    }
  }

  // MARK: Searching

  /// A sample that was found.
  public struct Neighbour: Codable, Sendable, Equatable {
    public let id: String
    /// Cosine.
    public let score: Double
    /// nil where there are no classes.
    public let label: String?
  }

  /// What is nearest in one modality to a sample of another; within one modality, the sample itself is left out.
  ///
  /// - Throws: `UsageError` for an unknown modality or id.
  public func neighbours(
    of id: String, from query: String, in items: String, count: Int, breadth: Int = 64
  ) throws -> [Neighbour] {
    guard let row = ids.firstIndex(of: id) else {
      throw UsageError("no sample \"\(id)\" among the \(ids.count) indexed")
    }
    let queries = try self.vectors(query).narrow(axis: 0, start: row, length: 1)
    let found = try index(items).nearest(to: queries, count: count + (query == items ? 1 : 0), breadth: breadth)
    return zip(found.items.integers, found.scores.floats).filter { $0.0 >= 0 && !(query == items && $0.0 == row) }
      .prefix(count).map { Neighbour(id: ids[$0], score: Double($1), label: classes?[$0]) }
  }

  /// How well samples of one modality find their own pair, and those of their class, in another.
  ///
  /// Ranks and precision are those of exhaustive search, in blocks of queries; what a graph misses is told beside them.
  ///
  /// - Throws: `UsageError` for an unknown modality.
  public func evaluate(from query: String, in items: String, count: Int, breadth: Int = 64) throws -> IndexReport {
    let (queries, index) = (try CrossModalIndex.unitRows(vectors(query)), try index(items))
    let (targets, isSame) = (try CrossModalIndex.unitRows(vectors(items)), query == items)
    let numbers = classes.map { classes in
      let order = Dictionary(uniqueKeysWithValues: Set(classes).sorted().enumerated().map { ($1, $0) })
      return classes.map { order[$0]! }
    }
    let exact = try CrossModalIndex(targets)
    var ranks: [Int] = []
    var precisions: [Double] = []
    var (found, wanted) = (0, 0)
    var seconds = (own: 0.0, exact: 0.0)
    for block in Array(ids.indices).chunks(of: 256) {
      let rows = queries.narrow(axis: 0, start: block[0], length: block.count)
      let scores = rows.matmul(targets.transposed(0, 1))
      if !isSame { ranks += RetrievalMetrics.ranks(scores, of: block) }
      if let numbers {
        precisions += RetrievalMetrics.averagePrecisions(
          scores, queries: block.map { numbers[$0] }, items: numbers, leavingOut: isSame ? block : nil
        ).compactMap { $0 }
      }
      let (truth, exactTime) = try timed { try exact.nearest(to: rows, count: count) }
      let (answer, ownTime) = try timed { try index.nearest(to: rows, count: count, breadth: breadth) }
      (seconds.own, seconds.exact) = (seconds.own + ownTime, seconds.exact + exactTime)
      let depth = truth.items.shape[1]
      let (all, got) = (truth.items.integers, answer.items.integers)
      for row in block.indices {
        let range = row * depth..<(row + 1) * depth
        found += Set(all[range]).intersection(got[range]).count
        wanted += depth
      }
    }
    let each = 1e6 / Double(ids.count)
    return IndexReport(
      query: query, items: items, samples: ids.count,
      meanAveragePrecision: precisions.isEmpty ? nil : precisions.reduce(0, +) / Double(precisions.count),
      recall: isSame ? nil : RetrievalMetrics.recall(ranks, at: [1, 5, 10]),
      medianRank: isSame ? nil : RetrievalMetrics.medianRank(ranks),
      neighbours: count, share: Double(found) / Double(max(1, wanted)), microseconds: seconds.own * each,
      exactMicroseconds: seconds.exact * each)
  }

  private func timed<R>(_ body: () throws -> R) rethrows -> (R, Double) {
    let start = ContinuousClock.now
    let result = try body()
    return (result, (ContinuousClock.now - start) / .seconds(1))
  }

  private func vectors(_ name: String) throws -> Tensor {
    guard let tensor = vectors[name] else {
      throw UsageError("no modality \"\(name)\" in the index; it has \(names.joined(separator: ", "))")
    }
    return tensor
  }

  private func index(_ name: String) throws -> CrossModalIndex {
    _ = try vectors(name)
    return indices[name]!
  }

  // MARK: Files

  /// Writes vectors, graphs and ids as one safetensors file.
  public func write(to url: URL) throws {
    var tensors: [String: Tensor] = [:]
    for name in names {
      tensors["vectors.\(name)"] = vectors[name]!
      if let graph = try indices[name]!.graph() { tensors["graph.\(name)"] = Tensor(Array(graph)) }
    }
    var metadata = ["format": Self.format, "ids": try note(ids), "search": try note(search)]
    if let classes { metadata["classes"] = try note(classes) }
    metadata["checksum"] = Self.checksum(tensors, metadata)
    try Safetensors.write(tensors, metadata: metadata, to: url)
  }

  /// Of everything in the file.
  private static func checksum(_ tensors: [String: Tensor], _ metadata: [String: String]) -> String {
    let texts = metadata.filter { $0.key != "checksum" }.sorted { $0.key < $1.key }.flatMap { [$0.key, $0.value] }
    let numbers = tensors.sorted { $0.key < $1.key }.flatMap { name, tensor in
      [Data("\(name) \(tensor.dtype) \(tensor.shape)".utf8), tensor.contiguous().withBytes { Data($0) }]
    }
    return String(CrossModalIndex.checksum(texts.map { Data($0.utf8) } + numbers), radix: 16)
  }

  /// Reads what `write` wrote, and what earlier versions wrote without a checksum.
  ///
  /// - Throws: `InputError` naming the file and what is missing, unknown or does not fit.
  public static func read(_ url: URL) throws -> IndexFile {
    let (tensors, metadata) = try Safetensors.read(url)
    let path = url.relativePath
    guard metadata["format"] == format else { throw InputError(file: path, "is no index that this version writes") }
    if let expected = metadata["checksum"] {
      guard checksum(tensors, metadata) == expected else {
        throw InputError(file: path, "is damaged: its checksum is another; build the index again")
      }
    }
    var file = NamedTensors(tensors, notes: metadata, file: path)
    let ids = try file.note("ids", as: [String].self)
    let search = try file.note("search", as: CrossModalIndex.Search.self)
    let classes = try metadata["classes"].map { _ in try file.note("classes", as: [String].self) }
    let vectors = file.takeAll("vectors.")
    let graphs = file.takeAll("graph.")
    try file.checkEmpty()
    guard vectors.values.allSatisfy({ $0.dtype == .float32 }) else {
      throw InputError(file: path, "vectors that are not float32")
    }
    try check(vectors, ids: ids, classes: classes, file: path)
    var indices: [String: CrossModalIndex] = [:]
    for (name, tensor) in vectors {
      guard case .approximate(let links) = search else {
        indices[name] = try CrossModalIndex(tensor)
        continue
      }
      guard let graph = graphs[name], graph.dtype == .uint8, graph.rank == 1 else {
        throw InputError(file: path, at: "graph.\(name)", "missing or not bytes; the index needs it")
      }
      do {
        indices[name] = try CrossModalIndex(
          graph: graph.withBytes { Data($0) }, links: links, count: ids.count, width: tensor.shape[1])
      } catch let error as InputError {
        throw InputError(file: path, at: "graph.\(name)", "\(error)")
      }
    }
    guard graphs.keys.allSatisfy({ vectors[$0] != nil }), search != .exact || graphs.isEmpty else {
      throw InputError(file: path, "holds a graph of vectors that it does not hold")
    }
    return try IndexFile(vectors, ids, classes, search, indices: indices)
  }
}

/// How well one modality finds another.
public struct IndexReport: Codable, Sendable, Equatable {
  public let query: String
  public let items: String
  public let samples: Int
  /// By class; nil where there are no classes.
  public let meanAveragePrecision: Double?
  /// Of the query's own pair among the first 1, 5 and 10; nil within one modality.
  public let recall: [Double]?
  public let medianRank: Double?
  /// How many neighbours were searched for.
  public let neighbours: Int
  /// What part of the true neighbours the index found; 1 where it searches exhaustively.
  public let share: Double
  /// Time of a query in the index, in blocks of 256.
  public let microseconds: Double
  /// The same by exhaustive search.
  public let exactMicroseconds: Double
}
