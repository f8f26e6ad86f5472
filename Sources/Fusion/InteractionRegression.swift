import Foundation
import InformationTheory
import Tensors

/// Regresses a target on a scalar of each of two modalities and their product, by ordinary least squares:
/// z = w_0 + w_1 x_A + w_2 x_B + w_3 x_A x_B + ε.
///
/// Three models stand side by side: the additive one (w_3 = 0), the multiplicative one (w_1 = w_2 = 0) and the full one. The
/// partial F-test asks whether the full model explains more than the additive one, which is to say whether the scalars
/// interact. Standard errors, t, p and F hold for errors that are independent, normal and of one variance.
///
/// ```swift
/// let regression = try InteractionRegression(loudness, brightness, target: rating)
/// print(regression.interaction.p)
/// ```
public struct InteractionRegression: Codable, Sendable, Equatable {
  /// A fitted model.
  public struct Model: Codable, Sendable, Equatable {
    /// w_0 first, named `1`; then the terms in the order of the equation, a product as `A·B`.
    public let coefficients: [Coefficient]
    /// s² = RSS / degrees of freedom.
    public let residualVariance: Double
    /// n less the number of coefficients.
    public let residualDegrees: Int
    /// 1 − RSS / TSS.
    public let rSquared: Double
    /// 1 − s² (n − 1) / TSS.
    public let adjustedRSquared: Double
    /// Akaike's criterion, 2k − 2 ln L with k coefficients and the variance that is most likely; nil for a fit without error.
    public let aic: Double?
  }

  /// One term of a model.
  public struct Coefficient: Codable, Sendable, Equatable {
    public let name: String
    public let value: Double
    public let standardError: Double
    /// value / standardError; nil for a fit without error.
    public let t: Double?
    /// Two-sided, from Student's t.
    public let p: Double?
  }

  /// Whether a model with one more term explains more than chance would let it.
  public struct PartialF: Codable, Sendable, Equatable {
    /// (RSS of the smaller − RSS of the larger) / s² of the larger; nil for a fit without error.
    public let f: Double?
    /// 1 and the residual degrees of the larger model.
    public let degrees: [Int]
    public let p: Double?
  }

  /// The scalars' names.
  public let names: [String]
  /// n.
  public let samples: Int
  public let additive: Model
  public let multiplicative: Model
  public let full: Model
  /// The full against the additive model.
  public let interaction: PartialF

  /// - Parameters:
  ///   - a: x_A of n samples; `b` and `target` of the same.
  ///   - names: what messages and coefficients call the two.
  /// - Throws: `InputError` for fewer than five samples, a number that is not finite, a target that never changes, or terms
  ///   that determine each other.
  public init(_ a: [Double], _ b: [Double], target: [Double], names: [String] = ["A", "B"]) throws {
    precondition(
      a.count == b.count && a.count == target.count && names.count == 2,
      "a regression of \(target.count) targets on \(a.count) and \(b.count) numbers, named \(names)")
    let place = names.joined(separator: " × ")
    guard target.count > 4 else {
      throw InputError(at: place, "\(target.count) samples have both; four coefficients need at least 5")
    }
    for (name, values) in [(names[0], a), (names[1], b), ("target", target)] where !values.allSatisfy(\.isFinite) {
      throw InputError(at: place, "\(name) holds a number that is not finite")
    }
    guard target.contains(where: { $0 != target[0] }) else {
      throw InputError(
        at: place, "the target is \(target[0]) in all \(target.count) samples; there is nothing to explain")
    }
    let one = [Double](repeating: 1, count: target.count)
    let product = zip(a, b).map { $0 * $1 }
    let terms = [("1", one), (names[0], a), (names[1], b), (names.joined(separator: "·"), product)]
    func fit(_ indices: [Int]) throws -> (Model, residual: Double) {
      let squares = try LeastSquares(indices.map { terms[$0].1 }, target) { column in
        InputError(
          at: place,
          "\(terms[indices[column]].0) is constant or determined by the terms before it; no unique coefficients")
      }
      return (Model(squares, names: indices.map { terms[$0].0 }, target: target), squares.residual)
    }
    let (additive, full) = try (fit([0, 1, 2]), fit([0, 1, 2, 3]))
    self.names = names
    samples = target.count
    self.additive = additive.0
    multiplicative = try fit([0, 3]).0
    self.full = full.0
    let degrees = full.0.residualDegrees
    let f = full.residual > 0 ? max(0, additive.residual - full.residual) / full.0.residualVariance : nil
    interaction = PartialF(
      f: f, degrees: [1, degrees], p: f.map { Distribution.fAbove($0, 1, Double(degrees)) })
  }
}

