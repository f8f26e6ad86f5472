public import Tensors

/// Moves the parameters of an arena against their gradients.
public protocol Optimizer: AnyObject {
  /// One step, from the gradients that the arena holds.
  func step(learningRate: Double)

  /// Everything that a step depends on besides values and gradients, for checkpoints; views, not copies.
  var state: [String: Tensor] { get }
}

extension Optimizer {
  /// Copies a saved state over the present one.
  ///
  /// - Throws: `InputError` naming `file` and the key where a tensor is missing or has another shape.
  public func load(_ saved: [String: Tensor], file: String? = nil) throws {
    for (name, tensor) in state {
      guard let new = saved[name] else { throw InputError(file: file, at: name, "missing from the optimiser's state") }
      guard new.shape == tensor.shape else {
        throw InputError(file: file, at: name, "shape \(new.shape); the optimiser expects \(tensor.shape)")
      }
    }
    for (name, tensor) in state { tensor.copy_(from: saved[name]!) }
  }
}

/// The optimisers that can be chosen by name.
public enum OptimizerKind: String, Codable, Sendable, CaseIterable {
  case sgd, adam, adamw

  /// Makes the optimiser with its usual settings: momentum .9 for SGD, β = (.9, .999) and ε = 10⁻⁸ for Adam.
  public func make(_ arena: Arena, weightDecay: Double) -> any Optimizer {
    switch self {
    case .sgd: SGD(arena, momentum: 0.9, weightDecay: weightDecay)
    case .adam: Adam(arena, weightDecay: weightDecay, decoupled: false)
    case .adamw: Adam(arena, weightDecay: weightDecay, decoupled: true)
    }
  }
}

extension Arena {
  /// The ranges that one fused call each acts on, with their weight decay: one range where the decay is the same for all.
  func groups(weightDecay: Double) -> [(range: Range<Int>, weightDecay: Double)] {
    if weightDecay == 0 { return [(0..<count, 0)] }
    return [(decaying, weightDecay), (decaying.upperBound..<count, 0)].filter { !$0.0.isEmpty }
  }
}
