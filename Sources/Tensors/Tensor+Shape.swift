import CTorch

// Axes count from 0; negative ones count from the end.
extension Tensor {
  /// Same elements in row-major order under another shape; one length may be −1.
  public func reshaped(_ shape: [Int]) -> Tensor { unary(self) { ct_reshape($0, shape, shape.count, $1) } }
  /// `reshaped` that never copies; traps where the memory layout would need it.
  public func view(_ shape: [Int]) -> Tensor { unary(self) { ct_view($0, shape, shape.count, $1) } }
  /// Axes `from` … `to` become one.
  public func flattened(from: Int = 0, to: Int = -1) -> Tensor { unary(self) { ct_flatten($0, from, to, $1) } }
  public func transposed(_ a: Int = -2, _ b: Int = -1) -> Tensor { unary(self) { ct_transpose($0, a, b, $1) } }
  public func permuted(_ axes: [Int]) -> Tensor { unary(self) { ct_permute($0, axes, axes.count, $1) } }
  /// Drops an axis of length 1.
  public func squeezed(_ axis: Int) -> Tensor { unary(self) { ct_squeeze($0, axis, $1) } }
  /// Inserts an axis of length 1.
  public func unsqueezed(_ axis: Int) -> Tensor { unary(self) { ct_unsqueeze($0, axis, $1) } }
  /// Repeats axes of length 1 without copying; −1 keeps a length.
  public func expanded(to shape: [Int]) -> Tensor { unary(self) { ct_expand($0, shape, shape.count, $1) } }
  public func narrow(axis: Int, start: Int, length: Int) -> Tensor {
    unary(self) { ct_narrow($0, axis, start, length, $1) }
  }
  /// One index of an axis, which disappears.
  public func select(axis: Int, index: Int) -> Tensor { unary(self) { ct_select($0, axis, index, $1) } }
  /// Every `step`-th index of an axis.
  public func strided(axis: Int, start: Int = 0, end: Int = .max, step: Int) -> Tensor {
    unary(self) { ct_slice($0, axis, start, end, step, $1) }
  }
  /// Parts of the given lengths, which add up to the axis.
  public func split(_ sizes: [Int], axis: Int = 0) -> [Tensor] {
    let length = shape[axis < 0 ? rank + axis : axis]
    precondition(sizes.reduce(0, +) == length, "sizes \(sizes) do not add up to axis \(axis) of \(shape)")
    return many(sizes.count, given: [self]) { ct_split(handle.raw, sizes, sizes.count, axis, $0) }.map { $0! }
  }
  /// Parts of length `size`; the last may be shorter.
  public func split(_ size: Int, axis: Int = 0) -> [Tensor] {
    let length = shape[axis < 0 ? rank + axis : axis]
    return split(stride(from: 0, to: length, by: size).map { Swift.min(size, length - $0) }, axis: axis)
  }
  /// The slices along an axis, which disappears.
  public func unbind(axis: Int = 0) -> [Tensor] {
    many(shape[axis < 0 ? rank + axis : axis], given: [self]) { ct_unbind(handle.raw, axis, $0) }.map { $0! }
  }
  public func flipped(_ axes: [Int]) -> Tensor { unary(self) { ct_flip($0, axes, axes.count, $1) } }
  public func rolled(_ shift: Int, axis: Int) -> Tensor { unary(self) { ct_roll($0, shift, axis, $1) } }
  /// Tiles the tensor `counts[i]` times along axis i.
  public func repeated(_ counts: [Int]) -> Tensor { unary(self) { ct_repeat($0, counts, counts.count, $1) } }
  /// Every slice along `axis` `count` times in a row.
  public func interleaved(_ count: Int, axis: Int) -> Tensor {
    unary(self) { ct_repeat_interleave($0, count, axis, $1) }
  }
  /// Windows of `size` every `step` along `axis`, as a new last axis.
  public func unfold(axis: Int, size: Int, step: Int) -> Tensor { unary(self) { ct_unfold($0, axis, size, step, $1) } }
  /// How `padded` fills.
  public enum Padding: String, Sendable { case constant, reflect, replicate, circular }
  /// Pads the last axes: `[before last, after last, before last but one, …]`.
  public func padded(_ pads: [Int], mode: Padding = .constant, value: Double = 0) -> Tensor {
    unary(self) { ct_pad($0, pads, pads.count, mode.rawValue, value, $1) }
  }
  public func contiguous() -> Tensor { isContiguous ? self : unary(self, ct_contiguous) }
  /// The same memory, cut off from automatic differentiation.
  public func detached() -> Tensor { unary(self, ct_detach) }
  /// A copy that takes part in automatic differentiation.
  public func cloned() -> Tensor { unary(self, ct_clone) }
  public func to(_ dtype: DType) -> Tensor {
    self.dtype == dtype ? self : unary(self) { ct_to_dtype($0, dtype.code, $1) }
  }
  public func to(_ device: Device) -> Tensor {
    self.device == device ? self : unary(self) { ct_to_device($0, device.kind, device.index, $1) }
  }
  public static func concatenated(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    joined(tensors) { ct_cat($0, $1, axis, $2) }
  }
  /// Joins tensors of equal shape along a new axis.
  public static func stacked(_ tensors: [Tensor], axis: Int = 0) -> Tensor {
    joined(tensors) { ct_stack($0, $1, axis, $2) }
  }

  static func joined(
    _ tensors: [Tensor], _ call: ([OpaquePointer?], Int, UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) -> Tensor {
    var out: OpaquePointer?
    let status = withHandles(tensors) { call($0, tensors.count, &out) }
    if status != 0 { trap(tensors) }
    return Tensor(owning: out!)
  }
}
