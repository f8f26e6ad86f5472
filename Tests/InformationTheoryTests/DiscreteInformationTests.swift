import Foundation
import InformationTheory
import Testing

/// The gates of the partial-information literature over (x1, x2, y): I(X1;Y) = R + U1, I(X2;Y) = R + U2,
/// I(X1,X2;Y) = R + U1 + U2 + S, with the published R, U1, U2, S in bits.
private struct Gate: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var weights: [Double]
  var redundancy, unique1, unique2, synergy: Double
  var tolerance = 1e-6
}

/// P ∝ 1.1 + sin(1 + 2i + 3jk + .5ij + k) over (i, j, k).
private func genericWeights() -> [Double] {
  (0..<8).map { cell in
    let (i, j, k) = (Double(cell / 4), Double(cell / 2 % 2), Double(cell % 2))
    let linear: Double = 1 + 2 * i + k
    let products: Double = 3 * j * k + 0.5 * i * j
    return 1.1 + sin(linear + products)
  }
}

private let gates: [Gate] = [
  Gate(
    testDescription: "redundant copy", weights: [1, 0, 0, 0, 0, 0, 0, 1], redundancy: 1, unique1: 0, unique2: 0,
    synergy: 0),
  Gate(
    testDescription: "unique", weights: [1, 0, 1, 0, 0, 1, 0, 1], redundancy: 0, unique1: 1, unique2: 0, synergy: 0),
  Gate(testDescription: "xor", weights: [1, 0, 0, 1, 0, 1, 1, 0], redundancy: 0, unique1: 0, unique2: 0, synergy: 1),
  Gate(
    testDescription: "and", weights: [1, 0, 1, 0, 1, 0, 0, 1], redundancy: 0.311278124, unique1: 0, unique2: 0,
    synergy: 0.5),
  Gate(
    testDescription: "reduced or", weights: [2, 0, 0, 1, 0, 1, 0, 0], redundancy: 0.311278, unique1: 0, unique2: 0,
    synergy: 0.688722),
  Gate(
    testDescription: "four outcomes", weights: [1, 1, 1, 0, 0, 1, 0, 0], redundancy: 0.122556249,
    unique1: 0.188721876, unique2: 0.188721876, synergy: 0),
  Gate(
    testDescription: "generic",
    weights: genericWeights(),
    redundancy: 0.00036832, unique1: 0.02501324, unique2: 0, synergy: 0.17167449, tolerance: 2e-8),
]

@Suite struct DiscreteInformationTests {
  @Test(arguments: gates) private func partialInformationSums(_ gate: Gate) throws {
    let joint = try JointDistribution(proportionalTo: gate.weights, shape: [2, 2, 2])
    let (r, u1, u2, s) = (gate.redundancy, gate.unique1, gate.unique2, gate.synergy)
    func near(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < gate.tolerance }
    #expect(near(joint.mutualInformation([0], [2], unit: .bits), r + u1))
    #expect(near(joint.mutualInformation([1], [2], unit: .bits), r + u2))
    #expect(near(joint.mutualInformation([0, 1], [2], unit: .bits), r + u1 + u2 + s))
    #expect(near(joint.mutualInformation([0], [2], given: [1], unit: .bits), u1 + s))
    #expect(near(joint.coInformation([0, 1, 2], unit: .bits), r - s))
    #expect(near(joint.interactionInformation([0, 1, 2], unit: .bits), s - r))
  }

  @Test func dit() throws {
    for golden in try InformationGoldens.load().tables {
      let joint = try JointDistribution(golden.probabilities, shape: golden.shape)
      func near(_ value: Double, _ expected: Double) -> Bool { abs(value - expected) < 1e-12 }
      #expect(near(joint.entropy([0, 1, 2, 3], unit: .bits), golden.entropy))
      #expect(near(joint.entropy([2, 0], unit: .bits), golden.entropy02))
      #expect(near(joint.conditionalEntropy([0, 1], given: [3], unit: .bits), golden.conditionalEntropy01given3))
      #expect(near(joint.mutualInformation([0], [1, 3], unit: .bits), golden.mutual0and13))
      #expect(near(joint.mutualInformation([0], [1], given: [2], unit: .bits), golden.mutual0and1given2))
      #expect(near(joint.coInformation([0, 1, 2], unit: .bits), golden.coInformation012))
      #expect(near(joint.interactionInformation([2, 1, 0], unit: .bits), golden.interaction012))
      #expect(near(joint.coInformation([0, 1, 2, 3], unit: .bits), golden.coInformation0123))
      #expect(near(joint.interactionInformation([0, 1, 2, 3], unit: .bits), golden.interaction0123))
      #expect(near(joint.totalCorrelation([0, 1, 2, 3], unit: .bits), golden.totalCorrelation))
    }
  }

  /// A binary symmetric channel with error e and a uniform input carries 1 − h(e) bits.
  @Test(arguments: [0, 0.01, 0.11, 0.25, 0.5, 1]) func symmetricChannel(_ error: Double) throws {
    let joint = try JointDistribution(
      [(1 - error) / 2, error / 2, error / 2, (1 - error) / 2], shape: [2, 2])
    let h = [error, 1 - error].reduce(0) { $1 > 0 ? $0 - $1 * log2($1) : $0 }
    #expect(abs(joint.mutualInformation([0], [1], unit: .bits) - (1 - h)) < 1e-12)
    #expect(abs(joint.mutualInformation([0], [1], unit: .nats) - (1 - h) * 0.6931471805599453) < 1e-12)
    #expect(abs(joint.conditionalEntropy([1], given: [0], unit: .bits) - h) < 1e-12)
  }

  /// Parity of n − 1 fair bits: total correlation 1 bit, co-information (−1)ⁿ, interaction information 1.
  @Test(arguments: 2...6) func parity(_ n: Int) throws {
    let weights = (0..<(1 << n)).map { $0.nonzeroBitCount.isMultiple(of: 2) ? 1.0 : 0 }
    let joint = try JointDistribution(proportionalTo: weights, shape: [Int](repeating: 2, count: n))
    let all = Array(0..<n)
    #expect(abs(joint.entropy(all, unit: .bits) - Double(n - 1)) < 1e-12)
    #expect(abs(joint.totalCorrelation(all, unit: .bits) - 1) < 1e-12)
    #expect(abs(joint.coInformation(all, unit: .bits) - (n.isMultiple(of: 2) ? 1 : -1)) < 1e-12)
    #expect(abs(joint.interactionInformation(all, unit: .bits) - 1) < 1e-12)
  }

  @Test func setsOfVariables() throws {
    let joint = try JointDistribution(proportionalTo: (1...12).map(Double.init), shape: [2, 3, 2])
    #expect(joint.entropy([], unit: .nats) == 0)
    #expect(abs(joint.mutualInformation([1], [1], unit: .nats) - joint.entropy([1], unit: .nats)) < 1e-12)
    #expect(abs(joint.conditionalEntropy([0, 1], given: [1, 0], unit: .nats)) < 1e-12)
    #expect(
      abs(joint.totalCorrelation([0, 2], unit: .nats) - joint.mutualInformation([0], [2], unit: .nats)) < 1e-12)
    #expect(abs(joint.coInformation([0, 2], unit: .nats) - joint.mutualInformation([0], [2], unit: .nats)) < 1e-12)
  }
}
