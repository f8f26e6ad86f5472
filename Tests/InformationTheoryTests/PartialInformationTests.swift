import Foundation
import InformationTheory
import Testing

/// R, U1, U2, S in bits.
private struct Parts: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var weights: [Double]
  var parts: [Double]
  var tolerance = 1e-9
}

/// A target and two sources made of independent bits.
private struct Bits: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var bits: Int
  var sources: [[Int]]
  var parts: [Double]
  var target: @Sendable ([Int]) -> Int
}

private let gates: [Parts] = [
  Parts(testDescription: "redundant copy", weights: [1, 0, 0, 0, 0, 0, 0, 1], parts: [1, 0, 0, 0]),
  Parts(testDescription: "first alone", weights: [1, 0, 1, 0, 0, 1, 0, 1], parts: [0, 1, 0, 0]),
  Parts(testDescription: "xor", weights: [1, 0, 0, 1, 0, 1, 1, 0], parts: [0, 0, 0, 1]),
  Parts(testDescription: "and", weights: [1, 0, 1, 0, 1, 0, 0, 1], parts: [0.311278124, 0, 0, 0.5]),
  Parts(testDescription: "or", weights: [1, 0, 0, 1, 0, 1, 0, 1], parts: [0.311278124, 0, 0, 0.5]),
  Parts(testDescription: "and not", weights: [1, 0, 1, 0, 0, 1, 1, 0], parts: [0.311278124, 0, 0, 0.5]),
  Parts(testDescription: "implication", weights: [0, 1, 0, 1, 1, 0, 0, 1], parts: [0.311278124, 0, 0, 0.5]),
  Parts(testDescription: "second alone", weights: [1, 0, 0, 1, 1, 0, 0, 1], parts: [0, 0, 1, 0]),
  Parts(testDescription: "nothing", weights: [1, 1, 1, 1, 1, 1, 1, 1], parts: [0, 0, 0, 0]),
  Parts(
    testDescription: "reduced or", weights: [2, 0, 0, 1, 0, 1, 0, 0], parts: [0.311278, 0, 0, 0.688722],
    tolerance: 1e-6),
  Parts(
    testDescription: "four outcomes", weights: [1, 1, 1, 0, 0, 1, 0, 0],
    parts: [0.122556249, 0.188721876, 0.188721876, 0]),
  Parts(
    testDescription: "generic",
    weights: (0..<8).map { cell in
      let (i, j, k) = (Double(cell / 4), Double(cell / 2 % 2), Double(cell % 2))
      let (linear, products): (Double, Double) = (1 + 2 * i + k, 3 * j * k + 0.5 * i * j)
      return 1.1 + sin(linear + products)
    }, parts: [0.00036832, 0.02501324, 0, 0.17167449], tolerance: 1e-8),
]

private struct Goldens: Decodable {
  struct Table: Decodable { let shape: [Int], probabilities, parts: [Double] }
  struct Lattice: Decodable {
    struct Atom: Decodable { let node: [[Int]], redundancy, atom: Double }
    let shape: [Int], probabilities: [Double], atoms: [Atom]
  }
  let tables: [Table], lattices: [Lattice]

  static func load() throws -> Goldens {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let data = try Data(contentsOf: tests.appendingPathComponent("Goldens/partial-information.json"))
    return try JSONDecoder().decode(Goldens.self, from: data)
  }
}

extension PartialInformation {
  fileprivate var parts: [Double] { [redundancy, unique1, unique2, synergy] }
}

