public import Layers
public import Tensors

/// What models make of batches, by replaying a recording of the first batch of its shapes (``RecordedValue``).
///
/// As with training steps (`StepRecorder`), a recording is checked before it is relied on: its first two values are also
/// computed by the engine, and where they differ, or the computation cannot be recorded, the engine does them all.
///
/// ```swift
/// let recorder = ValueRecorder()
/// let logits = recorder.values(of: replicas, for: batch.tensors) { $0(batch) }  // [active, B, K]
/// ```
public final class ValueRecorder {
  /// Of few shapes: a recording of a large batch holds much memory.
  private var known = Recordings<[[Int]], RecordedValue>(most: 4)

  public init() {}

  /// The values of all active models, `[active, …]`, without gradients.
  ///
  /// - Parameters:
  ///   - replicas: the models.
  ///   - inputs: every tensor that `body` reads besides parameters, of any number types that belong to their places.
  ///   - body: the value of a model, of single precision.
  public func values<Model: Module>(
    of replicas: Replicas<Model>, for inputs: [Tensor], _ body: (Model) -> Tensor
  ) -> Tensor {
    values(of: replicas, for: { _ in inputs }) { model, _ in body(model) }
  }

  /// The values of all active models for inputs of their own, `[active, …]`, without gradients.
  ///
  /// - Parameters:
  ///   - replicas: the models.
  ///   - inputs: of the model in a row: every tensor that `body` reads besides parameters.
  ///   - body: the value of a model for its inputs, of single precision.
  public func values<Model: Module>(
    of replicas: Replicas<Model>, for inputs: (_ row: Int) -> [Tensor], _ body: (Model, [Tensor]) -> Tensor
  ) -> Tensor {
    withoutGradients {
      let rows = replicas.values
      let isRecordable = replicas.isRecordable && rows.device == .cpu && rows.dtype == .float32
      let values = replicas.active.enumerated().map { row, number in
        let inputs = inputs(row).map { $0.contiguous() }
        guard isRecordable else { return body(replicas.models[number], inputs) }
        return value(of: inputs + replicas.constants(ofRow: row), rows.select(axis: 0, index: row)) {
          body(replicas.models[number], inputs)
        }
      }
      return Tensor.stacked(values, axis: 0)
    }
  }

  private func value(of inputs: [Tensor], _ parameters: Tensor, _ body: () -> Tensor) -> Tensor {
    known.value(
      for: inputs.map(\.shape), replay: { $0.run(inputs: inputs, parameters: parameters) }, engine: body,
      record: { RecordedValue.record(inputs: inputs, parameters: parameters, body: body) },
      compare: { plan, expected in
        plan.run(inputs: inputs, parameters: parameters, expecting: expected).map { .same($0) } ?? .different
      })
  }
}
