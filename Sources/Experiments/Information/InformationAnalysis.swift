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
    /// Of independence, by permutations; the mean of the estimate under it.
    public var pValue, nullMean: Double?
    /// Of a critic's held-out value.
    public var standardError: Double?
    /// How well a critic fits.
    public var fit: NeuralInformation.Estimate?
  }

  public struct Result: Codable, Sendable, Equatable {
    public let unit, estimator: String
    public let samples: Int
    public let rows: [Row]
  }

  /// - Throws: `InputError` naming the data set where its samples do not allow an estimate.
  public func run(_ view: FeatureView) throws -> Result {
    let target = try view.target()
    return try view.reporting {
      var rows: [Row] = []
      for (number, name) in view.names.enumerated() {
        rows.append(try row(view, name, nil, target, stream: UInt64(number)))
      }
      for (number, name) in view.names.enumerated() {
        for other in view.names[(number + 1)...] {
          rows.append(try row(view, name, other, target, stream: UInt64(100 + rows.count)))
        }
      }
      return Result(unit: unit.rawValue, estimator: description, samples: view.rows.count, rows: rows)
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
    _ view: FeatureView, _ name: String, _ other: String?, _ target: FeatureView.Target, stream: UInt64
  ) throws -> Row {
    var generator = SplitMix64(seed: seed, stream: stream)
    let second = other ?? "target"
    func tested(_ count: Int, _ statistic: ([Int]) throws -> Double) throws -> Row {
      guard permutations > 0 else {
        return Row(first: name, second: second, value: try statistic(Array(0..<count)), kind: "estimate")
      }
      let test = try PermutationTest(
        samples: count, permutations: permutations, using: &generator, statistic: statistic)
      return Row(
        first: name, second: second, value: test.statistic, kind: "estimate", pValue: test.pValue,
        nullMean: test.nullMean)
    }
    switch estimator {
    case .nearest(let neighbours, let components):
      let x = try view.components(name, count: components)
      if other == nil, case .classes(let labels, _) = target {
        let ross = RossInformation(neighbours: neighbours)
        return try tested(x.count) { order in
          try ross.mutualInformation(x, labels: order.map { labels[$0] }, unit: unit)
        }
      }
      let y = try other.map { try view.components($0, count: components) } ?? Self.points(target)
      let ksg = KraskovInformation(neighbours: neighbours)
      return try tested(x.count) { try ksg.mutualInformation(x, y.rows($0), unit: unit) }
    case .discrete(let method, let components, let counting):
      let x = try Self.labels(view.components(name, count: components), method, &generator)
      var y: [Int]
      if let other {
        y = try Self.labels(view.components(other, count: components), method, &generator)
      } else if case .classes(let labels, _) = target {
        y = labels
      } else {
        y = try Self.labels(Self.points(target), method, &generator)
      }
      return try tested(x.count) { order in
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
        switch target {
        case .values(let values): y = Tensor(values).to(.float32)
        case .classes(let labels, let count):
          y = Tensor.eye(count).indexSelect(axis: 0, Tensor(labels))
        }
      }
      let found = try neural.estimate(view.features[name]!, y, unit: unit)
      return Row(
        first: name, second: second, value: found.value, kind: found.side.rawValue,
        standardError: found.standardError, fit: found)
    }
  }

  private static func points(_ target: FeatureView.Target) throws -> Points {
    switch target {
    case .classes(let labels, _): try Points(labels.map(Double.init))
    case .values(let values): try Points(values).standardised()
    }
  }

  static func labels(
    _ points: Points, _ method: Discretizer.Method, _ generator: inout SplitMix64
  ) throws -> [Int] {
    try Discretizer(method, fittedOn: points, using: &generator).labels(points)
  }
}
