public import Tensors

/// Adam (Kingma & Ba, 2015, algorithm 1), one fused call over the arena.
///
/// With `decoupled` weight decay it is AdamW (Loshchilov & Hutter, 2019, algorithm 2): p ← p − η λ p beside the step;
/// otherwise the decay is added to the gradient.
public final class Adam: Optimizer {
  private let groups: [Group]
  private let firstMoment: Tensor
  private let secondMoment: Tensor
  private let steps: Tensor
  private let beta1: Double
  private let beta2: Double
  private let epsilon: Double
  private let decoupled: Bool

  private struct Group {
    let values: Tensor
    let gradients: Tensor
    let firstMoment: Tensor
    let secondMoment: Tensor
    /// The engine's kernel counts its own steps.
    let steps: Tensor
    let weightDecay: Double
  }

  public init(
    _ arena: Arena, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0,
    decoupled: Bool
  ) {
    let (first, second) = (arena.values.zerosLike(), arena.values.zerosLike())
    let ranges = arena.groups(weightDecay: weightDecay)
    let steps = Tensor.zeros([ranges.count])
    groups = ranges.enumerated().map { number, group in
      Group(
        values: view(arena.values, group.range), gradients: view(arena.gradients, group.range),
        firstMoment: view(first, group.range), secondMoment: view(second, group.range),
        steps: steps.select(axis: 0, index: number), weightDecay: group.weightDecay)
    }
    firstMoment = first
    secondMoment = second
    self.steps = steps
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.decoupled = decoupled
  }

  public var state: [String: Tensor] { ["firstMoment": firstMoment, "secondMoment": secondMoment, "steps": steps] }

  public func step(learningRate: Double) {
    for group in groups {
      group.values.fusedAdam_(
        gradient: group.gradients, mean: group.firstMoment, square: group.secondMoment, step: group.steps,
        learningRate: learningRate, beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: group.weightDecay,
        decoupled: decoupled)
    }
  }
}
