internal import CTorch

/// Owns one reference to an engine tensor.
final class TensorHandle {
  let raw: OpaquePointer
  init(owning raw: OpaquePointer) { self.raw = raw }
  deinit { ct_release(raw) }
}

/// A multi-dimensional array on the engine, with automatic differentiation.
///
/// Operations return new tensors; those whose name ends in `_` write in place. A wrong shape is a programming error and
/// traps with the engine's message and the shapes. A tensor is not `Sendable`: a model lives in one isolation domain.
///
/// ```swift
/// let x = Tensor([1, 2, 3, 4] as [Float], shape: [2, 2])
/// print((x.matmul(x) + 1).sum(axes: [0]))
/// ```
public struct Tensor {
  let handle: TensorHandle

  init(owning raw: OpaquePointer) { handle = TensorHandle(owning: raw) }

  /// Copies `values` in row-major order. Without a shape the tensor is a vector.
  public init<S: TensorScalar>(_ values: [S], shape: [Int]? = nil) {
    let shape = shape ?? [values.count]
    precondition(
      shape.reduce(1, *) == values.count, "\(values.count) values do not fill a tensor of shape \(shape)")
    self = values.withUnsafeBytes { Tensor(bytes: $0, shape: shape, dtype: S.dtype) }
  }

  /// A scalar (rank 0).
  public init(_ scalar: Double, dtype: DType = .float32) { self = .full([], scalar, dtype: dtype) }

  /// Copies raw row-major bytes in the machine's byte order; there must be as many as the shape needs.
  public init(bytes: UnsafeRawBufferPointer, shape: [Int], dtype: DType) {
    precondition(
      bytes.count == shape.reduce(1, *) * dtype.size,
      "\(bytes.count) bytes do not fill a \(dtype) tensor of shape \(shape)")
    self = make { ct_from_bytes(bytes.baseAddress, shape, shape.count, dtype.code, $0) }
  }

  // MARK: Properties

  /// Length of each axis.
  public var shape: [Int] {
    withExtendedLifetime(handle) {
      let rank = ct_rank(handle.raw)
      return [Int](unsafeUninitializedCapacity: rank) { buffer, count in
        if rank > 0 { ct_shape(handle.raw, buffer.baseAddress) }
        count = rank
      }
    }
  }
  /// Number of axes.
  public var rank: Int { withExtendedLifetime(handle) { ct_rank(handle.raw) } }
  /// Number of elements.
  public var count: Int { withExtendedLifetime(handle) { ct_count(handle.raw) } }
  public var dtype: DType {
    withExtendedLifetime(handle) {
      guard let dtype = DType(code: ct_dtype(handle.raw)) else {
        preconditionFailure("the engine's element type \(ct_dtype(handle.raw)) has no name here")
      }
      return dtype
    }
  }
  public var device: Device {
    withExtendedLifetime(handle) {
      let kind = ct_device_type(handle.raw)
      return Device(kind: kind, index: kind == 0 ? 0 : ct_device_index(handle.raw))
    }
  }
  public var isContiguous: Bool { withExtendedLifetime(handle) { ct_is_contiguous(handle.raw) } }

  // MARK: Reading values

  /// The single element of a tensor that holds one.
  public func item() -> Double {
    var value = 0.0
    check(withExtendedLifetime(handle) { ct_item(handle.raw, &value) }, self)
    return value
  }

  /// All elements in row-major order, converted to `S` where the type differs.
  public func array<S: TensorScalar>(of type: S.Type = S.self) -> [S] {
    to(S.dtype).withBytes { bytes in
      [S](unsafeUninitializedCapacity: bytes.count / MemoryLayout<S>.stride) { buffer, count in
        UnsafeMutableRawBufferPointer(buffer).copyMemory(from: bytes)
        count = bytes.count / MemoryLayout<S>.stride
      }
    }
  }
  /// All elements as single precision, row-major.
  public var floats: [Float] { array() }
  /// All elements as double precision, row-major.
  public var doubles: [Double] { array() }
  /// All elements as integers, row-major.
  public var integers: [Int] { array() }

  /// Calls `body` with the elements' bytes in row-major order, without a copy where the tensor is contiguous on the CPU.
  public func withBytes<R>(_ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let flat = to(Device.cpu).contiguous()
    return try withExtendedLifetime(flat) {
      var data: UnsafeMutableRawPointer?
      check(ct_data(flat.handle.raw, &data), flat)
      return try body(UnsafeRawBufferPointer(start: data, count: flat.count * flat.dtype.size))
    }
  }
}

// MARK: - Calling the engine

/// Traps with the engine's message and the shapes that were given.
@inline(never)
func trap(_ tensors: [Tensor]) -> Never {
  let shapes = tensors.map { "\($0.shape) \($0.dtype)" }.joined(separator: ", ")
  fatalError("\(String(cString: ct_last_error())) (given \(shapes.isEmpty ? "no tensors" : shapes))")
}

@inline(__always)
func check(_ status: Int32, _ tensors: Tensor...) {
  if status != 0 { trap(tensors) }
}

@inline(__always)
func make(_ given: Tensor..., call: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> Tensor {
  var out: OpaquePointer?
  if call(&out) != 0 { trap(given) }
  return Tensor(owning: out!)
}

typealias UnaryCall = (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
typealias BinaryCall = (OpaquePointer, OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32

@inline(__always)
func unary(_ x: Tensor, _ call: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> Tensor {
  var out: OpaquePointer?
  let status = withExtendedLifetime(x.handle) { call(x.handle.raw, &out) }
  if status != 0 { trap([x]) }
  return Tensor(owning: out!)
}

@inline(__always)
func binary(
  _ a: Tensor, _ b: Tensor, _ call: (OpaquePointer, OpaquePointer, UnsafeMutablePointer<OpaquePointer?>) -> Int32
) -> Tensor {
  var out: OpaquePointer?
  let status = withExtendedLifetime((a.handle, b.handle)) { call(a.handle.raw, b.handle.raw, &out) }
  if status != 0 { trap([a, b]) }
  return Tensor(owning: out!)
}

/// Two results from one input.
func unaryPair(
  _ x: Tensor,
  _ call: (OpaquePointer, UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<OpaquePointer?>) -> Int32
) -> (Tensor, Tensor) {
  var first: OpaquePointer?
  var second: OpaquePointer?
  let status = withExtendedLifetime(x.handle) { call(x.handle.raw, &first, &second) }
  if status != 0 { trap([x]) }
  return (Tensor(owning: first!), Tensor(owning: second!))
}

/// Calls `body` with the raw handles of `tensors`, alive for its duration.
func withHandles<R>(_ tensors: [Tensor], _ body: ([OpaquePointer?]) -> R) -> R {
  withExtendedLifetime(tensors) { body(tensors.map { $0.handle.raw }) }
}

/// Calls `body` with the raw handles of tensors of which some may be absent.
func withOptionals<R>(_ tensors: [Tensor?], _ body: ([OpaquePointer?]) -> R) -> R {
  withExtendedLifetime(tensors) { body(tensors.map { $0?.handle.raw }) }
}

/// Several results written to an array of out-parameters.
func many(_ count: Int, given: [Tensor], _ call: (UnsafeMutablePointer<OpaquePointer?>) -> Int32) -> [Tensor?] {
  var outs = [OpaquePointer?](repeating: nil, count: count)
  let status = withExtendedLifetime(given) { outs.withUnsafeMutableBufferPointer { call($0.baseAddress!) } }
  if status != 0 { trap(given) }
  return outs.map { $0.map(Tensor.init(owning:)) }
}
