import CTorch

// Elementwise arithmetic with NumPy broadcasting.
extension Tensor {
  public static func + (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_add) }
  public static func + (a: Tensor, b: Double) -> Tensor { unary(a) { ct_add_scalar($0, b, $1) } }
  public static func - (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_sub) }
  public static func - (a: Tensor, b: Double) -> Tensor { unary(a) { ct_sub_scalar($0, b, $1) } }
  public static func * (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_mul) }
  public static func * (a: Tensor, b: Double) -> Tensor { unary(a) { ct_mul_scalar($0, b, $1) } }
  public static func / (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_div) }
  public static func / (a: Tensor, b: Double) -> Tensor { unary(a) { ct_div_scalar($0, b, $1) } }
  public static func + (a: Double, b: Tensor) -> Tensor { b + a }
  public static func * (a: Double, b: Tensor) -> Tensor { b * a }
  public static func - (a: Double, b: Tensor) -> Tensor { unary(b) { ct_rsub_scalar($0, a, $1) } }
  public static func / (a: Double, b: Tensor) -> Tensor { b.reciprocal() * a }
  public static prefix func - (x: Tensor) -> Tensor { unary(x, ct_neg) }
  public static func += (a: inout Tensor, b: Tensor) { a = a + b }
  public static func -= (a: inout Tensor, b: Tensor) { a = a - b }
  public static func *= (a: inout Tensor, b: Tensor) { a = a * b }
  public static func /= (a: inout Tensor, b: Tensor) { a = a / b }
}

// Comparisons give bool tensors; the names follow SIMD's pointwise operators.
extension Tensor {
  public static func .== (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_eq) }
  public static func .== (a: Tensor, b: Double) -> Tensor { unary(a) { ct_eq_scalar($0, b, $1) } }
  public static func .!= (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_ne) }
  public static func .!= (a: Tensor, b: Double) -> Tensor { unary(a) { ct_ne_scalar($0, b, $1) } }
  public static func .< (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_lt) }
  public static func .< (a: Tensor, b: Double) -> Tensor { unary(a) { ct_lt_scalar($0, b, $1) } }
  public static func .<= (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_le) }
  public static func .<= (a: Tensor, b: Double) -> Tensor { unary(a) { ct_le_scalar($0, b, $1) } }
  public static func .> (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_gt) }
  public static func .> (a: Tensor, b: Double) -> Tensor { unary(a) { ct_gt_scalar($0, b, $1) } }
  public static func .>= (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_ge) }
  public static func .>= (a: Tensor, b: Double) -> Tensor { unary(a) { ct_ge_scalar($0, b, $1) } }
  public static func .& (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_logical_and) }
  public static func .| (a: Tensor, b: Tensor) -> Tensor { binary(a, b, ct_logical_or) }
  public static prefix func .! (x: Tensor) -> Tensor { unary(x, ct_logical_not) }
}

infix operator .& : LogicalConjunctionPrecedence
infix operator .| : LogicalDisjunctionPrecedence
prefix operator .!

