import Foundation
import Models
import Tensors
import Testing
import Training

@Suite struct ConditionalLearningTests {
  /// Gradients set by hand, of each encoder with both modalities there and alone.
  private func balanced(
    _ balancer: ConditionalLearning<PairBatch>, _ problem: BalancingProblem, steps: Int, together: [Double],
    alone: [Double]
  ) throws -> [[Bool]] {
    let arena = try Arena(problem.model)
    var used: [[Bool]] = []
    for _ in 0..<steps {
      var seen: [[Bool]] = []
      _ = balancer.step(problem.batch(0..<6), in: arena) { batch in
        seen.append(batch.kept)
        for slot in arena.slots {
          let owner = slot.name.hasPrefix("first.") ? 0 : slot.name.hasPrefix("second.") ? 1 : nil
          let part = arena.gradients.narrow(axis: 0, start: slot.range.lowerBound, length: slot.range.count)
          part.fill_(owner.map { batch.kept[$0] ? (batch.kept[1 - $0] ? together : alone)[$0] : 0 } ?? 7)
        }
        return 1
      }
      used.append(seen[0])
      // Whatever was measured, the gradient of the first view is left.
      let first = arena.slots.first { $0.name.hasPrefix("first.") }!.range.lowerBound
      #expect(
        arena.gradients.floats[first] == Float(seen[0][0] ? (seen[0][1] ? together : alone)[0] : 0))
    }
    return used
  }

  /// The second encoder's gradients are the longer ones, yet half of what they are alone: it is the first that leaves it
  /// nothing to learn from.
  @Test func hidesTheFastestAfterOrdinarySteps() throws {
    let problem = BalancingProblem()
    let balancer = ConditionalLearning(problem.views, warmUp: 3, window: 2, interval: 1)
    let (all, without) = ([true, true], [false, true])
    let seen = try balanced(balancer, problem, steps: 8, together: [1, 10], alone: [1, 20])
    // Three to warm up, then two without the first for one with all.
    #expect(seen == [all, all, all, without, without, all, without, without])
    let speeds = try #require(balancer.speeds)
    #expect(abs(speeds[0]) < 1e-6 && abs(speeds[1] - log(0.25)) < 1e-6)
    // Once the second has caught up, it is the one to hide.
    let later = try balanced(balancer, problem, steps: 4, together: [0.001, 1000], alone: [1, 1])
    #expect(later == [all, [true, false], [true, false], all])
  }

  @Test func alikeModalitiesAreLeftAlone() throws {
    let problem = BalancingProblem()
    let balancer = ConditionalLearning(problem.views, warmUp: 0)
    let seen = try balanced(balancer, problem, steps: 6, together: [2, 1], alone: [4, 2])
    #expect(seen.allSatisfy { $0 == [true, true] })
    let copy = ConditionalLearning(problem.views, warmUp: 0)
    copy.state = balancer.state
    #expect(copy.state == balancer.state && copy.speeds == balancer.speeds)
  }

  /// Without encoders there is nothing to compare.
  @Test func sharedParametersAloneAreTrainedAsTheyAre() throws {
    let problem = BalancingProblem()
    let views = problem.views
    let balancer = ConditionalLearning(
      BatchViews(modalities: 2, keeping: views.keeping, owner: { _ in nil }, validationLoss: views.validationLoss),
      warmUp: 0)
    let seen = try balanced(balancer, problem, steps: 3, together: [1, 10], alone: [1, 20])
    #expect(seen.allSatisfy { $0 == [true, true] } && balancer.speeds == nil)
  }
}
