public import Tensors

/// Stochastic gradient descent: v ← μ v + g + λ p; p ← p − η v, or p − η (g + λ p + μ v) with Nesterov's momentum.
public final class SGD: Optimizer {
  private let groups: [Group]
  private let velocity: Tensor
  private let momentum: Double
  private let nesterov: Bool

  private struct Group {
    let values: Tensor
    let gradients: Tensor
    let velocity: Tensor
    let weightDecay: Double
  }

  public init(_ arena: Arena, momentum: Double = 0, nesterov: Bool = false, weightDecay: Double = 0) {
    precondition(!nesterov || momentum > 0, "Nesterov's momentum needs a momentum above 0")
    let velocity = arena.values.zerosLike()
    self.velocity = velocity
    self.momentum = momentum
    self.nesterov = nesterov
    groups = arena.groups(weightDecay: weightDecay).map { range, decay in
      Group(
        values: view(arena.values, range), gradients: view(arena.gradients, range), velocity: view(velocity, range),
        weightDecay: decay)
    }
  }

  public var state: [String: Tensor] { momentum > 0 ? ["velocity": velocity] : [:] }

  public func step(learningRate: Double) {
    for group in groups {
      group.values.fusedSGD_(
        gradient: group.gradients, momentumBuffer: momentum > 0 ? group.velocity : nil, learningRate: learningRate,
        momentum: momentum, dampening: 0, weightDecay: group.weightDecay, nesterov: nesterov, first: false)
    }
  }
}
