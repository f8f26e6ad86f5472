public import Coordination
import Fusion
public import Kernels
import Tensors
public import Training

/// The linked representations that `chiasm coordinate` makes.
public enum CoordinationMethod: String, CaseIterable, Sendable, Codable {
  case cca
  case kernelCCA = "kernel-cca"
  case generalizedCCA = "gcca"
  case multisetCCA = "mcca"
  case deepCCA = "deep-cca"
  case deepCCAAutoencoder = "dccae"
  case semantic
  case semanticCorrelation = "semantic-correlation"

  /// Whether it takes more than two modalities.
  public var takesMany: Bool { self == .generalizedCCA || self == .multisetCCA }
  /// How it searches across two modalities; nil where it is no such method.
  var space: CrossModalMatching.Space? {
    switch self {
    case .cca: .correlation
    case .semantic: .semantic
    case .semanticCorrelation: .semanticCorrelation
    default: nil
    }
  }
  /// Whether it needs the class of each sample.
  public var needsClasses: Bool { self == .semantic || self == .semanticCorrelation }
  /// Whether validation decides what is kept; the others learn from it, too.
  public var holdsOut: Bool { self == .deepCCA || self == .deepCCAAutoencoder }
}

/// The settings of a coordination.
public struct CoordinationSettings: Sendable, Codable {
  public var method: CoordinationMethod
  /// nil for as many as there are, at most 10; for semantic methods, for what cross-validation chooses.
  public var components: Int?
  /// Whether the number of components is chosen by cross-validation among the samples fitted, by how well classes find
  /// each other; always so for semantic methods where it is not given.
  public var selectsComponents = false
  public var regularisation: ViewRegularisation
  /// Of kernel CCA, per view or one for both.
  public var kernels: [KernelChoice]
  /// Most features of a low-rank factor; kernel CCA is exact up to `LowRankKernelCCA.exactLimit` samples.
  public var rank: Int
  /// Of deep methods: widths of hidden layers.
  public var hidden: [Int]
  public var training: TrainingOptions
  public var seed: UInt64

  public init(_ method: CoordinationMethod, training: TrainingOptions = TrainingOptions(), seed: UInt64 = 0) throws {
    self.method = method
    components = nil
    regularisation = method == .kernelCCA ? .shrinkage(0.1) : .none
    kernels = [try KernelChoice("rbf")]
    rank = 300
    hidden = [64]
    self.training = training
    self.seed = seed
  }
}

/// A coordination that was fitted: each view into the shared space.
struct FittedCoordination {
  /// Correlations on the samples fitted, averaged over pairs of views.
  var correlations: [Double] = []
  var significance: [CanonicalSignificance]?
  var ranks: [Int]?
  /// What cross-validation chose.
  var selection: MatchingSelection?
  let transform: (_ x: Tensor, _ view: Int) throws -> Tensor
}

extension CoordinationSettings {
  /// Which views are left as they are, because a kernel of histograms reads them.
  func readsHistograms(_ view: Int) -> Bool {
    method == .kernelCCA && !kernels.isEmpty && kernels[min(view, kernels.count - 1)].name.readsHistograms
  }

