import Fusion
import Kernels
import Tensors
import Testing

@Suite struct CompositeKernelFusionTests {
  /// Two modalities that each tell half of four classes apart, and a third of noise.
  static func data(_ count: Int, seed: UInt64) -> (inputs: [Tensor], targets: [Int]) {
    let targets = (0..<count).map { $0 % 4 }
    let inputs = encodings([2, 2, 2], count: count, seed: seed)
    let signals = [targets.map { Double($0 / 2) * 4 }, targets.map { Double($0 % 2) * 4 }]
    let moved = inputs.enumerated().map { index, x in
      index < 2 ? x + Tensor(signals[index]).unsqueezed(1) : x
    }
    return (moved, targets)
  }

  static let terms = (0..<3).map { CompositeKernelFusion.Term(modality: $0, kernel: .gaussian(gamma: 0.1)) }

  @Test(arguments: KernelNormalisation.allCases) func fusesWhatNoModalityKnows(scale: KernelNormalisation) throws {
    let (train, targets) = Self.data(120, seed: 1)
    let (test, wanted) = Self.data(80, seed: 2)
    func accuracy(_ terms: [CompositeKernelFusion.Term]) throws -> Double {
      let fusion = try CompositeKernelFusion(
        fitting: train, targets: targets, classes: 4, terms: terms, normalisation: scale)
      return Double(zip(try fusion.predict(test), wanted).count { $0 == $1 }) / 80
    }
    #expect(try accuracy(Self.terms) > 0.9)
    #expect(try accuracy([Self.terms[0]]) < 0.7)
    #expect(try accuracy([Self.terms[2]]) < 0.5)
  }

  /// Fewer and smaller weights for a modality of noise; probabilities are such.
  @Test func weightsAndProbabilities() throws {
    let (train, targets) = Self.data(120, seed: 1)
    let fusion = try CompositeKernelFusion(
      fitting: train, targets: targets, classes: 4, terms: Self.terms,
      learning: MultipleKernelLearning(constraint: .simple), folds: 3)
    #expect(fusion.weights.count == 4)
    for weights in fusion.weights { #expect(weights[2] < weights[0] && weights[2] < weights[1]) }
    let probabilities = try #require(try fusion.probabilities(train))
    for row in probabilities { #expect(abs(row.reduce(0, +) - 1) < 1e-12) }
  }

  /// With one linear kernel it is a linear regression within ε.
  @Test func regresses() throws {
    let inputs = encodings([3, 2], count: 60, seed: 5)
    let values = (inputs[0].sum(axes: [1]) * 0.5 - inputs[1].sum(axes: [1])).doubles
    let fusion = try CompositeKernelFusion(
      fitting: inputs, values: values, epsilon: 0.05,
      terms: [.init(modality: 0, kernel: .linear), .init(modality: 1, kernel: .linear)],
      learning: MultipleKernelLearning(constraint: .norm(2), cost: 100))
    let errors = zip(try fusion.values(inputs), values).map { abs($0 - $1) }
    #expect(errors.max()! < 0.06)
    #expect(throws: UsageError.self) { try CompositeKernelFusion(fitting: inputs, values: values, terms: []) }
  }
}
