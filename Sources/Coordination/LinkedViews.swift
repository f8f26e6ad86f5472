public import Tensors

/// What linear analyses of several views find: directions of each view whose scores belong together.
///
/// Signs: in each component, the largest element (on columns of one scale) of the first view that takes part is positive.
public struct LinkedViews {
  /// Samples that were fitted.
  public let count: Int
  /// Dimensions in which each view varies.
  public let ranks: [Int]
  /// Of the analysis, descending.
  public let eigenvalues: [Double]
  /// Mean correlation of the scores of two views over all pairs, per component.
  public let correlations: [Double]
  /// Means of the columns, per view.
  public let means: [Tensor]
  /// `[width, components]` per view, for centred columns on their own scale.
  public let weights: [Tensor]

  /// - Parameter scaled: weights of the scaled views, whose signs are still open.
  init(_ views: WhitenedViews, eigenvalues: [Double], scaled: [Tensor]) {
    count = views.count
    ranks = views.ranks
    means = views.means
    self.eigenvalues = eigenvalues
    let signed = views.signed(scaled)
    correlations = views.meanCorrelations(signed)
    weights = zip(signed, views.scales).map { $0 / $1.unsqueezed(1) }
  }

  /// The scores of samples of one view, `[m, components]` float64.
  public func transform(_ x: Tensor, view: Int) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == means[view].count,
      "samples of shape \(x.shape) for view \(view) of width \(means[view].count)")
    return (x.to(.float64) - means[view]).matmul(weights[view])
  }
}

extension WhitenedViews {
  init(_ views: [Tensor], _ options: MultiviewOptions) throws {
    try self.init(
      views, scaling: options.scaling, regularisation: options.regularisations(of: views.count),
      tolerance: options.tolerance)
  }

  init(_ moments: ViewMoments, _ options: MultiviewOptions) throws {
    try self.init(
      moments, scaling: options.scaling, regularisation: options.regularisations(of: moments.widths.count),
      tolerance: options.tolerance)
  }

  /// Components that were asked for, or as many as every view has.
  ///
  /// - Throws: `UsageError` for more than there are.
  func components(_ options: MultiviewOptions) throws -> Int {
    let most = ranks.min() ?? 0
    let wanted = options.components ?? most
    guard (1...most).contains(wanted) else {
      throw UsageError("\(wanted) components; views of ranks \(ranks) have 1 to \(most)")
    }
    return wanted
  }

  /// The largest eigenvalues of the covariance of all whitened views side by side, and for each view its rows of the
  /// eigenvectors, `[rank, components]`.
  ///
  /// - Parameters:
  ///   - strengths: each view's covariances are weighted by the root of its strength.
  ///   - includesOwn: whether covariances within views are in.
  func joint(strengths: [Double], includesOwn: Bool, components: Int) -> (values: [Double], vectors: [Tensor]) {
    let views = ranks.indices
    var blocks = views.map { _ in [Tensor?](repeating: nil, count: views.count) }
    for a in views {
      for b in a..<views.count {
        let factor = (strengths[a] * strengths[b]).squareRoot()
        let block =
          a == b && !includesOwn
          ? Tensor.zeros([ranks[a], ranks[a]], dtype: .float64) : crossCovariance(a, b) * factor
        blocks[a][b] = block
        blocks[b][a] = block.transposed(0, 1)
      }
    }
    let matrix = Tensor.concatenated(blocks.map { Tensor.concatenated($0.map { $0! }, axis: 1) }, axis: 0)
    let (values, vectors) = ((matrix + matrix.transposed(0, 1)) * 0.5).eigh()
    let total = ranks.reduce(0, +)
    let top = vectors.narrow(axis: 1, start: total - components, length: components).flipped([1])
    return (values.doubles.reversed().prefix(components).map { $0 }, top.split(ranks, axis: 0))
  }

  /// The weights, each component turned so that its largest element in the first view that takes part is positive.
  func signed(_ weights: [Tensor]) -> [Tensor] {
    let columns = weights[0].shape[1]
    let deviations = weights.indices.map { variances($0).sqrt() }
    let signs = (0..<columns).map { column -> Double in
      for view in weights.indices {
        let values = (weights[view].select(axis: 1, index: column) * deviations[view]).doubles
        guard let largest = values.max(by: { abs($0) < abs($1) }), abs(largest) > 1e-8 else { continue }
        return largest < 0 ? -1 : 1
      }
      return 1
    }
    return weights.map { $0 * Tensor(signs) }
  }

  /// The correlation of the scores of two views, averaged over pairs, per component; 0 where a view takes no part.
  func meanCorrelations(_ weights: [Tensor]) -> [Double] {
    let views = weights.indices
    func products(_ a: Int, _ b: Int) -> [Double] {
      (weights[a] * covariance(a, b, times: weights[b])).sum(axes: [0]).doubles
    }
    let variances = views.map { products($0, $0) }
    var sums = [Double](repeating: 0, count: weights[0].shape[1])
    for a in views {
      for b in views where b > a {
        for (component, product) in products(a, b).enumerated() {
          let scale = (variances[a][component] * variances[b][component]).squareRoot()
          if scale > 0 { sums[component] += min(1, max(-1, product / scale)) }
        }
      }
    }
    let pairs = Double(views.count * (views.count - 1) / 2)
    return sums.map { $0 / pairs }
  }
}