  /// - Parameter held: views that decide which epoch of a deep method is kept.
  func fit(
    _ views: [Tensor], held: [Tensor]?, targets: [Int]?, classes: Int, cancellation: Cancellation?
  ) throws -> FittedCoordination {
    if !method.takesMany && views.count != 2 {
      throw UsageError(
        "\(method.rawValue) takes exactly 2 modalities, found \(views.count); name two with --modalities")
    }
    if selectsComponents {
      guard method.space != nil, targets != nil else {
        throw UsageError(
          "components of \(method.rawValue) cannot be chosen: cross-validation is for cca and semantic methods on classes"
        )
      }
    }
    func sides(_ view: Int) -> CanonicalCorrelationAnalysis.View { view == 0 ? .first : .second }
    switch method {
    case .cca:
      let selection = try select(views, targets, classes)
      let all = try CanonicalCorrelationAnalysis(fitting: views[0], views[1], .init(regularisation: regularisation))
      let wanted = selection?.components ?? components ?? min(10, all.correlations.count)
      let analysis = try CanonicalCorrelationAnalysis(
        fitting: views[0], views[1], .init(components: wanted, regularisation: regularisation))
      return FittedCoordination(
        correlations: analysis.correlations, significance: try? analysis.significance(), ranks: analysis.ranks,
        selection: selection
      ) { analysis.transform($0, sides($1)) }
    case .generalizedCCA:
      let analysis = try GeneralizedCCA(
        fitting: views, .init(components: components, regularisation: regularisation))
      return FittedCoordination(correlations: analysis.correlations, ranks: analysis.ranks) {
        analysis.transform($0, view: $1)
      }
    case .multisetCCA:
      let analysis = try MultisetCCA(fitting: views, .init(components: components, regularisation: regularisation))
      return FittedCoordination(correlations: analysis.correlations, ranks: analysis.ranks) {
        analysis.transform($0, view: $1)
      }
    case .kernelCCA: return try kernelCCA(views)
    case .semantic, .semanticCorrelation:
      guard let targets else { throw UsageError("\(method.rawValue) learns from classes; the data set has none") }
      let selection = try select(views, targets, classes)
      let matching = try CrossModalMatching(
        method.space!, fitting: views[0], views[1], targets: targets, classes: classes,
        components: selection?.components ?? components ?? 1, regularisation: regularisation,
        cost: selection?.cost ?? 1)
      return FittedCoordination(correlations: matching.analysis?.correlations ?? [], selection: selection) {
        matching.transform($0, sides($1))
      }
    case .deepCCA, .deepCCAAutoencoder: return try deep(views, held: held, cancellation: cancellation)
    }
  }

  /// Components and the cost of predictors by cross-validation among the samples fitted; nil where nothing is left open.
  private func select(_ views: [Tensor], _ targets: [Int]?, _ classes: Int) throws -> MatchingSelection? {
    guard let space = method.space, let targets, selectsComponents || space != .correlation else { return nil }
    return try MatchingSelection(
      space, fitting: views[0], views[1], targets: targets, classes: classes, components: components.map { [$0] },
      regularisation: regularisation, seed: seed)
  }

  private func kernelCCA(_ views: [Tensor]) throws -> FittedCoordination {
    guard kernels.count == 1 || kernels.count == 2 else {
      throw UsageError("\(kernels.count) kernels; one for both modalities or one for each expected")
    }
    guard case .shrinkage(let part) = regularisation else {
      throw UsageError("kernel-cca takes --regularisation shrinkage=C with 0 < C ≤ 1")
    }
    let chosen = try views.indices.map { view in
      do {
        return try kernels[min(view, kernels.count - 1)].kernel(for: views[view])
      } catch let error as InputError {
        throw InputError(at: "view \(view + 1)", error.problem)
      }
    }
    let count = views[0].shape[0]
    let wanted = components ?? max(1, min(10, count - 1))
    if count > LowRankKernelCCA.exactLimit {
      let low = try LowRankKernelCCA(
        fitting: views[0], chosen[0], views[1], chosen[1], components: wanted, shrinkage: part, rank: rank)
      return FittedCoordination(correlations: low.correlations, ranks: low.analysis.ranks) {
        try low.transform($0, $1 == 0 ? .first : .second)
      }
    }
    let analysis = try KernelCCA(
      fitting: chosen[0].gram(views[0]), chosen[1].gram(views[1]), components: wanted,
      regularisation: .shrinkage(part))
    return FittedCoordination(correlations: analysis.correlations) { x, view in
      analysis.transform(try chosen[view].gram(x, views[view]), view == 0 ? .first : .second)
    }
  }

  private func deep(_ views: [Tensor], held: [Tensor]?, cancellation: Cancellation?) throws -> FittedCoordination {
    let generator = Generator(seed: Generator.seed(seed, 1))
    let widths = (views[0].shape[1], views[1].shape[1])
    let output = components ?? min(10, widths.0, widths.1)
    // Too few held-out samples show nothing; then the samples trained on decide.
    let judge = held.flatMap { $0[0].shape[0] > output ? ($0[0], $0[1]) : nil }
    func represent(_ networks: some CorrelatedNetworks) throws -> FittedCoordination {
      let trained = try networks.fit(
        views[0], views[1], held: judge, options: training, seed: seed, cancellation: cancellation)
      return FittedCoordination(correlations: trained.analysis.correlations) {
        trained.transform($0, $1 == 0 ? .first : .second)
      }
    }
    return method == .deepCCA
      ? try represent(DeepCCA(widths: widths, hidden: hidden, output: output, generator: generator))
      : try represent(DeepCCAAutoencoder(widths: widths, hidden: hidden, output: output, generator: generator))
  }
}
