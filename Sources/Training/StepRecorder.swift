import Layers
import Tensors

/// Computes losses and gradients of training steps by replaying a recording of the first of its shape (``RecordedLoss``).
///
/// A forward pass reads no values and keeps no state (see `Module`), so a step differs from the one before only in its
/// batch, its parameters and its masks. That is checked before it is relied on: the step that is recorded and the next one of
/// the same shapes are also computed by the engine, and where the results differ, or the step cannot be recorded, the
/// engine does them all.
final class StepRecorder {
  /// What is known of steps of one shape.
  private enum Knowledge {
    case unverified(RecordedLoss)
    case trusted(RecordedLoss)
    case refused
  }

  /// Batches of more shapes than this are left to the engine: recording takes two steps' time, and memory.
  private static let most = 32

  private var known: [[Int]: Knowledge] = [:]
  private let offsets: [Int]

  /// - Parameter offsets: where each parameter lies in its model's row.
  init(offsets: [Int]) { self.offsets = offsets }

  /// How batches like this, which hold those of `models` models one behind the other, are done.
  func way(for inputs: [Tensor], models: Int) -> Way {
    switch known[signature(inputs, models: models)] {
    case .trusted(let plan): return .replay(plan)
    case .unverified: return .step
    case .refused: return .engine
    case nil: return known.count < Self.most ? .step : .engine
    }
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
  ///   - leaves: each of the parameters.
  ///   - generator: what masks of dropout are drawn with.
  ///   - objective: the loss that the engine computes.
  func step(
    _ inputs: [Tensor], values: Tensor, gradients row: Tensor, leaves: [Tensor], generator: Generator,
    objective: () -> Tensor
  ) -> Double {
    let inputs = inputs.map { $0.isContiguous ? $0 : $0.contiguous() }
    let signature = signature(inputs, models: 1)
    func replay(_ plan: RecordedLoss) -> Double {
      let keys = (0..<plan.keyCount).map { _ in generator.next() }
      return plan.run(inputs: inputs, parameters: values, gradients: row, keys: keys)[0]
    }
    func checked(_ plan: RecordedLoss, _ loss: Double, _ expected: Tensor, from state: Tensor) -> Double? {
      generator.state = state
      let replayed = replay(plan)
      let close = abs(replayed - loss) <= 1e-4 * max(1, abs(loss))
      return close && (row - expected).norm().item() <= 1e-3 * expected.norm().item() + 1e-6 ? replayed : nil
    }
    func byEngine() -> (loss: Double, gradients: Tensor) {
      let loss = training(with: generator, objective)
      let found = Tensors.gradients(of: [loss], withRespectTo: leaves, allowUnused: true)
      return (loss.item(), joined(zip(found, leaves).map { $0 ?? $1.zerosLike() }))
    }
    let before = generator.state
    switch known[signature] {
    case .trusted(let plan): return replay(plan)
    case .unverified(let plan):
      let (loss, expected) = byEngine()
      if let replayed = checked(plan, loss, expected, from: before) {
        known[signature] = .trusted(plan)
        return replayed
      }
      // A number that is not finite says nothing about the recording.
      if loss.isFinite { known[signature] = .refused }
      row.copy_(from: expected)
      return loss
    case nil where known.count < Self.most && isPlain(values):
      let recorded = RecordedLoss.record(
        inputs: inputs, parameters: values, leaves: Array(zip(leaves, offsets))
      ) { training(with: generator, objective) }
      let expected = joined(recorded.gradients)
      let after = generator.state
      if let plan = recorded.plan, let replayed = checked(plan, recorded.loss, expected, from: before) {
        known[signature] = .unverified(plan)
        return replayed
      }
      generator.state = after
      if recorded.loss.isFinite || recorded.plan == nil { known[signature] = .refused }
      row.copy_(from: expected)
      return recorded.loss
    default:
      let (loss, found) = byEngine()
      row.copy_(from: found)
      return loss
    }
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
