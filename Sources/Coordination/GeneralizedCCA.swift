public import Tensors

/// Generalised canonical correlation of two or more views in its maximum-variance form (Carroll, 1968; Kettenring, 1971):
/// one representation G of the samples that every view's best linear prediction comes close to, min Σ_m μ_m ‖G − X_m U_m‖²
/// with GᵀG = (n − 1) I.
///
/// G holds the leading eigenvectors of Σ_m μ_m P_m, where P_m = X_m (X_mᵀX_m)⁻¹ X_mᵀ projects on view m, the inverse
/// regularised as asked. An eigenvalue is Σ μ_m where every view predicts the component perfectly.
public struct GeneralizedCCA {
  /// How an analysis is made.
  public struct Options: Sendable, Hashable, Codable {
    /// Components; nil for as many as the smallest rank of a view.
    public var components: Int?
    public var scaling: ViewScaling
    /// Of each view's own covariance.
    public var regularisation: ViewRegularisation
    /// μ, one for each view, above 0; nil for 1 each.
    public var strengths: [Double]?
    /// As in `CanonicalCorrelationAnalysis.Options`.
    public var tolerance: Double?

    public init(
      components: Int? = nil, scaling: ViewScaling = .centred, regularisation: ViewRegularisation = .none,
      strengths: [Double]? = nil, tolerance: Double? = nil
    ) {
      self.components = components
      self.scaling = scaling
      self.regularisation = regularisation
      self.strengths = strengths
      self.tolerance = tolerance
    }
  }

  public let options: Options
  /// Samples that were fitted.
  public let count: Int
  /// Dimensions in which each view varies.
  public let ranks: [Int]
  /// Eigenvalues of Σ_m μ_m P_m, descending.
  public let eigenvalues: [Double]
  /// Mean correlation of the scores of two views over all pairs, per component.
  public let correlations: [Double]
  /// Means of the columns, per view.
  public let means: [Tensor]
  /// U_m `[width, components]` per view, for centred columns on their own scale.
  public let weights: [Tensor]
  private let strengths: [Double]

  /// Fits views `[n, width]`; errors as for `CanonicalCorrelationAnalysis`.
  public init(fitting views: [Tensor], _ options: Options = Options()) throws {
    try self.init(
      WhitenedViews(
        views, scaling: options.scaling, regularisation: views.map { _ in options.regularisation },
        tolerance: options.tolerance), options)
  }

  /// Fits moments that were gathered batch by batch.
  public init(fitting moments: ViewMoments, _ options: Options = Options()) throws {
    try self.init(
      WhitenedViews(
        moments, scaling: options.scaling, regularisation: moments.widths.map { _ in options.regularisation },
        tolerance: options.tolerance), options)
  }

  private init(_ views: WhitenedViews, _ options: Options) throws {
    self.options = options
    count = views.count
    ranks = views.ranks
    means = views.means
    strengths = options.strengths ?? views.ranks.map { _ in 1 }
    guard strengths.count == views.ranks.count, strengths.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw UsageError("strengths \(strengths) of \(views.ranks.count) views; one above 0 for each expected")
    }
    let components = try checkedComponents(options.components, ranks: views.ranks)
    let spectrum = views.joint(strengths: strengths, includesOwn: true, components: components)
    eigenvalues = spectrum.values
    // With Z the whitened views side by side, ZᵀZ V = V Λ gives G = Z V Λ^(−1/2), and the projection of G on view m is
    // X_m W_m (Z_mᵀ G), where Z_mᵀ G is the view's rows of V Λ^(1/2).
    let root = Tensor(spectrum.values.map { max(0, $0).squareRoot() })
    let scaled = zip(zip(views.weights, spectrum.vectors), strengths).map { view, strength in
      view.0.matmul(view.1) * root * (1 / strength.squareRoot())
    }
    let signed = views.signed(scaled)
    correlations = views.meanCorrelations(signed)
    weights = zip(signed, views.scales).map { $0 / $1.unsqueezed(1) }
  }

  /// The scores X_m U_m of samples of one view, `[m, components]` float64.
  public func transform(_ x: Tensor, view: Int) -> Tensor {
    precondition(
      x.rank == 2 && x.shape[1] == means[view].count,
      "samples of shape \(x.shape) for view \(view) of width \(means[view].count)")
    return (x.to(.float64) - means[view]).matmul(weights[view])
  }

  /// The shared representation G of samples that have all views, `[m, components]` float64: Σ_m μ_m X_m U_m / λ.
  public func shared(_ views: [Tensor]) -> Tensor {
    precondition(views.count == means.count, "\(views.count) views; \(means.count) expected")
    let sum = views.indices.map { transform(views[$0], view: $0) * strengths[$0] }
    return sum.dropFirst().reduce(sum[0], +) / Tensor(eigenvalues)
  }
}
