public import Tensors

/// What cross-validation among the fitted pairs chose for a search across two modalities.
public struct MatchingSelection: Sendable, Hashable, Codable {
  /// Canonical pairs; nil in the semantic space, which has none.
  public let components: Int?
  /// C of the softmax regressions; nil in the space of correlation, which has none.
  public let cost: Double?
  /// Mean average precision on held-out folds, averaged over folds, repetitions and both directions of search.
  public let score: Double

  /// Tries every number of components with every cost: each fold is searched by what the others fit.
  ///
  /// - Parameters:
  ///   - space: in which is searched.
  ///   - first: `[n, width]`, of which only pairs to learn from belong here.
  ///   - second: `[n, width]` of the same pairs.
  ///   - targets: class of each pair.
  ///   - classes: how many there are.
  ///   - components: to choose from; nil for 1 up to as many as the views have, at most 20.
  ///   - costs: to choose from.
  ///   - folds: 2 … n.
  ///   - repetitions: assignments to folds, over which scores are averaged, since a single one may prefer a neighbour
  ///     of the best choice; nil for 5, or 1 where predictors are fitted for each.
  ///   - regularisation: of the canonical correlation.
  ///   - seed: of the assignments.
  /// - Throws: `UsageError` for nothing to choose from or a wrong number of folds, and what `CrossModalMatching` refuses.
  public init(
    _ space: CrossModalMatching.Space, fitting first: Tensor, _ second: Tensor, targets: [Int], classes: Int,
    components: [Int]? = nil, costs: [Double] = [0.01, 0.1, 1, 10], folds: Int = 5,
    repetitions: Int? = nil, regularisation: ViewRegularisation = .none, seed: UInt64 = 0
  ) throws {
    let count = targets.count
    guard folds >= 2, folds <= count else {
      throw UsageError("\(folds) folds of \(count) pairs; expected 2 to \(count)")
    }
    let generator = Generator(seed: seed)
    let rounds = repetitions ?? (space == .correlation ? 5 : 1)
    guard rounds >= 1 else { throw UsageError("\(rounds) repetitions; at least 1 expected") }
    let parts = (0..<rounds).flatMap { _ in
      let order = Tensor.permutation(count, generator: generator).integers
      return (0..<folds).map { fold in order.indices.filter { $0 % folds == fold }.map { order[$0] }.sorted() }
    }
    let most = try components?.max() ?? Self.mostComponents(first, second, regularisation)
    let sizes: [Int?] = space == .semantic ? [nil] : components ?? Array(1...most)
    let prices: [Double?] = space == .correlation ? [nil] : costs
    guard !sizes.isEmpty, !prices.isEmpty else { throw UsageError("nothing to choose from") }
    var scores = sizes.map { _ in prices.map { _ in 0.0 } }
    for held in parts {
      let rest = Set(0..<count).subtracting(held).sorted()
      func rows(_ x: Tensor, _ indices: [Int]) -> Tensor { x.indexSelect(Tensor(indices)) }
      let labels = held.map { targets[$0] }
      for (size, components) in sizes.enumerated() {
        for (price, cost) in prices.enumerated() {
          let matching = try CrossModalMatching(
            space, fitting: rows(first, rest), rows(second, rest), targets: rest.map { targets[$0] }, classes: classes,
            components: components ?? 1, regularisation: regularisation, cost: cost ?? 1)
          let similarity = try matching.similarity(rows(first, held), rows(second, held))
          for direction in [similarity, similarity.transposed(0, 1)] {
            scores[size][price] +=
              try RetrievalMetrics.meanAveragePrecision(direction, queries: labels, items: labels)
              / Double(2 * parts.count)
          }
        }
      }
    }
    // Of equal scores the fewest components, then the least cost.
    var best = (size: 0, price: 0)
    for size in sizes.indices {
      for price in prices.indices where scores[size][price] > scores[best.size][best.price] { best = (size, price) }
    }
    self.components = sizes[best.size]
    cost = prices[best.price]
    score = scores[best.size][best.price]
  }

  private static func mostComponents(
    _ first: Tensor, _ second: Tensor, _ regularisation: ViewRegularisation
  ) throws -> Int {
    let all = try CanonicalCorrelationAnalysis(fitting: first, second, .init(regularisation: regularisation))
    return min(20, all.correlations.count)
  }
}
