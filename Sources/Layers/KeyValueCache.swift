public import Tensors

/// The keys and values of what an attention layer has seen, so that a sequence that is generated token by token costs one
/// token a step and not all of them (Shazeer, 2019, section 2.4).
///
/// ```swift
/// let caches = decoder.layers.map { _ in KeyValueCache() }          // decoder: a TransformerEncoder
/// for token in tokens { x = decoder(token, mask: .causal, caches: caches) }   // [B, 1, width] each
/// ```
public final class KeyValueCache {
  /// [B, heads, S, width / heads].
  private var keys: Tensor?
  private var values: Tensor?
  private let isFixed: Bool

  /// - Parameter isFixed: whether the context stays the same, as in attention to what is translated or described: it is
  ///   projected once.
  public init(isFixed: Bool = false) { self.isFixed = isFixed }

  /// Positions that are held.
  public var count: Int { keys?.shape[2] ?? 0 }

  /// Samples in another order, or some of them several times: of the hypotheses of a beam, those that go on.
  ///
  /// - Parameter rows: which samples, int64 `[B′]`.
  public func select(_ rows: Tensor) {
    keys = keys?.indexSelect(axis: 0, rows)
    values = values?.indexSelect(axis: 0, rows)
  }

  /// What is held of a context that stays the same; nil where it still has to be projected.
  var known: (Tensor, Tensor)? {
    guard isFixed, let keys, let values else { return nil }
    return (keys, values)
  }

  /// Holds further positions and returns all.
  func adding(_ newKeys: Tensor, _ newValues: Tensor) -> (Tensor, Tensor) {
    let all = keys.map { Tensor.concatenated([$0, newKeys], axis: 2) } ?? newKeys
    let allValues = values.map { Tensor.concatenated([$0, newValues], axis: 2) } ?? newValues
    (keys, values) = (all, allValues)
    return (all, allValues)
  }
}
