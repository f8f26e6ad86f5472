import Encoders
import Models
public import Tensors

/// Canonical correlation analysis (Hotelling, 1936): directions u = xW_x and v = yW_y of two views of the same samples
/// that correlate most, pair after pair, each pair uncorrelated with those before.
///
/// Computed in float64 from covariances divided by n − 1, and from the samples themselves where views are collinear or have
/// more columns than samples. Directions in which a view does not vary are left out, so that nothing is NaN; a view that
/// does not vary at all is refused.
///
/// Signs: in each column of W_x the element of largest magnitude (on columns of one scale) is positive, and W_y gives u and
/// v a correlation of at least 0.
///
/// ```swift
/// let analysis = try CanonicalCorrelationAnalysis(fitting: x, y, .init(components: 5))
/// print(analysis.correlations, try analysis.significance()[0].fProbability)
/// let (u, v) = (analysis.transform(x, .first), analysis.transform(y, .second))
/// ```
public struct CanonicalCorrelationAnalysis {
  /// One of the two views.
  public enum View: Int, CaseIterable, Sendable { case first, second }

  public typealias Options = MultiviewOptions

  public let options: Options
  /// Samples that were fitted.
  public let count: Int
  /// Dimensions in which each view varies.
  public let ranks: [Int]
  /// Singular values of the whitened cross-covariance, descending. Without regularisation they are the correlations; with
  /// shrinkage they may exceed 1.
  public let singularValues: [Double]
  /// All of them, also beyond the asked components.
  let allSingularValues: [Double]
  /// Correlations of u and v over the fitted samples, in the order of the singular values.
  public let correlations: [Double]
  /// Means of the columns, per view.
  public let means: [Tensor]
  /// W_x and W_y `[width, components]`, for centred columns on their own scale.
  public let weights: [Tensor]
  /// Correlations of the columns with the view's own scores, `[width, components]`; 0 for constant columns.
  public let loadings: [Tensor]
  /// Correlations of the columns with the other view's scores, `[width, components]`; 0 for constant columns.
  public let crossLoadings: [Tensor]
  /// From scores of one view to centred columns of the other, `[components, width of the other]`.
  private let predictors: [Tensor]

  /// Fits views `[n, width]`.
  ///
  /// - Throws: `InputError` where views differ in their samples, are empty or constant, or hold a value that is not finite;
  ///   `UsageError` for a wrong option, or more components than there are.
  public init(fitting first: Tensor, _ second: Tensor, _ options: Options = Options()) throws {
    try self.init(WhitenedViews([first, second], options), options)
  }

  /// Fits moments that were gathered batch by batch.
  public init(fitting moments: ViewMoments, _ options: Options = Options()) throws {
    precondition(moments.widths.count == 2, "moments of \(moments.widths.count) views; 2 expected")
    try self.init(WhitenedViews(moments, options), options)
  }

  private init(_ views: WhitenedViews, _ options: Options) throws {
    self.options = options
    count = views.count
    ranks = views.ranks
    means = views.means
    let wanted = try views.components(options)
    let (u, s, vh) = views.crossCovariance(0, 1).svd()
    // Rounding may lift a correlation of 1 above it or leave it a little below; what shrinkage makes of small variances may
    // truly lie there.
    let isFree = options.regularisation.allSatisfy(\.isNone)
    allSingularValues = s.doubles.map { isFree && $0 > 1 - 1e-13 ? 1 : $0 }
    singularValues = Array(allSingularValues.prefix(wanted))
    var scaled = [
      views.weights[0].matmul(u.narrow(axis: 1, start: 0, length: wanted)),
      views.weights[1].matmul(vh.narrow(axis: 0, start: 0, length: wanted).transposed(0, 1)),
    ]
    let variances = (0..<2).map(views.variances)
    let signs = Self.signs(scaled[0] * variances[0].sqrt().unsqueezed(1))
    scaled = scaled.map { $0 * signs }
    weights = zip(scaled, views.scales).map { $0 / $1.unsqueezed(1) }

    var loadings: [Tensor] = []
    var crossLoadings: [Tensor] = []
    var predictors: [Tensor] = []
    let own = (0..<2).map { views.covariance($0, $0, times: scaled[$0]) }
    let scores = (0..<2).map { scaled[$0].transposed(0, 1).matmul(own[$0]) }
    let deviations = scores.map { $0.diagonal().clamped(min: 0).sqrt() }
    for view in 0..<2 {
      let other = 1 - view
      let cross = views.covariance(view, other, times: scaled[other])
      let columns = Tensor.where(variances[view] .> 0, variances[view].rsqrt(), variances[view].zerosLike())
      loadings.append(Self.limited(own[view] * columns.unsqueezed(1) * Self.inverse(deviations[view])))
      crossLoadings.append(Self.limited(cross * columns.unsqueezed(1) * Self.inverse(deviations[other])))
      // Columns of this view regressed on the scores of the other, which regularisation leaves correlated.
      let regression = scores[other].pseudoInverse().matmul(cross.transposed(0, 1))
      predictors.append(regression * views.scales[view])
    }
    self.loadings = loadings
    self.crossLoadings = crossLoadings
    self.predictors = [predictors[1], predictors[0]]
    let between = scaled[0].transposed(0, 1).matmul(views.covariance(0, 1, times: scaled[1])).diagonal()
    correlations = Self.limited(between * Self.inverse(deviations[0]) * Self.inverse(deviations[1])).doubles
  }

  /// The scores of samples of a view, `[m, components]` float64.
  public func transform(_ x: Tensor, _ view: View) -> Tensor {
    check(x, view)
    return (x.to(.float64) - means[view.rawValue]).matmul(weights[view.rawValue])
  }

  /// The other view of samples of `view`, by least squares from their scores, `[m, width of the other]` float64.
  ///
  /// With all components and no regularisation this is the linear regression of the other view on this one.
  public func predictOther(_ x: Tensor, from view: View) -> Tensor {
    transform(x, view).matmul(predictors[view.rawValue]) + means[1 - view.rawValue]
  }

  private func check(_ x: Tensor, _ view: View) {
    precondition(
      x.rank == 2 && x.shape[1] == means[view.rawValue].count,
      "samples of shape \(x.shape) for the \(view) view of width \(means[view.rawValue].count)")
  }

  // MARK: Parts

  /// ±1 for each column, by its element of largest magnitude.
  private static func signs(_ matrix: Tensor) -> Tensor {
    let largest = matrix.abs().argmax(axis: 0)
    let elements = matrix.gather(axis: 0, largest.unsqueezed(0)).reshaped([-1])
    return Tensor.where(elements .< 0, elements.onesLike() * -1, elements.onesLike())
  }

  private static func inverse(_ values: Tensor) -> Tensor {
    Tensor.where(values .> 0, values.reciprocal(), values.zerosLike())
  }

  private static func limited(_ correlations: Tensor) -> Tensor { correlations.clamped(min: -1, max: 1) }
}

extension Method {
  static let cca = correlation(
    "cca", "linear canonical correlation of two modalities, linear predictor on both modalities' scores",
    "Hotelling, 1936, Relations between two sets of variates", 2...2, CorrelationSolver.shrinkage
  ) { _ in .canonical }
}