extension InteractionRegression.Model {
  fileprivate init(_ squares: LeastSquares, names: [String], target: [Double]) {
    let count = Double(target.count)
    residualDegrees = target.count - names.count
    let degrees = Double(residualDegrees)
    let variance = squares.residual / degrees
    let mean = target.reduce(0, +) / count
    let total = target.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    residualVariance = variance
    rSquared = 1 - squares.residual / total
    adjustedRSquared = 1 - variance * (count - 1) / total
    aic =
      squares.residual > 0
      ? count * (log(2 * Double.pi * squares.residual / count) + 1) + 2 * Double(names.count) : nil
    coefficients = names.indices.map { index in
      let error = (variance * squares.inverseDiagonal[index]).squareRoot()
      let t = error > 0 ? squares.solution[index] / error : nil
      return InteractionRegression.Coefficient(
        name: names[index], value: squares.solution[index], standardError: error, t: t,
        p: t.map { Distribution.studentBeyond($0, degrees) })
    }
  }
}

/// min_w ‖y − X w‖² by Householder reflections (Golub & Van Loan, 2013, section 5.3.2).
private struct LeastSquares {
  /// w.
  let solution: [Double]
  /// ‖y − X w‖².
  let residual: Double
  /// The diagonal of (XᵀX)⁻¹.
  let inverseDiagonal: [Double]

  /// - Parameters:
  ///   - columns: of X, fewer than rows.
  ///   - dependent: the error for a column that is a combination of those before it.
  init(_ columns: [[Double]], _ y: [Double], dependent: (Int) -> InputError) throws {
    var (x, y) = (columns, y)
    let (rows, count) = (y.count, columns.count)
    func dot(_ a: [Double], _ b: [Double], from start: Int) -> Double {
      (start..<rows).reduce(0) { $0 + a[$1] * b[$1] }
    }
    for k in 0..<count {
      let length = dot(x[k], x[k], from: k).squareRoot()
      // What is left of a column beside those before it; below rounding there is nothing.
      guard length > 1e-12 * dot(columns[k], columns[k], from: 0).squareRoot() else { throw dependent(k) }
      let alpha = x[k][k] > 0 ? -length : length
      var v = x[k]
      v[k] -= alpha
      let scale = 2 / dot(v, v, from: k)
      func reflect(_ column: inout [Double]) {
        let factor = scale * dot(v, column, from: k)
        for row in k..<rows { column[row] -= factor * v[row] }
      }
      for column in k..<count { reflect(&x[column]) }
      reflect(&y)
    }
    /// R⁻¹ applied to a vector of `count` numbers.
    func backSubstituted(_ right: [Double]) -> [Double] {
      var solution = right
      for row in stride(from: count - 1, through: 0, by: -1) {
        for column in row + 1..<max(count, row + 1) { solution[row] -= x[column][row] * solution[column] }
        solution[row] /= x[row][row]
      }
      return solution
    }
    solution = backSubstituted(Array(y.prefix(count)))
    residual = dot(y, y, from: count)
    // (XᵀX)⁻¹ = R⁻¹ R⁻ᵀ: its diagonal holds the squared lengths of the rows of R⁻¹.
    let inverse = (0..<count).map { unit in backSubstituted((0..<count).map { $0 == unit ? 1 : 0 }) }
    inverseDiagonal = (0..<count).map { row in inverse.reduce(0) { $0 + $1[row] * $1[row] } }
  }
}
