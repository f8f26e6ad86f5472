import Models
public import Tensors

/// Search across two modalities as Rasiwasia et al. (2010) compare it: by correlation, by meaning, or by both.
///
/// Every form maps both views into one space, in which the cosine tells how close they are.
public struct CrossModalMatching {
  public typealias View = CanonicalCorrelationAnalysis.View

  /// What the shared space is.
  public enum Space: String, CaseIterable, Sendable, Codable {
    /// Canonical scores (correlation matching, CM).
    case correlation
    /// Probabilities of classes, by softmax regression of each view (semantic matching, SM).
    case semantic
    /// Probabilities of classes, by softmax regression of canonical scores (semantic correlation matching, SCM).
    case semanticCorrelation = "semantic-correlation"
  }

  public let space: Space
  /// nil in the semantic space.
  public let analysis: CanonicalCorrelationAnalysis?
  private let classifiers: [SoftmaxRegression]
  private let means: [Tensor]
  private let scales: [Tensor]

  /// Fits pairs `[n, width]` of known class.
  ///
  /// - Parameters:
  ///   - space: what the shared space is.
  ///   - first: `[n, width]`.
  ///   - second: `[n, width]` of the same pairs.
  ///   - targets: class of each pair, `0 ..< classes`.
  ///   - classes: how many there are.
  ///   - components: canonical pairs; at most the smaller rank is taken.
  ///   - regularisation: of the canonical correlation.
  ///   - cost: C of the softmax regressions, whose inputs have variance 1.
  public init(
    _ space: Space, fitting first: Tensor, _ second: Tensor, targets: [Int], classes: Int, components: Int = 7,
    regularisation: ViewRegularisation = .none, cost: Double = 1
  ) throws {
    self.space = space
    guard components >= 1 else { throw UsageError("\(components) components; at least 1 expected") }
    try checkViews([first, second])
    var inputs = [first.to(.float64), second.to(.float64)]
    if space == .semantic {
      analysis = nil
    } else {
      // As many as there are, and then those asked for: the rank is known only after fitting.
      let all = try CanonicalCorrelationAnalysis(fitting: first, second, .init(regularisation: regularisation))
      let most = min(components, all.correlations.count)
      let fitted = try CanonicalCorrelationAnalysis(
        fitting: first, second, .init(components: most, regularisation: regularisation))
      inputs = [fitted.transform(first, .first), fitted.transform(second, .second)]
      analysis = fitted
    }
    means = inputs.map { $0.mean(axes: [0]) }
    scales = inputs.map { input in
      let deviation = input.standardDeviation(axes: [0])
      return Tensor.where(deviation .> 1e-12, deviation, deviation.onesLike())
    }
    let (means, scales) = (means, scales)
    classifiers =
      space == .correlation
      ? []
      : try inputs.enumerated().map { view, input in
        try SoftmaxRegression(
          fitting: (input - means[view]) / scales[view], targets: targets, classes: classes, cost: cost)
      }
  }

  /// Samples `[m, width]` of a view in the shared space, `[m, dimensions]` float64.
  public func transform(_ x: Tensor, _ view: View) -> Tensor {
    let scores = analysis?.transform(x, view) ?? x.to(.float64)
    guard !classifiers.isEmpty else { return scores }
    return classifiers[view.rawValue].probabilities((scores - means[view.rawValue]) / scales[view.rawValue])
  }

  /// How close samples of the first view are to samples of the second, `[a, b]`.
  public func similarity(_ first: Tensor, _ second: Tensor) throws -> Tensor {
    try cosineSimilarity(transform(first, .first), transform(second, .second))
  }
}
