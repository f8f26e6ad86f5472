import Foundation
import Models
import Tensors
import Testing
import Training

@Suite struct ImpartialOptimizationTests {
  private func impartial(_ gradients: [[Double]], first: Int = 0) -> [Double] {
    ImpartialOptimization<PairBatch>.impartial(gradients.map { Tensor($0) }, first: first).doubles
  }

  /// Lengths 4 and 2 become 3 each; at right angles nothing else changes.
  @Test func gradientsBecomeEquallyLong() {
    #expect(impartial([[4, 0], [0, 2]]) == [1.5, 1.5])
    #expect(impartial([[4, 0], [0, 0]]) == [1, 0])
    #expect(impartial([[0, 0], [0, 0]]) == [0, 0])
  }

  /// g1 = (1, 0), g2 = (−3/5, 4/5): g1 less its part along g2 is (16/25, 12/25), g2 less its part along g1 (0, 4/5).
  @Test func conflictsAreTakenAway() {
    let found = impartial([[1, 0], [-0.6, 0.8]])
    #expect(abs(found[0] - 0.32) < 1e-12 && abs(found[1] - 0.64) < 1e-12)
    #expect(found[0] >= 0 && -0.6 * found[0] + 0.8 * found[1] >= 0)
    // Exactly opposed, nothing is left.
    #expect(impartial([[2, 0], [-1, 0]]).allSatisfy { abs($0) < 1e-12 })
  }

  /// An encoder gets the mean of the gradients, what is shared the impartial one.
  @Test func onlyWhatIsSharedIsTreated() throws {
    let problem = BalancingProblem()
    let arena = try Arena(problem.model)
    let balancer = ImpartialOptimization(problem.views)
    let batch = problem.batch(0..<6)
    func gradients(_ kept: [Bool]) -> Tensor {
      arena.backward(problem.loss(problem.views.keeping(batch, kept)))
      return arena.gradients.cloned()
    }
    let rows = [[true, false], [false, true], [true, true]].map(gradients)
    _ = balancer.step(batch, in: arena) { view in
      let loss = problem.loss(view)
      arena.backward(loss)
      return loss.item()
    }
    let mean = (rows[0] + rows[1] + rows[2]) / 3
    for slot in arena.slots {
      func part(_ all: Tensor) -> Tensor { all.narrow(axis: 0, start: slot.range.lowerBound, length: slot.range.count) }
      let distance = (part(arena.gradients) - part(mean)).norm().item()
      if slot.name.hasPrefix("shared.") {
        #expect(distance > 1e-3)
      } else {
        #expect(distance < 1e-5 * max(1, part(mean).norm().item()))
      }
    }
  }
}
