import Foundation

/// Information of continuous variables from distances to nearest neighbours under the maximum norm.
///
/// Mutual information by Kraskov, Stögbauer and Grassberger (2004), their first (equation 8) or second (equation 9)
/// estimator; conditional mutual information by Frenzel and Pompe (2007); entropy by Kozachenko and Leonenko (1987).
/// Results are not clipped: independent variables give values around 0, negative ones too. A variable may have several
/// columns, which count by their spread: standardise those of unlike units. A constant variable has 0. Repeated values
/// violate the assumption of a density; where a sample has more than k equal ones, they are counted as a discrete value is
/// (Gao et al., 2017, algorithm 1) by the first estimator. Where most are repeated, use discrete measures.
///
/// ```swift
/// let ksg = KraskovInformation(neighbours: 3)
/// try ksg.mutualInformation(Points(x), Points(y), unit: .nats)
/// ```
public struct KraskovInformation: Sendable, Equatable {
  public enum Algorithm: String, Sendable, Codable, CaseIterable {
    /// One radius for both variables, larger bias and smaller variance.
    case first
    /// A radius for each variable.
    case second
  }

  /// k: small for low bias, large for low variance.
  public let neighbours: Int
  public let algorithm: Algorithm

  public init(neighbours: Int = 3, algorithm: Algorithm = .first) {
    precondition(neighbours > 0, "\(neighbours) neighbours")
    (self.neighbours, self.algorithm) = (neighbours, algorithm)
  }

  /// I(X; Y).
  ///
  /// - Throws: `SampleError` unless both have equally many samples, more than `neighbours`.
  /// - Complexity: O(N log N) for few columns.
  public func mutualInformation(_ x: Points, _ y: Points, unit: InformationUnit) throws -> Double {
    let joint = try joined([x, y])
    if x.isConstant || y.isConstant { return 0 }
    let tree = KDTree(joint)
    var (radiiX, radiiY) = ([Double](repeating: 0, count: x.count), [Double](repeating: 0, count: x.count))
    tree.forEachNeighbourhood(neighbours) { row, found, distances in
      guard algorithm == .second else {
        (radiiX[row], radiiY[row]) = (distances[neighbours - 1], distances[neighbours - 1])
        return
      }
      for other in found {
        radiiX[row] = max(radiiX[row], Self.distance(x, row, other))
        radiiY[row] = max(radiiY[row], Self.distance(y, row, other))
      }
    }
    let digamma = Digamma(upTo: x.count + 1)
    let isFirst = algorithm == .first
    // ψ(k), of all that are equal where those are more than k.
    var found = Double(x.count) * digamma[neighbours]
    if isFirst {
      let equal = tree.equalCounts(radii: radiiX)
      for count in equal.values { found += digamma[count + 1] - digamma[neighbours] }
      for row in equal.keys { (radiiX[row], radiiY[row]) = (.leastNonzeroMagnitude, .leastNonzeroMagnitude) }
    }
    let (inX, inY) = (
      NeighbourCounts(x).counts(within: radiiX, isStrict: isFirst),
      NeighbourCounts(y).counts(within: radiiY, isStrict: isFirst)
    )
    let shift = isFirst ? 1 : 0
    let mean = zip(inX, inY).reduce(0) { $0 + digamma[$1.0 + shift] + digamma[$1.1 + shift] } / Double(x.count)
    let correction = isFirst ? 0 : 1 / Double(neighbours)
    return unit.value(ofNats: found / Double(x.count) - correction + digamma[x.count] - mean)
  }

  /// I(X; Y | Z), by the first estimator's single radius.
  ///
  /// - Throws: `SampleError` unless all have equally many samples, more than `neighbours`.
  public func mutualInformation(
    _ x: Points, _ y: Points, given z: Points, unit: InformationUnit
  ) throws -> Double {
    let joint = try joined([x, y, z])
    if x.isConstant || y.isConstant { return 0 }
    var radii = [Double](repeating: 0, count: x.count)
    let tree = KDTree(joint)
    tree.forEachNeighbourhood(neighbours) { row, _, distances in radii[row] = distances[neighbours - 1] }
    let digamma = Digamma(upTo: x.count + 1)
    let equal = tree.equalCounts(radii: radii)
    for row in equal.keys { radii[row] = .leastNonzeroMagnitude }
    let excess = equal.values.reduce(0) { $0 + digamma[$1 + 1] - digamma[neighbours] } / Double(x.count)
    func mean(_ parts: [Points]) -> Double {
      let counts = NeighbourCounts(parts.count == 1 ? parts[0] : .joined(parts)).counts(within: radii, isStrict: true)
      return counts.reduce(0) { $0 + digamma[$1 + 1] } / Double(counts.count)
    }
    return unit.value(ofNats: digamma[neighbours] + excess - mean([x, z]) - mean([y, z]) + mean([z]))
  }

  /// I(X; Y) − I(X; Y | Z): positive where redundancy prevails, negative where synergy does.
  public func coInformation(_ x: Points, _ y: Points, _ z: Points, unit: InformationUnit) throws -> Double {
    try mutualInformation(x, y, unit: unit) - mutualInformation(x, y, given: z, unit: unit)
  }

  /// The differential entropy h(X), which depends on the unit that X is measured in and may be negative.
  ///
  /// - Throws: `SampleError` where there are not more samples than `neighbours`, or more than `neighbours` are equal.
  public func entropy(_ x: Points, unit: InformationUnit) throws -> Double {
    let joint = try joined([x])
    var sum = 0.0
    var repeated: Int?
    KDTree(joint).forEachNeighbourhood(neighbours) { row, _, distances in
      if distances[neighbours - 1] == 0 { repeated = row }
      sum += log(2 * distances[neighbours - 1])
    }
    if let repeated {
      throw SampleError("sample \(repeated) occurs more than \(neighbours) times; a density has no repeated values")
    }
    let digamma = Digamma(upTo: x.count + 1)
    return unit.value(
      ofNats: digamma[x.count] - digamma[neighbours] + Double(x.width) * sum / Double(x.count))
  }

  private func joined(_ parts: [Points]) throws -> Points {
    let count = parts[0].count
    guard parts.allSatisfy({ $0.count == count }) else {
      throw SampleError("variables have \(parts.map(\.count)) samples; expected equally many")
    }
    guard count > neighbours else {
      throw SampleError("there are \(count) samples; \(neighbours) neighbours need at least \(neighbours + 1)")
    }
    return .joined(parts)
  }

  private static func distance(_ points: Points, _ row: Int, _ other: Int) -> Double {
    (0..<points.width).reduce(0) {
      max($0, abs(points.values[row * points.width + $1] - points.values[other * points.width + $1]))
    }
  }
}

/// ψ at whole numbers, by ψ(n + 1) = ψ(n) + 1 / n.
struct Digamma {
  private var values: [Double]

  init(upTo last: Int) {
    values = [.nan, -0.577215664901532860606512090082402431]
    values.reserveCapacity(last + 1)
    for n in 1..<max(last, 1) { values.append(values[n] + 1 / Double(n)) }
  }

  /// ψ(n) for n from 1.
  subscript(n: Int) -> Double { values[n] }
}
