/// The joint probabilities of several discrete variables as a table.
///
/// `probabilities` is row-major: with shape `[2, 3]` the cell (1, 0) is at index 3.
public struct JointDistribution: DiscreteInformation, Sendable, Equatable {
  /// The number of values of each variable.
  public let shape: [Int]
  /// Non-negative, with sum 1.
  public let probabilities: [Double]

  /// - Throws: `DistributionError` unless all entries are finite, none is negative and the sum is 1 within 1e-9.
  public init(_ probabilities: [Double], shape: [Int]) throws {
    let sum = try Self.sum(probabilities, shape: shape)
    guard abs(sum - 1) <= 1e-9 else { throw DistributionError("probabilities have the sum \(sum); expected 1") }
    (self.probabilities, self.shape) = (probabilities, shape)
  }

  /// The distribution proportional to `weights`, for instance to counts.
  ///
  /// - Throws: `DistributionError` unless all weights are finite, none is negative and one is positive.
  public init(proportionalTo weights: [Double], shape: [Int]) throws {
    let sum = try Self.sum(weights, shape: shape)
    guard sum > 0, sum.isFinite else {
      throw DistributionError("weights have the sum \(sum); expected a positive number")
    }
    self.init(unchecked: weights.map { $0 / sum }, shape: shape)
  }

  private init(unchecked probabilities: [Double], shape: [Int]) {
    (self.probabilities, self.shape) = (probabilities, shape)
  }

  public var variableCount: Int { shape.count }

  public func entropy(_ x: [Int], unit: InformationUnit) -> Double {
    unit.value(ofNats: entropyInNats(marginal(distinct(x)).probabilities))
  }

  /// The distribution of the named variables, in that order; the others are summed out.
  ///
  /// - Complexity: O(cells · variables).
  public func marginal(_ x: [Int]) -> JointDistribution {
    precondition(distinct(x).count == x.count, "a variable appears twice in \(x)")
    let size = x.map { shape[$0] }
    var strides = [Int](repeating: 0, count: shape.count)
    var stride = 1
    for variable in x.reversed() {
      strides[variable] = stride
      stride *= shape[variable]
    }
    var sums = [Double](repeating: 0, count: stride)
    var position = [Int](repeating: 0, count: shape.count)
    var target = 0
    for probability in probabilities {
      sums[target] += probability
      for axis in shape.indices.reversed() {
        position[axis] += 1
        target += strides[axis]
        if position[axis] < shape[axis] { break }
        target -= strides[axis] * shape[axis]
        position[axis] = 0
      }
    }
    return JointDistribution(unchecked: sums, shape: size)
  }

  private static func sum(_ values: [Double], shape: [Int]) throws -> Double {
    precondition(
      shape.allSatisfy { $0 > 0 } && shape.reduce(1, *) == values.count,
      "\(values.count) values do not fill a table of shape \(shape)")
    if let index = values.firstIndex(where: { !($0 >= 0 && $0.isFinite) }) {
      throw DistributionError("cell \(index) holds \(values[index]); expected a finite number of at least 0")
    }
    return values.reduce(0, +)
  }
}

/// A table that is no probability distribution.
public struct DistributionError: Error, CustomStringConvertible, Sendable, Equatable {
  public var description: String
  public init(_ description: String) { self.description = description }
}
