import Foundation
import Models
import Tensors
import Testing
import Training

@Suite struct GradientBlendingTests {
  /// G / O² = 20, 2.5 and 0: shares 8/9, 1/9, 0 of what the floor leaves.
  @Test func weightsAreGainOverSquaredGap() throws {
    let weights = try #require(
      GradientBlending<PairBatch>.weights(generalisation: [0.2, 0.1, -0.3], overfitting: [0.1, -0.2, 0.1], floor: 0.3))
    for (found, expected) in zip(weights, [0.1 + 0.7 * 8 / 9, 0.1 + 0.7 / 9, 0.1]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(GradientBlending<PairBatch>.weights(generalisation: [-1, 0], overfitting: [1, 1], floor: 0) == nil)
    let even = try #require(
      GradientBlending<PairBatch>.weights(generalisation: [1, 1], overfitting: [0, 1e-9], floor: 0))
    #expect(even == [0.5, 0.5])
  }

  /// The gradient of a step is that of the weighted sum of the losses.
  @Test func gradientIsThatOfTheWeightedSum() throws {
    let problem = BalancingProblem()
    let arena = try Arena(problem.model)
    let balancer = GradientBlending(problem.views)
    balancer.state = [0.5, 0.2, 0.3] + [0, 0, 0, 0, 0, 0]
    let batch = problem.batch(0..<6)
    let loss = balancer.step(batch, in: arena) { view in
      let loss = problem.loss(view)
      arena.backward(loss)
      return loss.item()
    }
    let found = arena.gradients.cloned()
    let losses = [[true, false], [false, true], [true, true]].map { problem.loss(problem.views.keeping(batch, $0)) }
    arena.backward(losses[0] * 0.5 + losses[1] * 0.2 + losses[2] * 0.3)
    #expect((found - arena.gradients).norm().item() < 1e-4 * arena.gradients.norm().item())
    #expect(loss == losses[2].item())
  }

  @Test func weightsMoveOnlyAtTheEndOfASuperEpoch() throws {
    let problem = BalancingProblem(epochs: 4)
    let balancer = GradientBlending(problem.views, superEpoch: 3)
    var weights: [[Double]] = []
    var trainer = problem.trainer(balancer)
    trainer.progress = { if $0.step == 1 { weights.append(balancer.weights) } }
    _ = try trainer.fit()
    let even = [Double](repeating: 1 / 3.0, count: 3)
    #expect(weights[0] == even && weights[1] == even && weights[2] == even)
    #expect(weights[3] != even && abs(weights[3].reduce(0, +) - 1) < 1e-12)
  }
}
