import Kernels
public import Tensors

/// How well a search finds what is of the query's class, or the query's own pair.
public enum RetrievalMetrics {
  /// The mean over queries of average precision: the mean of precision at the rank of each item of the query's class.
  ///
  /// Queries of whose class there is no item are left out; items of equal score stand in the order in which they lie.
  ///
  /// - Parameters:
  ///   - scores: of queries and items, `[queries, items]`, higher is closer.
  ///   - queries: class of each query.
  ///   - items: class of each item.
  /// - Throws: `InputError` where no query has an item of its class.
  public static func meanAveragePrecision(_ scores: Tensor, queries: [Int], items: [Int]) throws -> Double {
    check(scores, queries.count, items.count)
    let orders = ranking(scores)
    var (sum, counted) = (0.0, 0)
    for (query, order) in orders.enumerated() {
      var (found, precision) = (0, 0.0)
      for (rank, item) in order.enumerated() where items[item] == queries[query] {
        found += 1
        precision += Double(found) / Double(rank + 1)
      }
      guard found > 0 else { continue }
      sum += precision / Double(found)
      counted += 1
    }
    guard counted > 0 else {
      throw InputError("no query has an item of its class; mean average precision is undefined")
    }
    return sum / Double(counted)
  }

  /// The part of queries whose own pair, item i of query i, is among the first `k`, for each k.
  public static func recall(_ scores: Tensor, at depths: [Int]) -> [Double] {
    let ranks = pairRanks(scores)
    return depths.map { depth in Double(ranks.count { $0 < depth }) / Double(max(1, ranks.count)) }
  }

  /// The median over queries of the rank, counted from 1, of the query's own pair.
  public static func medianRank(_ scores: Tensor) -> Double {
    let ranks = pairRanks(scores).sorted()
    precondition(!ranks.isEmpty, "no queries to rank")
    return Double(ranks[(ranks.count - 1) / 2] + ranks[ranks.count / 2]) / 2 + 1
  }

  private static func pairRanks(_ scores: Tensor) -> [Int] {
    check(scores, scores.shape[0], scores.shape[0])
    return ranking(scores).enumerated().map { query, order in order.firstIndex(of: query)! }
  }

  private static func ranking(_ scores: Tensor) -> [[Int]] {
    let indices = scores.sorted(axis: 1, descending: true).indices.integers
    let items = scores.shape[1]
    return (0..<scores.shape[0]).map { Array(indices[$0 * items..<($0 + 1) * items]) }
  }

  private static func check(_ scores: Tensor, _ queries: Int, _ items: Int) {
    precondition(
      scores.shape == [queries, items], "scores of shape \(scores.shape) for \(queries) queries and \(items) items")
  }
}

/// x·y / (‖x‖ ‖y‖) of rows of two representations, `[a, b]`; 0 where a row is zero.
public func cosineSimilarity(_ a: Tensor, _ b: Tensor) throws -> Tensor { try VectorKernel.cosine.gram(a, b) }
