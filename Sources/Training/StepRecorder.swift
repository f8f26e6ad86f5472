import Layers
import Tensors

/// Computes losses and gradients of training steps by replaying a recording of the first of its shape (``RecordedLoss``).
///
/// A forward pass reads no values and keeps no state (see `Module`), so a step differs from the one before only in its
/// batch, its parameters and its masks. That is checked before it is relied on: the step that is recorded and the next one of
/// the same shapes are also computed by the engine, and where the results differ, or the step cannot be recorded, the
/// engine does them all.
final class StepRecorder {
  /// Of many shapes, yet not of any number: recording takes two steps' time, and memory.
  private var known = Recordings<[Int], RecordedLoss>(most: 32)
  private let offsets: [Int]

  /// - Parameter offsets: where each parameter lies in its model's row.
  init(offsets: [Int]) { self.offsets = offsets }

  /// How batches like this, which hold those of `models` models one behind the other, are done.
  func way(for inputs: [Tensor], models: Int, values: Tensor) -> Way {
    guard isPlain(values) else { return .engine }
    let signature = signature(inputs, models: models)
    if let plan = known.trusted(signature) { return .replay(plan) }
    return known.isRefused(signature) ? .engine : .step
  }

  enum Way {
    /// All models in one call.
    case replay(RecordedLoss)
    /// One model after the other by ``step(_:values:gradients:leaves:generator:objective:)``, which learns from it.
    case step
    case engine
  }

  /// The loss of one step; its gradients are written to `row`.
  ///
  /// - Parameters:
  ///   - inputs: every tensor of the batch.
  ///   - values: the model's parameters, `[n]`.
  ///   - row: where the gradients go, `[n]`.
  ///   - leaves: each of the parameters.
  ///   - generator: what masks of dropout are drawn with.
  ///   - objective: the loss that the engine computes.
  func step(
    _ inputs: [Tensor], values: Tensor, gradients row: Tensor, leaves: [Tensor], generator: Generator,
    objective: () -> Tensor
  ) -> Double {
    let inputs = inputs.map { $0.contiguous() }
    let before = generator.state
    func replay(_ plan: RecordedLoss) -> Done {
      let keys = (0..<plan.keyCount).map { _ in generator.next() }
      return Done(loss: plan.run(inputs: inputs, parameters: values, gradients: row, keys: keys)[0], gradients: nil)
    }
    func byEngine() -> Done {
      let loss = training(with: generator, objective)
      let found = Tensors.gradients(of: [loss], withRespectTo: leaves, allowUnused: true)
      return Done(loss: loss.item(), gradients: joined(zip(found, leaves).map { $0 ?? $1.zerosLike() }))
    }
    func record() -> (Done, RecordedLoss?) {
      let recorded = RecordedLoss.record(
        inputs: inputs, parameters: values, leaves: Array(zip(leaves, offsets))
      ) { training(with: generator, objective) }
      return (Done(loss: recorded.loss, gradients: joined(recorded.gradients)), recorded.plan)
    }
    func compare(_ plan: RecordedLoss, _ expected: Done) -> Recordings<[Int], RecordedLoss>.Comparison<Done> {
      let after = generator.state
      generator.state = before
      let replayed = replay(plan)
      let close = abs(replayed.loss - expected.loss) <= 1e-4 * max(1, abs(expected.loss))
      let gradients = expected.gradients!
      if close, (row - gradients).norm().item() <= 1e-3 * gradients.norm().item() + 1e-6 { return .same(replayed) }
      generator.state = after
      // A number that is not finite says nothing about the recording.
      return expected.loss.isFinite ? .different : .nothing
    }
    let done =
      isPlain(values)
      ? known.value(
        for: signature(inputs, models: 1), replay: replay, engine: byEngine, record: record, compare: compare)
      : byEngine()
    if let gradients = done.gradients { row.copy_(from: gradients) }
    return done.loss
  }

  /// A step that was done.
  private struct Done {
    let loss: Double
    /// Of all parameters; nil where they stand in their row already.
    let gradients: Tensor?
  }

  /// Number types and shapes of one model's inputs.
  private func signature(_ inputs: [Tensor], models: Int) -> [Int] {
    var signature: [Int] = []
    for input in inputs {
      let shape = input.shape
      signature.append(-1 - input.dtype.size)
      if let first = shape.first { signature.append(first / models) }
      signature.append(contentsOf: shape.dropFirst())
    }
    return signature
  }

  private func joined(_ gradients: [Tensor]) -> Tensor {
    Tensor.concatenated(gradients.map { $0.detached().flattened() })
  }

  private func isPlain(_ values: Tensor) -> Bool { values.device == .cpu && values.dtype == .float32 }
}
