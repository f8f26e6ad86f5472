import Foundation

/// The unit of an amount of information; every function asks for it, because published tables use both.
public enum InformationUnit: String, Sendable, Codable, CaseIterable {
  /// Natural logarithm.
  case nats
  /// Logarithm to base 2.
  case bits

  /// Converts an amount in nats.
  public func value(ofNats nats: Double) -> Double { self == .nats ? nats : nats / log(2) }
}

/// Shannon's measures over several discrete variables, which are named by their index.
///
/// Everything follows from one requirement, the joint entropy of a set of variables. Sets may overlap: I(X; X) = H(X).
///
/// ```swift
/// let xor = try JointDistribution([0.25, 0, 0, 0.25, 0, 0.25, 0.25, 0], shape: [2, 2, 2])
/// xor.mutualInformation([0], [2], unit: .bits)             // 0: neither input alone
/// xor.mutualInformation([0, 1], [2], unit: .bits)          // 1: both together
/// xor.interactionInformation([0, 1, 2], unit: .bits)       // 1: synergy
/// ```
/// Source: Cover and Thomas, 2006, chapter 2. Results are not clipped: a difference of entropies that is 0 may come out
/// as ±1e-16, and corrected estimates from few samples may be negative.
public protocol DiscreteInformation {
  /// The number of variables.
  var variableCount: Int { get }

  /// H(X), the joint entropy of the named variables; 0 for none.
  func entropy(_ x: [Int], unit: InformationUnit) -> Double
}

extension DiscreteInformation {
  /// H(X | Y) = H(X, Y) − H(Y).
  public func conditionalEntropy(_ x: [Int], given y: [Int], unit: InformationUnit) -> Double {
    entropy(x + y, unit: unit) - entropy(y, unit: unit)
  }

  /// I(X; Y | Z) = H(X, Z) + H(Y, Z) − H(X, Y, Z) − H(Z); without `z` the mutual information I(X; Y).
  public func mutualInformation(_ x: [Int], _ y: [Int], given z: [Int] = [], unit: InformationUnit) -> Double {
    entropy(x + z, unit: unit) + entropy(y + z, unit: unit) - entropy(x + y + z, unit: unit) - entropy(z, unit: unit)
  }

  /// The co-information I(X₁; X₂; …) = −Σ_T (−1)^|T| H(T) over the non-empty sets T of variables.
  ///
  /// For three variables I(X; Y) − I(X; Y | Z): positive where redundancy prevails, negative where synergy does.
  /// Source: Bell, 2003.
  public func coInformation(_ x: [Int], unit: InformationUnit) -> Double {
    precondition(x.count < Int.bitWidth - 1, "co-information of \(x.count) variables has too many terms")
    return (1..<(1 << x.count)).reduce(0) { sum, subset in
      let members = x.indices.filter { subset >> $0 & 1 == 1 }.map { x[$0] }
      return sum - (members.count.isMultiple(of: 2) ? 1 : -1) * entropy(members, unit: unit)
    }
  }

  /// McGill's interaction information, which is (−1)ⁿ times the co-information.
  ///
  /// For three variables I(X; Y | Z) − I(X; Y): positive where synergy prevails, negative where redundancy does.
  /// Source: McGill, 1954; the sign for other numbers of variables as in Bell, 2003.
  public func interactionInformation(_ x: [Int], unit: InformationUnit) -> Double {
    (x.count.isMultiple(of: 2) ? 1 : -1) * coInformation(x, unit: unit)
  }

  /// The total correlation Σᵢ H(Xᵢ) − H(X₁, …, Xₙ), at least 0; for two variables the mutual information.
  ///
  /// Source: Watanabe, 1960.
  public func totalCorrelation(_ x: [Int], unit: InformationUnit) -> Double {
    x.reduce(0) { $0 + entropy([$1], unit: unit) } - entropy(x, unit: unit)
  }

  /// The distinct variables in order; an unknown one is a programming error.
  func distinct(_ variables: [Int]) -> [Int] {
    for variable in variables where !(0..<variableCount).contains(variable) {
      preconditionFailure("there is no variable \(variable); the variables are 0 to \(variableCount - 1)")
    }
    return Set(variables).sorted()
  }
}

/// −Σ p ln p, with 0 ln 0 = 0.
func entropyInNats(_ probabilities: some Sequence<Double>) -> Double {
  probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
}
