import CTorch

// In-place operations, for optimisers and buffers. They change every view of the same memory.
extension Tensor {
  public func zero_() { check(withExtendedLifetime(handle) { ct_zero_(handle.raw) }, self) }
  public func fill_(_ value: Double) { check(withExtendedLifetime(handle) { ct_fill_(handle.raw, value) }, self) }
  public func copy_(from source: Tensor) {
    check(withExtendedLifetime((handle, source.handle)) { ct_copy_(handle.raw, source.handle.raw) }, self, source)
  }
  /// `self += alpha · other`.
  public func add_(_ other: Tensor, alpha: Double = 1) {
    check(withExtendedLifetime((handle, other.handle)) { ct_add_(handle.raw, other.handle.raw, alpha) }, self, other)
  }
  public func mul_(_ factor: Double) { check(withExtendedLifetime(handle) { ct_mul_(handle.raw, factor) }, self) }
  public func mul_(_ factor: Tensor) {
    check(
      withExtendedLifetime((handle, factor.handle)) { ct_mul_tensor_(handle.raw, factor.handle.raw) }, self, factor)
  }

  /// One fused Adam step (Kingma & Ba, 2015) on `self` as the parameters; with `decoupled`, AdamW (Loshchilov & Hutter,
  /// 2019). `step` is a float32 scalar that the call increments.
  public func fusedAdam_(
    gradient: Tensor, mean: Tensor, square: Tensor, step: Tensor, learningRate: Double, beta1: Double, beta2: Double,
    epsilon: Double, weightDecay: Double, decoupled: Bool
  ) {
    check(
      withHandles([self, gradient, mean, square, step]) {
        ct_fused_adam_(
          $0[0], $0[1], $0[2], $0[3], $0[4], learningRate, beta1, beta2, weightDecay, epsilon, decoupled)
      }, self, gradient, mean, square)
  }
  /// One fused step of stochastic gradient descent on `self`; `first` starts the momentum buffer.
  public func fusedSGD_(
    gradient: Tensor, momentumBuffer: Tensor?, learningRate: Double, momentum: Double, dampening: Double,
    weightDecay: Double, nesterov: Bool, first: Bool
  ) {
    check(
      withOptionals([self, gradient, momentumBuffer]) {
        ct_fused_sgd_($0[0], $0[1], $0[2], weightDecay, momentum, learningRate, dampening, nesterov, first)
      }, self, gradient)
  }

  /// One Adam step on every row of `self` `[rows, n]` by its own learning rate; see `fusedAdam_`.
  ///
  /// - Parameters:
  ///   - gradients: one tensor `[rows, …]` for each parameter, in the order in which they lie in a row.
  ///   - mean: first moments, of the shape of `self`.
  ///   - square: second moments, likewise.
  ///   - scales: what the gradients of each row are multiplied by before.
  ///   - learningRates: of each row.
  ///   - step: what is the same for all rows.
  public func adamRows_(
    gradients: [Tensor], mean: Tensor, square: Tensor, scales: [Double], learningRates: [Double], step: AdamStep
  ) {
    precondition(
      scales.count == shape[0] && learningRates.count == shape[0],
      "\(scales.count) scales and \(learningRates.count) learning rates for rows of shape \(shape)")
    check(
      withHandles(gradients) { gradients in
        withHandles([self, mean, square]) {
          ct_adam_rows_($0[0], $0[1], $0[2], gradients, gradients.count, scales, learningRates, step.raw)
        }
      }, self, mean, square)
  }
}

/// A step of Adam over rows of parameters.
public struct AdamStep: Sendable {
  let raw: CTAdam

  /// - Parameters:
  ///   - number: of the step, counted from 1.
  ///   - beta1: decay of the first moment.
  ///   - beta2: decay of the second moment.
  ///   - epsilon: added to the root of the second moment.
  ///   - weightDecay: how strongly parameters are drawn to zero.
  ///   - decaying: weight decay acts on the parameters in so many columns at the start.
  ///   - decoupled: AdamW.
  public init(
    number: Int, beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double, decaying: Int,
    decoupled: Bool
  ) {
    raw = CTAdam(
      beta1: beta1, beta2: beta2, epsilon: epsilon, decay: weightDecay, step: number, decaying: decaying,
      decoupled: decoupled)
  }
}

/// The Euclidean norms of the gradients of `count` models, of which each tensor `[count, …]` holds one parameter's.
public func rowNorms(_ gradients: [Tensor], count: Int) -> [Double] {
  [Double](unsafeUninitializedCapacity: count) { buffer, initialised in
    let status = withHandles(gradients) { ct_row_norms($0, $0.count, count, buffer.baseAddress) }
    if status != 0 { trap(gradients) }
    initialised = count
  }
}
