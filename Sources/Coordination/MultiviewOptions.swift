/// How linear analyses of several views are made.
public struct MultiviewOptions: Sendable, Hashable, Codable {
  /// Components; nil for as many as the smallest rank of a view.
  public var components: Int?
  /// Whether columns are standardised.
  public var scaling: ViewScaling
  /// What is added to each view's own covariance: one for all views, or one for each.
  public var regularisation: [ViewRegularisation]
  /// Directions whose singular value is up to this part of the largest, on columns of one scale, count as constant; nil
  /// for 1e-10 on float64 samples, 1e-6 on others (1e-6 and 1e-5 from moments).
  public var tolerance: Double?

  /// - Parameters:
  ///   - components: nil for as many as the smallest rank of a view.
  ///   - scaling: whether columns are standardised.
  ///   - regularisation: of all views.
  ///   - tolerance: up to which part of the largest singular value directions count as constant.
  public init(
    components: Int? = nil, scaling: ViewScaling = .centred, regularisation: ViewRegularisation = .none,
    tolerance: Double? = nil
  ) {
    self.components = components
    self.scaling = scaling
    self.regularisation = [regularisation]
    self.tolerance = tolerance
  }

  /// That of each of so many views.
  func regularisations(of views: Int) -> [ViewRegularisation] {
    regularisation.count == 1 ? (0..<views).map { _ in regularisation[0] } : regularisation
  }
}
