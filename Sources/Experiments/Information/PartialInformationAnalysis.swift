import Analyses
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
    /// Tables of discretised principal components, extrapolated.
    case discrete(Discretizer.Method, components: Int, resamples: Int)
  }

  public var estimator: Estimator
  public var unit: InformationUnit
  public var seed: UInt64

  public init(_ estimator: Estimator, unit: InformationUnit = .bits, seed: UInt64 = 0) {
    (self.estimator, self.unit, self.seed) = (estimator, unit, seed)
  }

  public struct Part: Codable, Sendable, Equatable {
    /// At least 0.
    public let value: Double
    /// Nil where none is known to hold.
    public let ci95: Interval?

    init(_ part: InformationPart) { (value, ci95) = (part.mean, part.ci95) }
  }

  /// The parts for two modalities.
  public struct Pair: Codable, Sendable, Equatable {
    public let first, second: String
    /// Nil where they are withheld.
    public let redundancy, uniqueFirst, uniqueSecond, synergy: Part?
    /// What both say together.
    public let total: Double
    /// What a classifier demonstrably knows of that; nil for tables.
    public var demonstrated: Double?
    /// Of the target.
    public let entropy: Double
    public let regime: InformationRegime
    /// The share of resamples that name the same regime; nil without resamples.
    public let regimeSupport: Double?
    /// Of no information, from targets in random order, and how many orders that were.
    public let pValue: Double?
    public let permutations: Int
    /// Certified duality gap of the minimum.
    public let gap: Double
    /// What classifiers rest on.
    public var quality: LearnedPartialInformation.Quality?
    /// Why there are no parts, and what is to be known before they are believed.
    public var withheld: String?
    public var warnings: [String]?

    /// With their names, in the order in which they are shown; none where they are withheld.
    public var parts: [(name: String, value: Double, ci95: Interval?)] {
      let all = [redundancy, uniqueFirst, uniqueSecond, synergy]
      return zip(["redundant", "only \(first)", "only \(second)", "synergistic"], all).compactMap { name, part in
        part.map { (name, $0.value, $0.ci95) }
      }
    }

    init(_ found: LearnedPartialInformation.Estimate, _ first: String, _ second: String) {
      (self.first, self.second) = (first, second)
      let parts = [found.redundancy, found.unique1, found.unique2, found.synergy].map {
        found.isDemonstrated ? Part(InformationPart($0)) : nil
      }
      (redundancy, uniqueFirst, uniqueSecond, synergy) = (parts[0], parts[1], parts[2], parts[3])
      (total, demonstrated, entropy) = (found.total, found.demonstrated, found.entropy)
      (regime, regimeSupport) = (found.regime, found.regimeSupport)
      (pValue, permutations) = (found.pValue, found.permutations)
      (gap, quality) = (found.quality.gap, found.quality)
      (withheld, warnings) = (found.withheld, found.warnings)
    }

    init(_ found: PartialInformationEstimate, _ first: String, _ second: String) {
      (self.first, self.second) = (first, second)
      let parts = InformationPart.all(found).map(Part.init)
      (redundancy, uniqueFirst, uniqueSecond, synergy) = (parts[0], parts[1], parts[2], parts[3])
      (total, entropy) = (found.parts.total, found.entropy)
      let named = found.regime(entropy: found.entropy)
      (regime, regimeSupport) = (named.regime, named.support)
      (pValue, permutations) = (found.test?.pValue, found.test?.permutations ?? 0)
      gap = found.plugIn.gap
    }
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

  /// - Parameters:
  ///   - view: the samples.
  ///   - stated: what the data set is made to hold.
  ///   - isCancelled: asked all along, from several threads.
  /// - Throws: `UsageError` for fewer than two modalities; `InputError` naming the data set where its samples do not allow
  ///   an estimate; `CancellationError` once `isCancelled`.
  public func run(
    _ view: FeatureView, stated: InformationContent? = nil, isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws -> Result {
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
          pairs.append(try pair(view, first, second, labels, classes, isCancelled, &generator))
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
    case .discrete(let method, let components, _): "extrapolated tables, \(method), \(components) components"
    }
  }

  private func pair(
    _ view: FeatureView, _ first: String, _ second: String, _ labels: [String: [Int]], _ classes: [Int],
    _ isCancelled: @escaping @Sendable () -> Bool, _ generator: inout SplitMix64
  ) throws -> Pair {
    switch estimator {
    case .learned(let learned, _):
      let (one, two, count) = (view.features[first]!, view.features[second]!, classes.max()! + 1)
      guard let groups = view.groups else {
        return Pair(
          try learned.estimate(
            one, two, labels: classes, classes: count, unit: unit, isCancelled: isCancelled), first, second)
      }
      let (train, validation, test) = Self.divided(groups, &generator)
      return Pair(
        try learned.estimate(
          one, two, labels: classes, classes: count, unit: unit, train: train, validation: validation, test: test,
          groups: groups, isCancelled: isCancelled), first, second)
    case .discrete(_, _, let resamples):
      let found = try PartialInformationEstimate(
        observing: (labels[first]!, labels[second]!), target: classes, groups: view.groups, unit: unit,
        resamples: resamples, isCancelled: isCancelled, using: &generator)
      return Pair(found, first, second)
    }
  }

  /// Whole groups in random order, the first 60 % of the samples to train on and 20 % each to calibrate and to measure.
  private static func divided(_ groups: [Int], _ generator: inout SplitMix64) -> ([Int], [Int], [Int]) {
    let units = Dictionary(grouping: groups.indices, by: { groups[$0] }).sorted { $0.key < $1.key }.map(\.value)
    var parts: ([Int], [Int], [Int]) = ([], [], [])
    var placed = 0
    for rows in units.shuffled(using: &generator) {
      let share = Double(placed) / Double(groups.count)
      if share < 0.6 { parts.0 += rows } else if share < 0.8 { parts.1 += rows } else { parts.2 += rows }
      placed += rows.count
    }
    return parts
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
    _ target: Targets, _ estimator: Estimator, _ generator: inout SplitMix64
  ) throws -> [Int] {
    if let labels = target.classIndices {
      // Only classes that occur, numbered anew.
      let seen = Array(Set(labels)).sorted()
      return labels.map { seen.firstIndex(of: $0)! }
    }
    let method: Discretizer.Method =
      switch estimator {
      case .learned(_, let bins): .quantile(bins: bins)
      case .discrete(let method, _, _): method
      }
    return try InformationAnalysis.labels(Points(target.numericValues!), method, &generator)
  }
}
