import Kernels
import Tensors
import Testing

@Suite struct HeldOutDecisionsTests {
  /// Against machines on the same weighted sum that learn from the other folds from nothing.
  @Test(arguments: [MultipleKernelLearning.Constraint.simple, .norm(2), .squaredNorm(2), .uniform], [0.1, 10])
  func areThoseOfMachinesOnTheSameSum(constraint: MultipleKernelLearning.Constraint, cost: Double) throws {
    let iris = try IrisKernels()
    let learning = MultipleKernelLearning(constraint: constraint, cost: cost, tolerance: 1e-6)
    let model = try learning.classify(iris.stack, labels: iris.labels)
    let folds = MultipleKernelLearning.folds(iris.labels.map { $0 > 0 }, 3)
    let found = try learning.heldOutDecisions(iris.stack, of: model, labels: iris.labels, folds: folds)
    let fixed = MultipleKernelLearning(constraint: .fixed(model.weights), cost: cost, tolerance: 1e-6)
    for held in 0..<3 {
      let (rows, others) = (folds.indices.filter { folds[$0] != held }, folds.indices.filter { folds[$0] == held })
      let machine = try fixed.classify(iris.stack.keeping(rows), labels: rows.map { iris.labels[$0] })
      let new = iris.grams.map { $0.indexSelect(Tensor(others)).indexSelect(axis: 1, Tensor(rows)) }
      for (sample, decision) in zip(others, machine.decision(new)) {
        #expect(abs(found[sample] - decision) < 5e-3 * max(1, abs(decision)))
      }
    }
  }

  @Test func valuesToo() throws {
    let iris = try IrisKernels()
    let targets = iris.features.select(axis: 1, index: 0).doubles
    let learning = MultipleKernelLearning(constraint: .simple, cost: 1, tolerance: 1e-6)
    let model = try learning.regress(iris.stack, targets: targets, epsilon: 0.05)
    let folds = MultipleKernelLearning.folds(targets.map { _ in true }, 4)
    #expect((0..<4).allSatisfy { fold in folds.count { $0 == fold } == 25 })
    let found = try learning.heldOutValues(iris.stack, of: model, targets: targets, epsilon: 0.05, folds: folds)
    // The target is among the features.
    let errors = zip(found, targets).map { abs($0 - $1) }
    #expect(errors.reduce(0, +) / 100 < 0.3)
    #expect(zip(found, model.decision(iris.grams)).contains { abs($0 - $1) > 1e-6 })
  }

  /// Every fold has its share of either side.
  @Test func foldsHaveBothSides() {
    let positive = (0..<50).map { $0 % 10 == 0 }
    let folds = MultipleKernelLearning.folds(positive, 3, seed: 4)
    for fold in 0..<3 {
      let ones = folds.indices.count { folds[$0] == fold && positive[$0] }
      let zeros = folds.indices.count { folds[$0] == fold && !positive[$0] }
      #expect((1...2).contains(ones) && (15...15).contains(zeros))
    }
    #expect(MultipleKernelLearning.folds(positive, 3, seed: 5) != folds)
  }
}
