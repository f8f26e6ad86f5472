import CTorch

/// A value that needs no derivatives, recorded once and then computed for other inputs and parameters of the same shapes: the
/// forward half of ``RecordedLoss``.
///
/// ```swift
/// let (logits, plan) = RecordedValue.record(inputs: [x], parameters: arena.values) { model(x) }
/// let others = plan?.run(inputs: [x2], parameters: other.values)
/// ```
public final class RecordedValue {
  private let raw: OpaquePointer
  /// Of the value.
  public let shape: [Int]

  private init(owning raw: OpaquePointer, shape: [Int]) {
    self.raw = raw
    self.shape = shape
  }
  deinit { ct_plan_release(raw) }

  /// Runs `body` without derivatives and notes what was done.
  ///
  /// - Parameters:
  ///   - inputs: contiguous; their values may change from run to run.
  ///   - parameters: `[n]`, in which every parameter lies that may change.
  ///   - body: gives the value, of single precision; it may read no values and draw no masks.
  /// - Returns: the value, and what computes it again; nil where that is not possible.
  public static func record(
    inputs: [Tensor], parameters: Tensor, body: () -> Tensor
  ) -> (value: Tensor, plan: RecordedValue?) {
    withoutGradients {
      var tape: OpaquePointer?
      check(
        withExtendedLifetime(parameters) {
          withHandles(inputs) { ct_record_begin($0, $0.count, parameters.handle.raw, &tape) }
        }, parameters)
      let value = body()
      var plan: OpaquePointer?
      check(withExtendedLifetime(value) { ct_record_end_value(tape, value.handle.raw, &plan) }, value)
      return (value, plan.map { RecordedValue(owning: $0, shape: value.shape) })
    }
  }

  /// Records what `body` makes of inputs, without parameters that may change, and holds it against what the engine gives.
  ///
  /// - Parameters:
  ///   - samples: inputs of the same shapes, contiguous; the first are those that are recorded.
  ///   - body: gives the value, of single precision; it may read no values and draw no masks.
  /// - Returns: nil where it cannot be recorded, or gives anything else for one of the samples.
  public static func verified(on samples: [[Tensor]], body: ([Tensor]) -> Tensor) -> RecordedValue? {
    let parameters = Tensor.zeros([0])
    let (value, plan) = record(inputs: samples[0], parameters: parameters) { body(samples[0]) }
    guard let plan else { return nil }
    return withoutGradients {
      zip(samples, [value] + samples.dropFirst().map(body)).allSatisfy { inputs, expected in
        plan.run(inputs: inputs, parameters: parameters, expecting: expected) != nil
      }
    } ? plan : nil
  }

  /// Computes the value anew.
  ///
  /// - Parameters:
  ///   - inputs: of the recorded shapes; for several models `[models · B, …]`: the rows of each behind those of the one before.
  ///   - models: how many times it is computed, each time with the next inputs and parameters.
  ///   - parameters: `[n]`, or `[models, n]`.
  /// - Returns: the value, or `[models, …]` for more than one.
  public func run(inputs: [Tensor], models: Int = 1, parameters: Tensor) -> Tensor {
    let value = Tensor.zeros(models == 1 ? shape : [models] + shape)
    var losses = [Double](repeating: 0, count: models)
    check(
      withExtendedLifetime((parameters, value)) {
        withHandles(inputs) {
          ct_plan_run(raw, $0, $0.count, models, parameters.handle.raw, value.handle.raw, [], 0, &losses)
        }
      }, parameters)
    return value
  }

  /// Computes the value anew, where it is to be `expected` up to rounding.
  ///
  /// - Parameters:
  ///   - inputs: of the recorded shapes.
  ///   - parameters: `[n]`.
  ///   - expected: what the engine gives for them.
  /// - Returns: nil where it is not.
  public func run(inputs: [Tensor], parameters: Tensor, expecting expected: Tensor) -> Tensor? {
    let value = run(inputs: inputs, parameters: parameters)
    let difference = (value - expected).abs().max().item()
    return difference <= 1e-4 * max(1, expected.abs().max().item()) ? value : nil
  }
}
