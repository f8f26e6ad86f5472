public import Tensors

/// Where in its training a step stands: what annealed weights and temperatures are functions of.
///
/// ```swift
/// objective: { model, batch, context in
///   model.reconstruction(batch) + context.progress * model.divergence(batch)  // annealed from 0 to 1
/// }
/// ```
public struct StepContext: Sendable {
  /// Steps of the optimiser before this one, over all epochs.
  ///
  /// A number of the program is a constant of a recorded step (``Trainer/tensors``): there an objective reads ``progress``.
  public var step: Int
  /// Number of steps that training takes at most.
  public var total: Int
  /// ``progress`` as an input of recorded steps, `[1]`; made anew for each step and never written.
  nonisolated(unsafe) let input: Tensor

  public init(step: Int, total: Int) {
    self.step = step
    self.total = total
    input = .full([1], Self.share(step, total))
  }

  /// The share of the training that is over, from 0 in the first step to 1 in the last, a float32 scalar.
  public var progress: Tensor { input.reshaped([]) }

  /// The end of a training, as a finished model is judged.
  public static var end: StepContext { StepContext(step: 1, total: 2) }

  /// ``progress`` for several models, `[models]`.
  func inputs(models: Int) -> Tensor { .full([models], Self.share(step, total)) }

  private static func share(_ step: Int, _ total: Int) -> Double { Double(step) / Double(max(total - 1, 1)) }
}
