import Evaluation
public import InformationTheory
import Modalities
public import Quantification
import Tensors
public import Training

/// What each modality says about the target, and what every two say about each other.
public struct InformationAnalysis {
  /// How mutual information is estimated.
  public enum Estimator: Sendable {
    /// Nearest neighbours on principal components: KSG 1 between numbers, Ross with classes.
    case nearest(neighbours: Int, components: Int)
    /// Plug-in or Miller–Madow on discretised principal components.
    case discrete(Discretizer.Method, components: Int, JointCounts.Estimator)
    /// A trained critic on all features.
    case neural(InformationBound, TrainingOptions?)
  }

  public var estimator: Estimator
  public var unit: InformationUnit
  /// Random orders for p-values; 0 for none. Critics are not trained anew for each.
  public var permutations: Int
  public var seed: UInt64

  public init(_ estimator: Estimator, unit: InformationUnit = .bits, permutations: Int = 99, seed: UInt64 = 0) {
    (self.estimator, self.unit, self.permutations, self.seed) = (estimator, unit, permutations, seed)
  }

  /// One amount.
  public struct Row: Codable, Sendable, Equatable {
    public let first, second: String
    public let value: Double
    /// "estimate", "lower" or "conditional upper" bound.
    public let kind: String
    /// Of independence, by permutations; nil without them, and where groups of samples allow none.
    public var pValue: Double?
    /// The same, corrected for all rows that were tested (Holm, 1979).
    public var adjustedPValue: Double?
    /// The mean of the estimate under independence.
    public var nullMean: Double?
    /// Of a critic's held-out value.
    public var standardError: Double?
    /// How well a critic fits.
    public var fit: NeuralInformation.Estimate?
  }

  public struct Result: Codable, Sendable, Equatable {
    public let unit, estimator: String
    public let samples: Int
    public let rows: [Row]
    /// Into how many groups the samples fall, which permutations respect; nil where they are independent.
    public var groups: Int?
  }

  /// - Parameters:
  ///   - view: the samples.
  ///   - isCancelled: asked before every permutation.
  /// - Throws: `InputError` naming the data set where its samples do not allow an estimate; `CancellationError` once
  ///   `isCancelled`.
  public func run(_ view: FeatureView, isCancelled: () -> Bool = { false }) throws -> Result {
    let target = try view.target()
    return try view.reporting {
      var rows: [Row] = []
      for (number, name) in view.names.enumerated() {
        rows.append(try row(view, name, nil, target, stream: UInt64(number), isCancelled))
      }
      for (number, name) in view.names.enumerated() {
        for other in view.names[(number + 1)...] {
          rows.append(try row(view, name, other, target, stream: UInt64(100 + rows.count), isCancelled))
        }
      }
      let tested = rows.indices.filter { rows[$0].pValue != nil }
      for (row, p) in zip(tested, PermutationTest.holm(tested.map { rows[$0].pValue! })) {
        rows[row].adjustedPValue = p
      }
      return Result(
        unit: unit.rawValue, estimator: description, samples: view.rows.count, rows: rows,
        groups: view.groups.map { Set($0).count })
    }
  }

  private var description: String {
    switch estimator {
    case .nearest(let neighbours, let components): "KSG 1 and Ross, k = \(neighbours), \(components) components"
    case .discrete(let method, let components, let estimator):
      "\(estimator.rawValue), \(method), \(components) components"
    case .neural(let bound, _): bound.rawValue
    }
  }

  private func row(
    _ view: FeatureView, _ name: String, _ other: String?, _ target: Targets, stream: UInt64,
    _ isCancelled: () -> Bool
  ) throws -> Row {
    var generator = SplitMix64(seed: seed, stream: stream)
    let second = other ?? "target"
    /// - Parameter values: of the second variable, equal numbers for equal values.
    func tested(_ values: [Int], _ statistic: ([Int]) throws -> Double) throws -> Row {
      guard permutations > 0, let shuffle = SampleShuffle(count: values.count, groups: view.groups, values: values)
      else {
        return Row(first: name, second: second, value: try statistic(Array(values.indices)), kind: "estimate")
      }
      let test = try PermutationTest(shuffle, permutations: permutations, using: &generator) { order in
        if isCancelled() { throw CancellationError() }
        return try statistic(order)
      }
      return Row(
        first: name, second: second, value: test.statistic, kind: "estimate", pValue: test.pValue,
        nullMean: test.nullMean)
    }
    switch estimator {
    case .nearest(let neighbours, let components):
      let x = try view.components(name, count: components)
      if other == nil, let labels = target.classIndices {
        let ross = RossInformation(neighbours: neighbours)
        return try tested(labels) { order in
          try ross.mutualInformation(x, labels: order.map { labels[$0] }, unit: unit)
        }
      }
      let y = try other.map { try view.components($0, count: components) } ?? Self.points(target)
      let ksg = KraskovInformation(neighbours: neighbours)
      return try tested(Self.numbered(y)) { try ksg.mutualInformation(x, y.rows($0), unit: unit) }
    case .discrete(let method, let components, let counting):
      let x = try Self.labels(view.components(name, count: components), method, &generator)
      var y: [Int]
      if let other {
        y = try Self.labels(view.components(other, count: components), method, &generator)
      } else if let labels = target.classIndices {
        y = labels
      } else {
        y = try Self.labels(Self.points(target), method, &generator)
      }
      return try tested(y) { order in
        JointCounts(observing: [x, order.map { y[$0] }], estimator: counting)
          .mutualInformation([0], [1], unit: unit)
      }
    case .neural(let bound, let training):
      var neural = NeuralInformation(bound, seed: generator.next())
      if let training { neural.training = training }
      let y: Tensor
      if let other {
        y = view.features[other]!
      } else {
        y =
          target.classIndices.map { Tensor.eye(view.classCount).indexSelect(axis: 0, Tensor($0)) }
          ?? Tensor(target.numericValues!).to(.float32)
      }
      let found = try neural.estimate(view.features[name]!, y, unit: unit)
      return Row(
        first: name, second: second, value: found.value, kind: found.side.rawValue,
        standardError: found.standardError, fit: found)
    }
  }

  /// Equal rows as equal numbers.
  private static func numbered(_ points: Points) -> [Int] {
    var numbers: [[Double]: Int] = [:]
    return (0..<points.count).map { row in
      let key = Array(points[row])
      let number = numbers[key] ?? numbers.count
      numbers[key] = number
      return number
    }
  }

  private static func points(_ target: Targets) throws -> Points {
    try target.classIndices.map { try Points($0.map(Double.init)) } ?? Points(target.numericValues!).standardised()
  }

  static func labels(
    _ points: Points, _ method: Discretizer.Method, _ generator: inout SplitMix64
  ) throws -> [Int] {
    try Discretizer(method, fittedOn: points, using: &generator).labels(points)
  }
}
