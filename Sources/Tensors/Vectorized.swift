import CTorch

/// Runs `body` for `count` lanes at once: what it computes of one model, it computes of `count` models in one pass.
///
/// Inside, a tensor that was wrapped stands for `count` tensors of its shape without the first axis; any operation
/// applies to all of them (libtorch's functorch `vmap`), and gradients are recorded as usual. Its values cannot be read
/// there, and wrapped tensors must not leave: unwrap what is to be kept.
///
/// ```swift
/// let weights = Tensor.randn([16, 10, 4], generator: generator)  // of 16 models
/// let y = vectorized(count: 16) { lanes in lanes.unwrap(x.linear(lanes.wrap(weights))) }  // [16, B, 10]
/// ```
///
/// The mode belongs to the thread, so the body is synchronous. Calls may not be nested.
public func vectorized<R>(count: Int, _ body: (Lanes) throws -> R) rethrows -> R {
  precondition(count > 0, "nothing to run: \(count) lanes")
  var level = 0
  check(ct_lanes_push(count, &level))
  defer { check(ct_lanes_pop()) }
  return try body(Lanes(count: count, level: level))
}

/// The lanes of one call of `vectorized`.
public struct Lanes: Sendable {
  public let count: Int
  let level: Int

  /// `[count, …]` as `count` tensors `[…]`.
  public func wrap(_ x: Tensor) -> Tensor {
    precondition(
      x.shape.first == count, "a tensor of shape \(x.shape) does not hold one row for each of \(count) lanes")
    return unary(x) { ct_lanes_wrap($0, level, $1) }
  }

  /// The tensors `[…]` of all lanes as one `[count, …]`; one that is the same in all of them is repeated.
  public func unwrap(_ x: Tensor) -> Tensor { unary(x) { ct_lanes_unwrap($0, level, count, $1) } }
}

/// Where dropout draws its masks: from one generator, or from one for each of several models that train as one.
///
/// A mask takes one number of its generator, and its elements are a hash of that number and their position. So model i
/// gets from generator i what it would get alone, on any number of threads, and a longer mask begins like a shorter one.
public struct MaskSource: Sendable {
  let generators: [Generator]
  let lanes: Lanes?

  public init(_ generator: Generator) {
    generators = [generator]
    lanes = nil
  }

  /// - Parameters:
  ///   - generators: one for each lane.
  ///   - lanes: what draws from them.
  public init(_ generators: [Generator], in lanes: Lanes) {
    precondition(generators.count == lanes.count, "\(generators.count) generators for \(lanes.count) lanes")
    self.generators = generators
    self.lanes = lanes
  }

  /// 1 / `keep` with probability `keep`, else 0.
  public func mask(_ shape: [Int], keep: Double, dtype: DType = .float32) -> Tensor {
    precondition(keep > 0 && keep <= 1, "a share of \(keep) cannot be kept")
    return draw(shape, keep: keep, dtype: dtype)
  }

  /// Uniform numbers, strictly between 0 and 1.
  public func uniform(_ shape: [Int], dtype: DType = .float32) -> Tensor { draw(shape, keep: 0, dtype: dtype) }

  private func draw(_ shape: [Int], keep: Double, dtype: DType) -> Tensor {
    let keys = generators.map { $0.next() }
    let numbers = make { ct_draw(keys, keys.count, shape, shape.count, keep, dtype.code, $0) }
    return lanes?.wrap(numbers) ?? numbers.reshaped(shape)
  }

  /// Standard normal numbers (Box & Muller, 1958).
  public func normal(_ shape: [Int], dtype: DType = .float32) -> Tensor {
    let radius = (uniform(shape, dtype: dtype).log() * -2).sqrt()
    return radius * (uniform(shape, dtype: dtype) * (2 * Double.pi)).cos()
  }
}

extension Generator {
  /// The next 64 random bits.
  public func next() -> UInt64 {
    var value: UInt64 = 0
    check(withExtendedLifetime(self) { ct_generator_next(raw, &value) })
    return value
  }
}
