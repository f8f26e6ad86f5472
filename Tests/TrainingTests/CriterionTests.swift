import Foundation
import Layers
import Tensors
import Testing
import Training

@Suite struct CriterionTests {
  private let error = Criterion.meanSquaredError
  private static let weights = [0.5, 2.0, 1.25]

  @Test(arguments: [
    ("crossEntropy", Criterion.crossEntropy(), false), ("crossEntropy samples", .crossEntropy(), true),
    ("crossEntropy weighted", .crossEntropy(classWeights: weights), false),
    ("crossEntropy weighted samples", .crossEntropy(classWeights: weights), true),
    ("binaryCrossEntropy", .binaryCrossEntropy(), false), ("binaryCrossEntropy samples", .binaryCrossEntropy(), true),
    ("binaryCrossEntropy weighted", .binaryCrossEntropy(positiveWeights: weights), false),
    ("meanSquaredError", .meanSquaredError, false), ("meanSquaredError samples", .meanSquaredError, true),
    ("meanAbsoluteError", .meanAbsoluteError, false), ("huber", .huber(delta: 0.7), false),
  ])
  func matchesPyTorch(_ name: String, _ criterion: Criterion, _ weighted: Bool) throws {
    let golden = try TrainingGolden()
    let samples = weighted ? golden.input("samples") : nil
    let loss: Tensor
    switch criterion {
    case .crossEntropy:
      loss = criterion(golden.input("logits"), golden.input("classes").to(.int64), sampleWeights: samples)
    case .binaryCrossEntropy: loss = criterion(golden.input("logits"), golden.input("labels"), sampleWeights: samples)
    default: loss = criterion(golden.input("x"), golden.input("t"), sampleWeights: samples)
    }
    #expect(abs(loss.item() - golden.losses[name]!) < 1e-12)
  }

  @Test(arguments: [
    Criterion.crossEntropy(), .crossEntropy(classWeights: weights), .binaryCrossEntropy(),
    .binaryCrossEntropy(positiveWeights: weights), .meanSquaredError, .meanAbsoluteError, .huber(delta: 0.7),
  ])
  func gradients(_ criterion: Criterion) throws {
    let generator = Generator(seed: 1)
    let x = Tensor.randn([5, 3], dtype: .float64, generator: generator).setRequiresGradient(true)
    var target = Tensor.rand([5, 3], dtype: .float64, generator: generator)
    if case .crossEntropy = criterion { target = Tensor([0, 1, 2, 1, 1]) }
    let samples = Tensor([1, 2, 0, 0.5, 1] as [Double])
    #expect(gradientDeviation(of: [x], generator: generator) { criterion(x, target) } < 1e-6)
    #expect(gradientDeviation(of: [x], generator: generator) { criterion(x, target, sampleWeights: samples) } < 1e-6)
  }

  @Test func aTrailingAxisOfOneIsNotBroadcast() {
    let prediction = Tensor([1, 2, 3] as [Float], shape: [3, 1])
    #expect(error(prediction, Tensor([1, 2, 3] as [Float])).item() == 0)
    #expect(error(prediction.squeezed(1), Tensor([1, 2, 3] as [Float], shape: [3, 1])).item() == 0)
  }

  @Test func aMaskLeavesSamplesOut() {
    let (x, t) = (Tensor([1, 2, 30] as [Float]), Tensor([0, 0, 0] as [Float]))
    #expect(error(x, t, sampleWeights: Tensor([true, true, false])).item() == 2.5)
  }

  @Test func whatIsNotFiniteIsNotHidden() {
    let t = Tensor([0, 0] as [Float])
    #expect(error(Tensor([1, .nan] as [Float]), t).item().isNaN)
    #expect(Criterion.huber(delta: 1)(Tensor([1, .infinity] as [Float]), t).item() == .infinity)
    #expect(error(Tensor([1, 2] as [Float]), t, sampleWeights: t).item().isNaN)
  }

  @Test func balancedWeightsGiveEveryClassTheSameShare() {
    let counts = [10, 30, 0, 60]
    let weights = Criterion.balancedWeights(counts: counts)
    let shares = zip(weights, counts).map { $0 * Double($1) }
    #expect(shares[2] == 0)
    #expect([shares[0], shares[1], shares[3]].allSatisfy { abs($0 - 100.0 / 3) < 1e-9 })
  }

  /// Samples with a label weigh as much as those without; a label of none or all is left as it is.
  @Test func positiveWeightsBalanceEachLabel() {
    #expect(Criterion.positiveWeights(counts: [10, 50, 0, 100], of: 100) == [9, 1, 1, 1])
  }

  @Test func isKeptInConfigurations() throws {
    let criterion = Criterion.crossEntropy(classWeights: [1, 2])
    let data = try JSONEncoder().encode(criterion)
    #expect(try JSONDecoder().decode(Criterion.self, from: data) == criterion)
  }
}