extension Tensor {
  public func exp() -> Tensor { unary(self, ct_exp) }
  /// eˣ − 1, exact for small x.
  public func expm1() -> Tensor { unary(self, ct_expm1) }
  /// Natural logarithm.
  public func log() -> Tensor { unary(self, ct_log) }
  /// ln(1 + x), exact for small x.
  public func log1p() -> Tensor { unary(self, ct_log1p) }
  public func log2() -> Tensor { unary(self, ct_log2) }
  public func sqrt() -> Tensor { unary(self, ct_sqrt) }
  public func rsqrt() -> Tensor { unary(self, ct_rsqrt) }
  public func square() -> Tensor { unary(self, ct_square) }
  public func abs() -> Tensor { unary(self, ct_abs) }
  public func sign() -> Tensor { unary(self, ct_sign) }
  public func sin() -> Tensor { unary(self, ct_sin) }
  public func cos() -> Tensor { unary(self, ct_cos) }
  public func tan() -> Tensor { unary(self, ct_tan) }
  public func asin() -> Tensor { unary(self, ct_asin) }
  public func acos() -> Tensor { unary(self, ct_acos) }
  public func atan() -> Tensor { unary(self, ct_atan) }
  public func sinh() -> Tensor { unary(self, ct_sinh) }
  public func cosh() -> Tensor { unary(self, ct_cosh) }
  public func tanh() -> Tensor { unary(self, ct_tanh) }
  /// 1 / (1 + e⁻ˣ).
  public func sigmoid() -> Tensor { unary(self, ct_sigmoid) }
  public func relu() -> Tensor { unary(self, ct_relu) }
  /// x · sigmoid(x).
  public func silu() -> Tensor { unary(self, ct_silu) }
  /// ln(1 + eˣ).
  public func softplus() -> Tensor { unary(self, ct_softplus) }
  /// ln sigmoid(x), without overflow.
  public func logSigmoid() -> Tensor { unary(self, ct_log_sigmoid) }
  /// The error function.
  public func erf() -> Tensor { unary(self, ct_erf) }
  public func inverseErf() -> Tensor { unary(self, ct_erfinv) }
  /// ln |Γ(x)|.
  public func logGamma() -> Tensor { unary(self, ct_lgamma) }
  public func digamma() -> Tensor { unary(self, ct_digamma) }
  public func floor() -> Tensor { unary(self, ct_floor) }
  public func ceil() -> Tensor { unary(self, ct_ceil) }
  /// To the nearest integer, halves to even.
  public func round() -> Tensor { unary(self, ct_round) }
  public func reciprocal() -> Tensor { unary(self, ct_reciprocal) }
  /// True where neither NaN nor infinite.
  public func isFinite() -> Tensor { unary(self, ct_isfinite) }
  /// True where NaN.
  public func isNaN() -> Tensor { unary(self, ct_isnan) }
  public func realPart() -> Tensor { unary(self, ct_real) }
  public func imaginaryPart() -> Tensor { unary(self, ct_imag) }
  /// Gaussian error linear unit, exact form.
  public func gelu() -> Tensor { unary(self, ct_gelu) }
  public func elu(alpha: Double = 1) -> Tensor { unary(self) { ct_elu($0, alpha, $1) } }
  public func leakyRelu(slope: Double = 0.01) -> Tensor { unary(self) { ct_leaky_relu($0, slope, $1) } }
  public func pow(_ exponent: Double) -> Tensor { unary(self) { ct_pow_scalar($0, exponent, $1) } }
  public func pow(_ exponent: Tensor) -> Tensor { binary(self, exponent, ct_pow) }
  /// The remainder with the divisor's sign.
  public func remainder(_ divisor: Double) -> Tensor { unary(self) { ct_remainder_scalar($0, divisor, $1) } }
  public func maximum(_ other: Tensor) -> Tensor { binary(self, other, ct_maximum) }
  public func minimum(_ other: Tensor) -> Tensor { binary(self, other, ct_minimum) }
  public func atan2(_ x: Tensor) -> Tensor { binary(self, x, ct_atan2) }
  /// ln(eᵃ + eᵇ), without overflow.
  public func logAddExp(_ other: Tensor) -> Tensor { binary(self, other, ct_logaddexp) }
  public func clamped(min: Double = -.infinity, max: Double = .infinity) -> Tensor {
    unary(self) { ct_clamp($0, min, max, $1) }
  }
  /// `a` where the bool `condition` holds, else `b`; all three broadcast.
  public static func `where`(_ condition: Tensor, _ a: Tensor, _ b: Tensor) -> Tensor {
    make(condition, a, b) { out in
      withHandles([condition, a, b]) { ct_where($0[0], $0[1], $0[2], out) }
    }
  }
  /// `value` where the bool `mask` holds; the mask broadcasts.
  public func maskedFill(_ mask: Tensor, _ value: Double) -> Tensor {
    binary(self, mask) { ct_masked_fill($0, $1, value, $2) }
  }
  /// a + weight (b − a).
  public static func lerp(_ a: Tensor, _ b: Tensor, weight: Tensor) -> Tensor {
    make(a, b, weight) { out in withHandles([a, b, weight]) { ct_lerp($0[0], $0[1], $0[2], out) } }
  }
}
