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
    let each = averagePrecisions(scores, queries: queries, items: items).compactMap { $0 }
    guard !each.isEmpty else {
      throw InputError("no query has an item of its class; mean average precision is undefined")
    }
    return each.reduce(0, +) / Double(each.count)
  }

  /// The average precision of each query; nil where there is no item of its class.
  ///
  /// - Parameters:
  ///   - scores: of queries and items, `[queries, items]`, higher is closer.
  ///   - queries: class of each query.
  ///   - items: class of each item.
  ///   - own: item that is the query itself and does not count, per query; nil for none.
  public static func averagePrecisions(
    _ scores: Tensor, queries: [Int], items: [Int], leavingOut own: [Int]? = nil
  ) -> [Double?] {
    check(scores, queries.count, items.count)
    return ranking(scores).enumerated().map { query, order in
      var (found, rank, precision) = (0, 0, 0.0)
      for item in order where item != own?[query] {
        rank += 1
        guard items[item] == queries[query] else { continue }
        found += 1
        precision += Double(found) / Double(rank)
      }
      return found > 0 ? precision / Double(found) : nil
    }
  }

  /// The part of queries whose own pair, item i of query i, is among the first `k`, for each k.
  public static func recall(_ scores: Tensor, at depths: [Int]) -> [Double] { recall(pairRanks(scores), at: depths) }

  /// The part of ranks, counted from 1, that are at most `k`, for each k.
  public static func recall(_ ranks: [Int], at depths: [Int]) -> [Double] {
    depths.map { depth in Double(ranks.count { $0 <= depth }) / Double(max(1, ranks.count)) }
  }

  /// The median over queries of the rank, counted from 1, of the query's own pair.
  public static func medianRank(_ scores: Tensor) -> Double { medianRank(pairRanks(scores)) }

  /// The median of ranks.
  public static func medianRank(_ ranks: [Int]) -> Double {
    precondition(!ranks.isEmpty, "no queries to rank")
    let sorted = ranks.sorted()
    return Double(sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
  }

  /// The rank, counted from 1, of item `own[q]` of each query q.
  public static func ranks(_ scores: Tensor, of own: [Int]) -> [Int] {
    precondition(scores.rank == 2 && scores.shape[0] == own.count, "scores of shape \(scores.shape) for \(own.count)")
    return ranking(scores).enumerated().map { query, order in order.firstIndex(of: own[query])! + 1 }
  }

  private static func pairRanks(_ scores: Tensor) -> [Int] {
    check(scores, scores.shape[0], scores.shape[0])
    return ranks(scores, of: Array(0..<scores.shape[0]))
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
