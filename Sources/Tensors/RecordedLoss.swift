import CTorch

/// A loss and its gradients, recorded once and then computed for other values of the same shapes.
///
/// While recording, the engine notes every operation, forward and backward. Replaying does the same work in memory laid out once,
/// small operations by kernels of ours, without dispatch, graph or allocation. What the computation took from elsewhere than
/// inputs, parameters and masks of dropout is constant afterwards.
///
/// ```swift
/// let recorded = RecordedLoss.record(inputs: [x, y], parameters: arena.values, leaves: leaves) { criterion(model(x), y) }
/// let losses = recorded.plan!.run(inputs: [x2, y2], parameters: arena.values, gradients: arena.gradients, keys: [])
/// ```
public final class RecordedLoss {
  private let raw: OpaquePointer

  private init(owning raw: OpaquePointer) { self.raw = raw }
  deinit { ct_plan_release(raw) }

  /// What recording gave.
  public struct Recording {
    public let loss: Double
    /// Of each leaf; zeros where the loss does not depend on it.
    public let gradients: [Tensor]
    /// Nil where the computation cannot be replayed.
    public let plan: RecordedLoss?
    /// Why it cannot.
    public let refusal: String?
  }

  /// Runs `body` and its derivatives, and notes what was done.
  ///
  /// - Parameters:
  ///   - inputs: contiguous; their values may change from run to run.
  ///   - parameters: `[n]`, in which every leaf lies.
  ///   - leaves: with the number of elements that lie before each in `parameters`.
  ///   - body: gives the loss, a scalar; it may read no values.
  public static func record(
    inputs: [Tensor], parameters: Tensor, leaves: [(tensor: Tensor, offset: Int)], body: () -> Tensor
  ) -> Recording {
    var tape: OpaquePointer?
    check(
      withExtendedLifetime(parameters) {
        withHandles(inputs) { ct_record_begin($0, $0.count, parameters.handle.raw, &tape) }
      }, parameters)
    let loss = body()
    var plan: OpaquePointer?
    let offsets = leaves.map(\.offset)
    let gradients = many(leaves.count, given: [loss] + leaves.map(\.tensor)) { gradients in
      withHandles(leaves.map(\.tensor)) {
        ct_record_end(tape, loss.handle.raw, $0, offsets, $0.count, gradients, &plan)
      }
    }
    return Recording(
      loss: loss.item(), gradients: gradients.map { $0! }, plan: plan.map(RecordedLoss.init(owning:)),
      refusal: plan == nil ? String(cString: ct_last_error()) : nil)
  }

  /// Masks of dropout that a run takes keys for.
  public var keyCount: Int { ct_plan_keys(raw) }

  /// How many operations there are, and which of them the engine still does, one a line.
  public var description: String { String(cString: ct_plan_description(raw)) }

  /// Computes loss and gradients of one model, or of several one after the other.
  ///
  /// - Parameters:
  ///   - inputs: for several models `[models · B, …]`: the rows of each behind those of the one before.
  ///   - models: how many there are.
  ///   - parameters: `[models, n]`, or `[n]`.
  ///   - gradients: of the same shape; written over.
  ///   - keys: ``keyCount`` for each model, as the generator of its masks gives them.
  /// - Returns: the loss of each.
  public func run(inputs: [Tensor], models: Int = 1, parameters: Tensor, gradients: Tensor, keys: [UInt64]) -> [Double]
  {
    var losses = [Double](repeating: 0, count: models)
    check(
      withExtendedLifetime((parameters, gradients)) {
        withHandles(inputs) {
          ct_plan_run(
            raw, $0, $0.count, models, parameters.handle.raw, gradients.handle.raw, keys, keys.count, &losses)
        }
      }, parameters)
    return losses
  }

  /// Computes loss and gradients of each model and moves it by Adam at once, while its gradients are in the cache.
  ///
  /// - Parameters:
  ///   - inputs: `[models · B, …]`: the rows of each model behind those of the one before.
  ///   - parameters: `[models, n]`.
  ///   - gradients: of the same shape; written over.
  ///   - keys: ``keyCount`` for each model, as the generator of its masks gives them.
  ///   - mean: first moments, of the shape of `parameters`.
  ///   - square: second moments, likewise.
  ///   - learningRates: of each model.
  ///   - limit: norm to which the gradients of a model are scaled down before; nil leaves them.
  ///   - step: what is the same for all models.
  /// - Returns: losses, and the norms of the gradients as they were.
  public func train(
    inputs: [Tensor], parameters: Tensor, gradients: Tensor, keys: [UInt64], mean: Tensor, square: Tensor,
    learningRates: [Double], limit: Double?, step: AdamStep
  ) -> (losses: [Double], norms: [Double]) {
    let models = learningRates.count
    var losses = [Double](repeating: 0, count: models)
    var norms = losses
    check(
      withHandles([parameters, gradients, mean, square]) { rows in
        withHandles(inputs) {
          ct_plan_train(
            raw, $0, $0.count, models, rows[0], rows[1], keys, keys.count, rows[2], rows[3], learningRates, limit ?? 0,
            step.raw, &losses, &norms)
        }
      }, parameters, mean, square)
    return (losses, norms)
  }
}
