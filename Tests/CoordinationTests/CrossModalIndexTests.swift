import Coordination
import Foundation
import Tensors
import Testing

@Suite struct CrossModalIndexTests {
  private func vectors(_ count: Int, _ width: Int, seed: UInt64) -> Tensor {
    .randn([count, width], generator: Generator(seed: seed))
  }

  /// Positions by cosine, nearest first, in plain loops.
  private func naive(_ queries: Tensor, _ vectors: Tensor, _ count: Int) -> [[Int]] {
    func rows(_ x: Tensor) -> [[Double]] {
      let (values, width) = (x.doubles, x.shape[1])
      return (0..<x.shape[0]).map { Array(values[$0 * width..<($0 + 1) * width]) }
    }
    func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }
    let items = rows(vectors)
    return rows(queries).map { query in
      let scores = items.map { dot(query, $0) / (dot($0, $0) * dot(query, query)).squareRoot() }
      return Array(scores.indices.sorted { scores[$0] > scores[$1] }.prefix(count))
    }
  }

  @Test(arguments: [(1, 1, 1), (7, 3, 2), (300, 16, 10), (40, 5, 100)])
  func exactSearchIsExact(count: Int, width: Int, depth: Int) throws {
    let (items, queries) = (vectors(count, width, seed: 1), vectors(9, width, seed: 2))
    let found = try CrossModalIndex(items).nearest(to: queries, count: depth)
    #expect(found.items.shape == [9, min(depth, count)])
    if width > 1 { #expect(found.items.integers == naive(queries, items, depth).flatMap { $0 }) }
    let scores = found.scores
    #expect(scores.abs().max().item() <= 1 + 1e-5)
    let chosen = items.indexSelect(found.items.reshaped([-1])).reshaped([9, -1, width])
    expectClose(chosen.cosineSimilarity(queries.unsqueezed(1)), scores, tolerance: 1e-5)
  }

  @Test func aGraphFindsNearlyAll() throws {
    let (items, queries) = (vectors(4000, 24, seed: 3), vectors(50, 24, seed: 4))
    let exact = try CrossModalIndex(items).nearest(to: queries, count: 10).items.integers
    let index = try CrossModalIndex(items, search: .approximate())
    func share(_ breadth: Int) throws -> Double {
      let found = try index.nearest(to: queries, count: 10, breadth: breadth).items.integers
      let hits = (0..<50).map { Set(exact[10 * $0..<10 * $0 + 10]).intersection(found[10 * $0..<10 * $0 + 10]).count }
      return Double(hits.reduce(0, +)) / 500
    }
    #expect(try share(400) > 0.95)
    #expect(try share(400) >= share(10))
  }

  @Test func graphsReadBack() throws {
    let (items, queries) = (vectors(500, 8, seed: 5), vectors(20, 8, seed: 6))
    let index = try CrossModalIndex(items, search: .approximate(links: 8))
    let bytes = try #require(try index.graph())
    let again = try CrossModalIndex(graph: bytes, links: 8, count: 500, width: 8)
    for depth in [1, 30] {
      let (a, b) = (try index.nearest(to: queries, count: depth), try again.nearest(to: queries, count: depth))
      #expect(a.items.integers == b.items.integers && a.scores.floats == b.scores.floats)
    }
    #expect(try CrossModalIndex(items).graph() == nil)
    for damaged in [Data(), bytes.dropLast(5), bytes + [0], Data(bytes.reversed())] {
      #expect(throws: InputError.self) { try CrossModalIndex(graph: Data(damaged), links: 8, count: 500, width: 8) }
    }
    #expect(throws: InputError.self) { try CrossModalIndex(graph: bytes, links: 8, count: 499, width: 8) }
    #expect(throws: InputError.self) { try CrossModalIndex(graph: bytes, links: 8, count: 500, width: 9) }
  }

  @Test func zeroVectorsAreNearToNothing() throws {
    let items = Tensor([1, 0, 0, 0] as [Float], shape: [2, 2])
    let found = try CrossModalIndex(items).nearest(to: Tensor([2, 0] as [Float], shape: [1, 2]), count: 2)
    #expect(found.items.integers == [0, 1] && found.scores.floats == [1, 0])
  }

  @Test func refusesWhatHasNoAnswer() throws {
    #expect(throws: InputError.self) { try CrossModalIndex(Tensor.zeros([0, 3])) }
    #expect(throws: InputError.self) { try CrossModalIndex(Tensor.full([2, 3], .nan)) }
    #expect(throws: UsageError.self) { try CrossModalIndex(vectors(9, 2, seed: 1), search: .approximate(links: 1)) }
    let index = try CrossModalIndex(vectors(9, 2, seed: 1))
    #expect(throws: UsageError.self) { try index.nearest(to: vectors(1, 2, seed: 1), count: 0) }
    #expect(throws: InputError.self) { try index.nearest(to: Tensor.full([1, 2], .infinity), count: 1) }
    #expect(try index.nearest(to: Tensor.zeros([0, 2]), count: 3).items.shape == [0, 3])
  }
}
