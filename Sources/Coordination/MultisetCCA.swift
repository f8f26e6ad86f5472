import Encoders
import Models
public import Tensors

/// Canonical correlation of two or more views: directions x_m w_m whose covariances, summed over pairs of views, are
/// largest (Kettenring, 1971; Nielsen, 2002, with Σ_m w_mᵀ Σ_mm w_m = M): A w = λ D w, where A holds the covariances of
/// all views and D those within views, regularised.
///
/// Two views give the directions of `CanonicalCorrelationAnalysis`, and λ = 1 + r. Sign: as there, by the first view in
/// which a component varies.
@dynamicMemberLookup
public struct MultisetCCA {
  /// What A holds besides the covariances between views.
  public enum Numerator: String, CaseIterable, Sendable, Codable {
    /// Those within views, too, not regularised: λ of M equal views is M.
    case allPairs
    /// Nothing: λ of M equal views is M − 1. Without regularisation the directions are the same.
    case otherViews
  }

  /// How an analysis is made.
  public struct Options: Sendable, Hashable, Codable {
    public var views: MultiviewOptions
    public var numerator: Numerator

    public init(
      components: Int? = nil, scaling: ViewScaling = .centred, regularisation: ViewRegularisation = .none,
      numerator: Numerator = .allPairs, tolerance: Double? = nil
    ) {
      views = MultiviewOptions(
        components: components, scaling: scaling, regularisation: regularisation, tolerance: tolerance)
      self.numerator = numerator
    }
  }

  public let options: Options
  /// Directions and λ.
  public let views: LinkedViews
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
    let spectrum = whitened.joint(
      strengths: whitened.ranks.map { _ in 1 }, includesOwn: options.numerator == .allPairs,
      components: try whitened.components(options.views))
    let size = Double(whitened.ranks.count).squareRoot()
    views = LinkedViews(
      whitened, eigenvalues: spectrum.values,
      scaled: zip(whitened.weights, spectrum.vectors).map { $0.matmul($1) * size })
  }

  /// The scores of samples of one view, `[m, components]` float64.
  public func transform(_ x: Tensor, view: Int) -> Tensor { views.transform(x, view: view) }
}

extension Method {
  static let mcca = correlation(
    "mcca", "multiset canonical correlation: all pairs of modalities correlated, linear predictor on all scores",
    "Kettenring, 1971, Canonical analysis of several sets of variables", 2...64, CorrelationSolver.shrinkage
  ) { _ in .multiset }
}
