public import Evaluation
public import InformationTheory
public import Modalities
public import Quantification
import Tensors

/// Redundant, unique and synergistic information of every two modalities about the target.
public struct PartialInformationAnalysis {
  public enum Estimator: Sendable {
    /// Classifiers on all features; a target of numbers is cut at its quantiles into so many classes.
    case learned(LearnedPartialInformation, targetBins: Int)
    /// Plug-in on discretised principal components.
    case discrete(Discretizer.Method, components: Int, resamples: Int)
  }

  public var estimator: Estimator
  public var unit: InformationUnit
  public var seed: UInt64

  public init(_ estimator: Estimator, unit: InformationUnit = .bits, seed: UInt64 = 0) {
    (self.estimator, self.unit, self.seed) = (estimator, unit, seed)
  }

  public struct Part: Codable, Sendable, Equatable {
    public let value: Double
    public let ci95: Interval
  }

  /// The parts for two modalities.
  public struct Pair: Codable, Sendable, Equatable {
    public let first, second: String
    public let redundancy, uniqueFirst, uniqueSecond, synergy: Part
    /// Of the target.
    public let entropy: Double
    public let regime: InformationRegime
    /// The share of resamples that name the same regime.
    public let regimeSupport: Double
    /// Certified duality gap of the minimum.
    public let gap: Double
    /// What classifiers rest on.
    public var quality: LearnedPartialInformation.Quality?
  }

  /// A node of the lattice of redundancies with I_min.
  public struct Node: Codable, Sendable, Equatable {
    public let name: String
    public let redundancy, atom: Double
  }

  public struct Result: Codable, Sendable, Equatable {
    public let measure, unit, estimator: String
    public let samples: Int
    public let pairs: [Pair]
    /// For three or four modalities, discrete estimator only: Williams and Beer's I_min, sources numbered in order.
    public var lattice: [Node]?
    /// What the data set's manifest states, where it was made to hold known amounts.
    public var stated: InformationContent?
  }

  /// - Throws: `UsageError` for fewer than two modalities; `InputError` naming the data set where its samples do not allow
  ///   an estimate.
  public func run(_ view: FeatureView, stated: InformationContent? = nil) throws -> Result {
    guard view.names.count > 1 else { throw UsageError("partial information needs two modalities, found one") }
    let target = try view.target()
    return try view.reporting {
      var generator = SplitMix64(seed: seed, stream: 1)
      var pairs: [Pair] = []
      var labels: [String: [Int]] = [:]
      let classes = try Self.classes(target, estimator, &generator)
      if case .discrete(let method, let components, _) = estimator {
        for name in view.names {
          labels[name] = try InformationAnalysis.labels(
            view.components(name, count: components), method, &generator)
        }
      }
      for (number, first) in view.names.enumerated() {
        for second in view.names[(number + 1)...] {
          pairs.append(try pair(view, first, second, labels, classes, &generator))
        }
      }
      return Result(
        measure: "BROJA", unit: unit.rawValue, estimator: description, samples: view.rows.count, pairs: pairs,
        lattice: try lattice(view.names, labels, classes), stated: stated)
    }
  }

  private var description: String {
    switch estimator {
    case .learned: "classifiers"
    case .discrete(let method, let components, _): "plug-in, \(method), \(components) components"
    }
  }

  private func pair(
    _ view: FeatureView, _ first: String, _ second: String, _ labels: [String: [Int]], _ classes: [Int],
    _ generator: inout SplitMix64
  ) throws -> Pair {
    switch estimator {
    case .learned(let learned, _):
      let found = try learned.estimate(
        view.features[first]!, view.features[second]!, labels: classes, classes: classes.max()! + 1, unit: unit)
      func part(_ part: LearnedPartialInformation.Part) -> Part {
        Part(value: part.value, ci95: Interval(part.ci95[0], part.ci95[1]))
      }
      return Pair(
        first: first, second: second, redundancy: part(found.redundancy), uniqueFirst: part(found.unique1),
        uniqueSecond: part(found.unique2), synergy: part(found.synergy), entropy: found.entropy, regime: found.regime,
        regimeSupport: found.regimeSupport, gap: found.quality.gap, quality: found.quality)
    case .discrete(_, _, let resamples):
      let found = try PartialInformationEstimate(
        observing: (labels[first]!, labels[second]!), target: classes, unit: unit, resamples: resamples,
        using: &generator)
      let entropy = JointCounts(observing: [classes], estimator: .plugIn).entropy([0], unit: unit)
      let named = found.regime(entropy: entropy)
      func part(_ value: Double, _ range: ClosedRange<Double>) -> Part {
        Part(value: value, ci95: Interval(range.lowerBound, range.upperBound))
      }
      return Pair(
        first: first, second: second, redundancy: part(found.value.redundancy, found.redundancy),
        uniqueFirst: part(found.value.unique1, found.unique1), uniqueSecond: part(found.value.unique2, found.unique2),
        synergy: part(found.value.synergy, found.synergy), entropy: entropy, regime: named.regime,
        regimeSupport: named.support, gap: found.value.gap)
    }
  }

  private func lattice(_ names: [String], _ labels: [String: [Int]], _ classes: [Int]) throws -> [Node]? {
    guard (3...4).contains(names.count), !labels.isEmpty else { return nil }
    let columns = names.map { labels[$0]! } + [classes]
    let shape = columns.map { ($0.max() ?? 0) + 1 }
    guard shape.reduce(1, { min($0 * $1, 1 << 30) }) <= 1 << 22 else { return nil }
    var counts = [Double](repeating: 0, count: shape.reduce(1, *))
    for row in classes.indices { counts[zip(columns, shape).reduce(0) { $0 * $1.1 + $1.0[row] }] += 1 }
    let joint = try JointDistribution(proportionalTo: counts, shape: shape)
    let lattice = RedundancyLattice(
      joint, sources: names.indices.map { [$0] }, target: [names.count], unit: unit)
    return lattice.atoms.map { Node(name: $0.name, redundancy: $0.redundancy, atom: $0.atom) }
  }

  private static func classes(
    _ target: FeatureView.Target, _ estimator: Estimator, _ generator: inout SplitMix64
  ) throws -> [Int] {
    switch (target, estimator) {
    // Only classes that occur, numbered anew.
    case (.classes(let labels, _), _):
      let seen = Array(Set(labels)).sorted()
      return labels.map { seen.firstIndex(of: $0)! }
    case (.values(let values), .learned(_, let bins)):
      return try InformationAnalysis.labels(Points(values), .quantile(bins: bins), &generator)
    case (.values(let values), .discrete(let method, _, _)):
      return try InformationAnalysis.labels(Points(values), method, &generator)
    }
  }
}
