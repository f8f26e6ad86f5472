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
  private let shape: [Int]

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

  /// Computes the value anew.
  ///
  /// - Parameters:
  ///   - inputs: of the recorded shapes.
  ///   - parameters: `[n]`.
  public func run(inputs: [Tensor], parameters: Tensor) -> Tensor {
    let value = Tensor.zeros(shape)
    var nothing = 0.0
    check(
      withExtendedLifetime((parameters, value)) {
        withHandles(inputs) {
          ct_plan_run(raw, $0, $0.count, 1, parameters.handle.raw, value.handle.raw, [], 0, &nothing)
        }
      }, parameters)
    return value
  }
}
