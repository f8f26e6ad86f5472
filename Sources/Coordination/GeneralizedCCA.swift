import Encoders
import Models
public import Tensors

/// Generalised canonical correlation of two or more views in its maximum-variance form (Carroll, 1968; Kettenring, 1971):
/// one representation G of the samples that every view's best linear prediction comes close to, min Σ_m μ_m ‖G − X_m U_m‖²
/// with GᵀG = (n − 1) I.
///
/// G holds the leading eigenvectors of Σ_m μ_m P_m, where P_m = X_m (X_mᵀX_m)⁻¹ X_mᵀ projects on view m, the inverse
/// regularised as asked. An eigenvalue is Σ μ_m where every view predicts the component perfectly.
@dynamicMemberLookup
public struct GeneralizedCCA {
  /// How an analysis is made.
  public struct Options: Sendable, Hashable, Codable {
    public var views: MultiviewOptions
    /// μ, one for each view, above 0; nil for 1 each.
    public var strengths: [Double]?

    public init(
      components: Int? = nil, scaling: ViewScaling = .centred, regularisation: ViewRegularisation = .none,
      strengths: [Double]? = nil, tolerance: Double? = nil
    ) {
      views = MultiviewOptions(
        components: components, scaling: scaling, regularisation: regularisation, tolerance: tolerance)
      self.strengths = strengths
    }
  }

  public let options: Options
  /// U and the eigenvalues of Σ_m μ_m P_m.
  public let views: LinkedViews
  private let strengths: [Double]
  public subscript<Value>(dynamicMember path: KeyPath<LinkedViews, Value>) -> Value { views[keyPath: path] }

  /// Fits views `[n, width]`; errors as for `CanonicalCorrelationAnalysis`.
  public init(fitting views: [Tensor], _ options: Options = Options()) throws {
    try self.init(WhitenedViews(views, options.views), options)
  }

  /// Fits moments that were gathered batch by batch.
  public init(fitting moments: ViewMoments, _ options: Options = Options()) throws {
    try self.init(WhitenedViews(moments, options.views), options)
  }

  private init(_ whitened: WhitenedViews, _ options: Options) throws {
    self.options = options
    strengths = options.strengths ?? whitened.ranks.map { _ in 1 }
    guard strengths.count == whitened.ranks.count, strengths.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw UsageError("strengths \(strengths) of \(whitened.ranks.count) views; one above 0 for each expected")
    }
    let spectrum = whitened.joint(
      strengths: strengths, includesOwn: true, components: try whitened.components(options.views))
    // With Z the whitened views side by side, ZᵀZ V = V Λ gives G = Z V Λ^(−1/2), and the projection of G on view m is
    // X_m W_m (Z_mᵀ G), where Z_mᵀ G is the view's rows of V Λ^(1/2).
    let root = Tensor(spectrum.values.map { max(0, $0).squareRoot() })
    views = LinkedViews(
      whitened, eigenvalues: spectrum.values,
      scaled: zip(zip(whitened.weights, spectrum.vectors), strengths).map { view, strength in
        view.0.matmul(view.1) * root * (1 / strength.squareRoot())
      })
  }

  /// The scores X_m U_m of samples of one view, `[m, components]` float64.
  public func transform(_ x: Tensor, view: Int) -> Tensor { views.transform(x, view: view) }

  /// The shared representation G of samples that have all views, `[m, components]` float64: Σ_m μ_m X_m U_m / λ.
  public func shared(_ views: [Tensor]) -> Tensor {
    precondition(views.count == self.means.count, "\(views.count) views; \(self.means.count) expected")
    let sum = views.indices.map { transform(views[$0], view: $0) * strengths[$0] }
    return sum.dropFirst().reduce(sum[0], +) / Tensor(self.eigenvalues)
  }
}

extension Method {
  static let gcca = correlation(
    "gcca", "generalised canonical correlation: one space near every modality, linear predictor on all scores",
    "Carroll, 1968; Kettenring, 1971, Canonical analysis of several sets of variables", 2...64,
    CorrelationSolver.shrinkage
  ) { _ in .generalised }
}
