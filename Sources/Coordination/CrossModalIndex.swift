import CIndex
public import Foundation
public import Tensors

/// Vectors of one modality in a shared space, found by vectors of another: the nearest by cosine, searched exhaustively or
/// in a graph (hierarchical navigable small world, Malkov & Yashunin, 2018), both by FAISS.
///
/// ```swift
/// let index = try CrossModalIndex(pictures)                        // [N, D]
/// let found = try index.nearest(to: texts, count: 10)              // [Q, 10] items and scores
/// ```
/// - Complexity: exhaustive search takes O(N · D) a query; a graph about O(log N · D) and 8 · `links` bytes a vector.
public struct CrossModalIndex {
  /// How neighbours are found.
  public enum Search: Sendable, Hashable, Codable {
    /// All vectors are looked at.
    case exact
    /// Along the links of a graph; some neighbours may be missed.
    case approximate(links: Int = 32)

    var links: Int { if case .approximate(let links) = self { links } else { 0 } }
  }

  public let search: Search
  /// Vectors.
  public let count: Int
  public let width: Int
  private let handle: Handle

  /// Indexes vectors `[N, D]`, each divided by its norm; a zero vector stays zero and is near to nothing.
  ///
  /// - Throws: `InputError` for no vectors or values that are not finite; `UsageError` for links outside 2 … 512.
  public init(_ vectors: Tensor, search: Search = .exact) throws {
    if case .approximate(let links) = search, !(2...512).contains(links) {
      throw UsageError("\(links) links of a vector; expected 2 to 512")
    }
    let unit = try Self.unitRows(vectors)
    guard unit.shape[0] > 0, unit.shape[1] > 0 else { throw InputError("no vectors to index") }
    self.search = search
    (count, width) = (unit.shape[0], unit.shape[1])
    let (count, width) = (count, width)
    handle = try Handle { out in
      unit.withBytes { ci_build($0.floats, Int64(count), Int64(width), Int32(search.links), out) }
    }
  }

  /// The vectors nearest to queries `[Q, D]`, nearest first.
  ///
  /// - Parameters:
  ///   - queries: `[Q, D]`.
  ///   - wanted: how many; as many as there are where that is less.
  ///   - breadth: candidates that a search in a graph keeps; more find more of the true neighbours.
  /// - Returns: positions int64 and cosines float32, `[Q, count]` each; −1 where a graph found fewer.
  public func nearest(
    to queries: Tensor, count wanted: Int, breadth: Int = 64
  ) throws -> (items: Tensor, scores: Tensor) {
    precondition(
      queries.rank == 2 && queries.shape[1] == width, "queries of shape \(queries.shape) for vectors of width \(width)")
    guard wanted >= 1 else { throw UsageError("\(wanted) neighbours; at least 1 expected") }
    guard breadth >= 1 else { throw UsageError("a search of breadth \(breadth); at least 1 expected") }
    let (rows, depth) = (queries.shape[0], min(wanted, count))
    guard rows > 0 else { return (.zeros([0, depth], dtype: .int64), .zeros([0, depth])) }
    let unit = try Self.unitRows(queries)
    var items = [Int64](repeating: -1, count: rows * depth)
    var scores = [Float](repeating: 0, count: rows * depth)
    try Handle.check(
      unit.withBytes {
        ci_search(
          handle.raw, $0.floats, Int64(rows), Int64(depth), Int32(max(breadth, depth)), &scores, &items)
      })
    // What is not there has no score either.
    for position in items.indices where items[position] < 0 { scores[position] = -1 }
    return (Tensor(items.map(Int.init), shape: [rows, depth]), Tensor(scores, shape: [rows, depth]))
  }

  /// Rows divided by their norms, float32, as the index holds them.
  public static func unitRows(_ vectors: Tensor) throws -> Tensor {
    try checkViews([vectors])
    let exact = vectors.to(.float64)
    let norms = exact.norm(axes: [1]).unsqueezed(1)
    return Tensor.where(norms .> 0, exact / norms, exact.zerosLike()).to(.float32).contiguous()
  }

  // MARK: Files

  /// A graph as bytes; nil for exhaustive search, which needs none.
  public func graph() throws -> Data? {
    guard search != .exact else { return nil }
    var bytes: UnsafeMutablePointer<UInt8>?
    var size = 0
    try Handle.check(ci_write(handle.raw, &bytes, &size))
    defer { ci_free(bytes) }
    return bytes.map { Data(bytes: $0, count: size) }
  }

  /// A number that depends on all bytes of some parts and on their order; finds accidents, not forgeries.
  public static func checksum(_ parts: [Data]) -> UInt64 {
    parts.reduce(0) { sum, part in
      part.withUnsafeBytes { ci_checksum($0.bindMemory(to: UInt8.self).baseAddress, $0.count, sum) }
    }
  }

  /// Reads a graph of so many vectors.
  ///
  /// - Throws: `InputError` where it is none, of other vectors, or has links that lead nowhere.
  public init(graph: Data, links: Int, count: Int, width: Int) throws {
    search = .approximate(links: links)
    (self.count, self.width) = (count, width)
    handle = try Handle { out in
      graph.withUnsafeBytes {
        ci_read($0.bindMemory(to: UInt8.self).baseAddress, $0.count, Int64(count), Int64(width), out)
      }
    }
  }

  /// The index on the other side.
  private final class Handle {
    let raw: OpaquePointer

    init(_ make: (UnsafeMutablePointer<OpaquePointer?>) -> UnsafeMutablePointer<CChar>?) throws {
      var raw: OpaquePointer?
      try Self.check(make(&raw))
      self.raw = raw!
    }

    deinit { ci_release(raw) }

    static func check(_ message: UnsafeMutablePointer<CChar>?) throws {
      guard let message else { return }
      defer { ci_free(message) }
      throw InputError("the index: \(String(cString: message))")
    }
  }
}

extension UnsafeRawBufferPointer {
  fileprivate var floats: UnsafePointer<Float>? { bindMemory(to: Float.self).baseAddress }
}
