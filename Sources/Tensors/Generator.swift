internal import CTorch

/// A source of random numbers with its own state (Mersenne Twister on the CPU).
///
/// Two generators made with the same seed give the same numbers. A generator may be handed to another thread; calls are
/// serialised by the engine, but the order of calls from several threads is not defined, so give each trial its own.
public final class Generator: @unchecked Sendable {
  let raw: OpaquePointer

  public init(seed: UInt64) {
    var out: OpaquePointer?
    check(ct_generator_new(seed, &out))
    raw = out!
  }

  deinit { ct_generator_release(raw) }

  /// The whole state, for checkpoints.
  public var state: Tensor {
    get { withExtendedLifetime(self) { make { ct_generator_state(raw, $0) } } }
    set {
      check(withExtendedLifetime((self, newValue)) { ct_generator_set_state(raw, newValue.handle.raw) }, newValue)
    }
  }

  /// A seed derived from `seed` and a list of labels (SplitMix64), so that independent streams never share numbers.
  public static func seed(_ seed: UInt64, _ stream: UInt64...) -> UInt64 {
    var state = seed
    func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      return mixed(state)
    }
    for label in stream { state = next() ^ label }
    return next()
  }
}

/// The last step of SplitMix64 (Steele et al., 2014): every bit of the result depends on every bit of `state`.
func mixed(_ state: UInt64) -> UInt64 {
  var z = state
  z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
  z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
  return z ^ (z >> 31)
}

extension Tensor {
  /// Standard normal numbers.
  public static func randn(_ shape: [Int], dtype: DType = .float32, generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { make { ct_randn(shape, shape.count, dtype.code, generator.raw, $0) } }
  }
  /// Uniform numbers in `0 ..< 1`.
  public static func rand(_ shape: [Int], dtype: DType = .float32, generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { make { ct_rand(shape, shape.count, dtype.code, generator.raw, $0) } }
  }
  /// Uniform integers in `low ..< high`, int64.
  public static func randint(_ low: Int, _ high: Int, _ shape: [Int], generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { make { ct_randint(low, high, shape, shape.count, generator.raw, $0) } }
  }
  /// A random order of `0 ..< count`, int64.
  public static func permutation(_ count: Int, generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { make { ct_randperm(count, generator.raw, $0) } }
  }
  /// Ones with probability `p`, else zeros.
  public static func bernoulli(_ shape: [Int], p: Double, dtype: DType = .float32, generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { make { ct_bernoulli(shape, shape.count, p, dtype.code, generator.raw, $0) } }
  }
  /// Draws `count` indices per row with probability in proportion to the row, int64.
  public func multinomial(_ count: Int, replacement: Bool, generator: Generator) -> Tensor {
    withExtendedLifetime(generator) { unary(self) { ct_multinomial($0, count, replacement, generator.raw, $1) } }
  }
  /// Each element zero with probability `p`, the others divided by `1 − p` (Srivastava et al., 2014).
  public func dropout(_ p: Double, generator: Generator) -> Tensor {
    precondition(p >= 0 && p < 1, "dropout probability \(p) is outside 0 ..< 1")
    return withExtendedLifetime(generator) { unary(self) { ct_dropout($0, p, generator.raw, $1) } }
  }
}