@Suite struct PartialInformationTests {
  @Test(arguments: gates) private func gate(_ gate: Parts) throws {
    let joint = try JointDistribution(proportionalTo: gate.weights, shape: [2, 2, 2])
    let found = try PartialInformation(joint, unit: .bits)
    for (value, expected) in zip(found.parts, gate.parts) {
      #expect(abs(value - expected) < gate.tolerance, "\(found.parts)")
    }
    #expect(found.gap < 1e-8 && found.marginalError < 1e-12)
    let nats = try PartialInformation(joint, unit: .nats)
    for (value, expected) in zip(nats.parts, found.parts) { #expect(abs(value - expected * log(2)) < 1e-12) }
  }

  /// Tables of Liang et al. (2023) are in nats.
  @Test func andInNats() throws {
    let found = try PartialInformation(
      JointDistribution(proportionalTo: [1, 0, 1, 0, 1, 0, 0, 1], shape: [2, 2, 2]), unit: .nats)
    for (value, expected) in zip(found.parts, [0.2158, 0, 0, 0.3466]) { #expect(abs(value - expected) < 1e-3) }
    #expect(abs(found.redundancy - 0.311278124 * log(2)) < 1e-9 && abs(found.synergy - 0.5 * log(2)) < 1e-9)
  }

  /// The gates of Griffith and Koch (2014) and of dit that are made of independent bits, whose parts are known: the
  /// target is what `target` makes of the bits, a source is some of them.
  @Test(arguments: [
    Bits(testDescription: "Rdn", bits: 1, sources: [[0], [0]], parts: [1, 0, 0, 0]) { $0[0] },
    Bits(testDescription: "Unq", bits: 2, sources: [[0], [1]], parts: [0, 1, 1, 0]) { 2 * $0[0] + $0[1] },
    Bits(testDescription: "Xor", bits: 2, sources: [[0], [1]], parts: [0, 0, 0, 1]) { $0[0] ^ $0[1] },
    Bits(testDescription: "RdnXor", bits: 3, sources: [[0, 2], [1, 2]], parts: [1, 0, 0, 1]) {
      2 * ($0[0] ^ $0[1]) + $0[2]
    },
    Bits(testDescription: "XorUnq", bits: 4, sources: [[0, 2], [1, 3]], parts: [0, 1, 1, 1]) {
      4 * ($0[0] ^ $0[1]) + 2 * $0[2] + $0[3]
    },
    Bits(testDescription: "RdnUnqXor", bits: 5, sources: [[0, 2, 4], [1, 3, 4]], parts: [1, 1, 1, 1]) {
      8 * ($0[0] ^ $0[1]) + 4 * $0[2] + 2 * $0[3] + $0[4]
    },
    Bits(testDescription: "giant bit", bits: 1, sources: [[0, 0, 0], [0, 0]], parts: [1, 0, 0, 0]) { $0[0] },
    Bits(testDescription: "XorDuplicate", bits: 2, sources: [[0, 1], [1]], parts: [0, 1, 0, 0]) { $0[0] ^ $0[1] },
    // The sources only, as a target, hold nothing but what is unique.
    Bits(testDescription: "identity of copies", bits: 2, sources: [[0, 1], [0]], parts: [1, 1, 0, 0]) {
      2 * $0[0] + $0[1]
    },
  ]) private func gateOfBits(_ gate: Bits) throws {
    let width = gate.sources.map { 1 << $0.count }
    var weights = [Double](repeating: 0, count: width[0] * width[1] * 16)
    for code in 0..<(1 << gate.bits) {
      let bits = (0..<gate.bits).map { code >> $0 & 1 }
      let levels = gate.sources.map { $0.reduce(0) { 2 * $0 + bits[$1] } }
      weights[(levels[0] * width[1] + levels[1]) * 16 + gate.target(bits)] += 1
    }
    let found = try PartialInformation(
      JointDistribution(proportionalTo: weights, shape: width + [16]), unit: .bits)
    for (value, expected) in zip(found.parts, gate.parts) { #expect(abs(value - expected) < 1e-8, "\(found.parts)") }
    #expect(found.gap < 1e-8 && found.marginalError < 1e-12)
  }

  /// Two noisy copies of the target: the noisier one is a degraded form of the other, and so has nothing of its own
  /// (Bertschinger et al., 2014, section 3.1, after Blackwell).
  @Test(arguments: [(0.1, 0.3), (0.05, 0.2), (0.2, 0.2)])
  func degradedChannels(_ first: Double, _ second: Double) throws {
    let weights = (0..<8).map { cell in
      let (x, z, y) = (cell / 4, cell / 2 % 2, cell % 2)
      return (x == y ? 1 - first : first) * (z == y ? 1 - second : second)
    }
    func h(_ p: Double) -> Double { -p * log2(p) - (1 - p) * log2(1 - p) }
    let found = try PartialInformation(JointDistribution(proportionalTo: weights, shape: [2, 2, 2]), unit: .bits)
    #expect(abs(found.redundancy - (1 - h(second))) < 1e-8 && abs(found.unique2) < 1e-8)
    #expect(abs(found.unique1 - (h(second) - h(first))) < 1e-8)
  }

  /// Probabilities over fourteen orders of magnitude, where steps stall: 4 000 tables, each certified.
  @Test(arguments: 0..<8) func extremeTables(_ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    for _ in 0..<500 {
      let shape = (0..<3).map { _ in Int.random(in: 2...6, using: &generator) }
      let zeros = Double.random(in: 0..<0.6, using: &generator)
      var weights = (0..<shape.reduce(1, *)).map { _ in
        Double.random(in: 0..<1, using: &generator) < zeros
          ? 0 : pow(10, -Double.random(in: 0..<14, using: &generator))
      }
      weights[0] += 1e-7
      let joint = try JointDistribution(proportionalTo: weights, shape: shape)
      let found = try PartialInformation(joint, unit: .nats)
      #expect(found.gap <= 1e-8 && found.marginalError <= 1e-12)
      #expect(found.parts.allSatisfy { $0 > -1e-8 }, "\(shape): \(found.parts)")
      let least = found.minimiser.mutualInformation([0, 1], [2], unit: .nats)
      #expect(abs(joint.mutualInformation([0, 1], [2], unit: .nats) - least - found.synergy) < 1e-9)
    }
  }

  /// Boom (dit): six outcomes, R = U1 = U2 = 1/3.
  @Test func boom() throws {
    var weights = [Double](repeating: 0, count: 3 * 3 * 3)
    for (x, z, y) in [(0, 0, 1), (0, 0, 2), (0, 2, 0), (1, 2, 1), (2, 0, 2), (2, 1, 2)] {
      weights[(x * 3 + z) * 3 + y] = 1
    }
    let found = try PartialInformation(JointDistribution(proportionalTo: weights, shape: [3, 3, 3]), unit: .bits)
    for (value, expected) in zip(found.parts, [1.0 / 3, 1.0 / 3, 1.0 / 3, 0.125815]) {
      #expect(abs(value - expected) < 1e-6, "\(found.parts)")
    }
  }

  /// A cone program over relative entropies; its own accuracy is 1e-8 or so.
  @Test func coneProgram() throws {
    for golden in try Goldens.load().tables {
      let joint = try JointDistribution(proportionalTo: golden.probabilities, shape: golden.shape)
      let found = try PartialInformation(joint, unit: .bits)
      for (value, expected) in zip(found.parts, golden.parts) {
        #expect(abs(value - expected) < 1e-6, "\(golden.shape): \(found.parts), \(golden.parts)")
      }
      #expect(found.gap < 1e-8)
      let exchanged = try PartialInformation(joint, sources: ([1], [0]), unit: .bits).parts
      for (value, expected) in zip(found.parts, [exchanged[0], exchanged[2], exchanged[1], exchanged[3]]) {
        #expect(abs(value - expected) < 1e-9)
      }
    }
  }

  /// The certificate is checked from outside: marginals of the minimiser, its information, and that tables near it that
  /// keep the marginals have no less of it.
  @Test(arguments: 0..<40) func certificate(_ seed: UInt64) throws {
    var generator = TestGenerator(seed: seed)
    let shape = (0..<3).map { _ in Int.random(in: 1...5, using: &generator) }
    let zeros = Double.random(in: 0..<0.9, using: &generator)
    var weights = (0..<shape.reduce(1, *)).map { _ in
      Double.random(in: 0..<1, using: &generator) < zeros ? 0 : Double.random(in: 0..<1, using: &generator)
    }
    weights[0] += 0.1
    let joint = try JointDistribution(proportionalTo: weights, shape: shape)
    let found = try PartialInformation(joint, unit: .nats)
    #expect(found.gap < 1e-8)
    #expect(found.parts.allSatisfy { $0 > -1e-9 }, "\(found.parts)")
    let total = joint.mutualInformation([0, 1], [2], unit: .nats)
    #expect(abs(found.parts.reduce(0, +) - total) < 1e-12)
    for pair in [[0, 2], [1, 2]] {
      let (one, two) = (found.minimiser.marginal(pair).probabilities, joint.marginal(pair).probabilities)
      for (value, expected) in zip(one, two) { #expect(abs(value - expected) < 1e-12) }
    }
    let least = found.minimiser.mutualInformation([0, 1], [2], unit: .nats)
    #expect(abs(total - least - found.synergy) < 1e-12)
    for _ in 0..<200 {
      // Mass that goes round a rectangle of cells of one label keeps both marginals.
      let y = Int.random(in: 0..<shape[2], using: &generator)
      let (x, z) = (
        (0..<2).map { _ in Int.random(in: 0..<shape[0], using: &generator) },
        (0..<2).map { _ in Int.random(in: 0..<shape[1], using: &generator) }
      )
      let cells = [(0, 0), (1, 1), (0, 1), (1, 0)].map { (x[$0.0] * shape[1] + z[$0.1]) * shape[2] + y }
      var moved = found.minimiser.probabilities
      let amount = min(moved[cells[2]], moved[cells[3]]) * Double.random(in: 0..<1, using: &generator)
      guard x[0] != x[1], z[0] != z[1], amount > 0 else { continue }
      for (cell, sign) in zip(cells, [1.0, 1, -1, -1]) { moved[cell] += sign * amount }
      let other = try JointDistribution(proportionalTo: moved.map { max($0, 0) }, shape: shape)
      #expect(other.mutualInformation([0, 1], [2], unit: .nats) > least - 1e-8)
    }
  }

  /// Sources and a target of several variables: a bit that both sources hold, one of the first, and a parity.
  @Test func groupsOfVariables() throws {
    // Variables from the most significant: the shared bit twice, the first's own, two halves of the parity, the target's
    // three bits.
    var weights = [Double](repeating: 0, count: 1 << 8)
    for bits in 0..<16 {
      let (shared, own, half1, half2) = (bits & 1, bits >> 1 & 1, bits >> 2 & 1, bits >> 3 & 1)
      let sources = shared << 4 | shared << 3 | own << 2 | half1 << 1 | half2
      weights[sources << 3 | shared << 2 | own << 1 | (half1 ^ half2)] = 1
    }
    let joint = try JointDistribution(proportionalTo: weights, shape: [Int](repeating: 2, count: 8))
    let found = try PartialInformation(joint, sources: ([0, 2, 3], [4, 1]), target: [5, 7, 6], unit: .bits)
    for (value, expected) in zip(found.parts, [1.0, 1, 0, 1]) { #expect(abs(value - expected) < 1e-8) }
  }

  /// A target that is constant, and sources that are, leave nothing to split.
  @Test(arguments: [[1, 1, 1], [3, 2, 1], [1, 1, 4], [1, 3, 3]]) func constants(_ shape: [Int]) throws {
    let joint = try JointDistribution(proportionalTo: (1...shape.reduce(1, *)).map(Double.init), shape: shape)
    let found = try PartialInformation(joint, unit: .bits)
    #expect(abs(found.redundancy) < 1e-9 && abs(found.unique1) < 1e-9 && abs(found.synergy) < 1e-9)
    #expect(abs(found.unique2 - joint.mutualInformation([1], [2], unit: .bits)) < 1e-9)
  }

  /// Larger than 30 × 30 × 10; the certificate says that it is solved.
  @Test func large() throws {
    let shape = [32, 31, 11]
    let weights = (0..<shape.reduce(1, *)).map { cell in
      let value = sin(Double(cell) * 12.9898) * 43758.5453
      return max(0, value - value.rounded(.down) - 0.3)
    }
    let found = try PartialInformation(JointDistribution(proportionalTo: weights, shape: shape), unit: .bits)
    #expect(found.gap < 1e-8 && found.marginalError < 1e-12 && found.iterations < 60)
  }
}

@Suite struct RedundancyLatticeTests {
  @Test func dit() throws {
    for golden in try Goldens.load().lattices {
      let joint = try JointDistribution(proportionalTo: golden.probabilities, shape: golden.shape)
      let count = golden.shape.count - 1
      let lattice = RedundancyLattice(joint, sources: (0..<count).map { [$0] }, target: [count], unit: .bits)
      #expect(lattice.atoms.count == golden.atoms.count)
      for expected in golden.atoms {
        let found = try #require(lattice.atoms.first { Set($0.node) == Set(expected.node) })
        #expect(abs(found.redundancy - expected.redundancy) < 1e-9, "\(found.name)")
        #expect(abs(found.atom - expected.atom) < 1e-9, "\(found.name)")
      }
    }
  }

  /// Parity of n bits is all in the last node; copies of one bit are all in the first.
  @Test(arguments: 2...4) func extremes(_ n: Int) throws {
    let parity = (0..<(2 << n)).map { $0.nonzeroBitCount.isMultiple(of: 2) ? 1.0 : 0 }
    let shape = [Int](repeating: 2, count: n + 1)
    let sources = (0..<n).map { [$0] }
    let synergy = try RedundancyLattice(
      JointDistribution(proportionalTo: parity, shape: shape), sources: sources, target: [n], unit: .bits)
    #expect(synergy.atoms.count == [2: 4, 3: 18, 4: 166][n])
    #expect(synergy.atoms.last?.node == [Array(0..<n)])
    for atom in synergy.atoms { #expect(abs(atom.atom - (atom == synergy.atoms.last ? 1 : 0)) < 1e-12) }
    let copies = (0..<(2 << n)).map { $0 == 0 || $0 == (2 << n) - 1 ? 1.0 : 0 }
    let redundancy = try RedundancyLattice(
      JointDistribution(proportionalTo: copies, shape: shape), sources: sources, target: [n], unit: .bits)
    #expect(redundancy.atoms.first?.node == sources)
    for atom in redundancy.atoms { #expect(abs(atom.atom - (atom == redundancy.atoms.first ? 1 : 0)) < 1e-12) }
  }
}
