import CTorch

extension Tensor {
  /// `x · weightᵀ + bias` over the last axis; weight `[out, in]`.
  public func linear(_ weight: Tensor, bias: Tensor? = nil) -> Tensor {
    calling([self, weight, bias]) { ct_linear($0[0], $0[1], $0[2], $1) }
  }
  public func softmax(axis: Int) -> Tensor { unary(self) { ct_softmax($0, axis, $1) } }
  public func logSoftmax(axis: Int) -> Tensor { unary(self) { ct_log_softmax($0, axis, $1) } }

  /// Cross-correlation of `[B, C, T]` with weight `[O, C / groups, K]`.
  public func conv1d(
    _ weight: Tensor, bias: Tensor? = nil, stride: Int = 1, padding: Int = 0, dilation: Int = 1, groups: Int = 1
  ) -> Tensor {
    convolved(weight, bias, [stride], [padding], [dilation], groups)
  }
  /// Cross-correlation of `[B, C, H, W]` with weight `[O, C / groups, K, L]`.
  public func conv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0], dilation: [Int] = [1, 1],
    groups: Int = 1
  ) -> Tensor {
    convolved(weight, bias, stride, padding, dilation, groups)
  }
  /// The transpose of `conv2d` (gradient with respect to its input).
  public func transposedConv2d(
    _ weight: Tensor, bias: Tensor? = nil, stride: [Int] = [1, 1], padding: [Int] = [0, 0]
  ) -> Tensor {
    convolved(weight, bias, stride, padding, [1, 1], 1, transposed: true)
  }
  private func convolved(
    _ weight: Tensor, _ bias: Tensor?, _ stride: [Int], _ padding: [Int], _ dilation: [Int], _ groups: Int,
    transposed: Bool = false
  ) -> Tensor {
    calling([self, weight, bias]) {
      ct_conv($0[0], $0[1], $0[2], stride, padding, dilation, stride.count, groups, transposed, $1)
    }
  }

  /// Largest value of each window; the stride is the window where not given. `[B, C, T]`.
  public func maxPool1d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    unary(self) { ct_max_pool($0, [size], [stride ?? size], [padding], 1, $1) }
  }
  /// `[B, C, H, W]`.
  public func maxPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    unary(self) { ct_max_pool($0, [size, size], [stride ?? size, stride ?? size], [padding, padding], 2, $1) }
  }
  public func avgPool1d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    unary(self) { ct_avg_pool($0, [size], [stride ?? size], [padding], 1, $1) }
  }
  public func avgPool2d(_ size: Int, stride: Int? = nil, padding: Int = 0) -> Tensor {
    unary(self) { ct_avg_pool($0, [size, size], [stride ?? size, stride ?? size], [padding, padding], 2, $1) }
  }
  /// Mean over a grid of `size` windows that cover the picture.
  public func adaptiveAveragePool2d(_ size: [Int]) -> Tensor { unary(self) { ct_adaptive_avg_pool($0, size, 2, $1) } }
  /// Mean over `size` windows that cover the series.
  public func adaptiveAveragePool1d(_ size: Int) -> Tensor { unary(self) { ct_adaptive_avg_pool($0, [size], 1, $1) } }

  /// Zero mean and unit variance over the last axes `shape` (Ba et al., 2016).
  public func layerNorm(_ shape: [Int], weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    calling([self, weight, bias]) { ct_layer_norm($0[0], shape, shape.count, $0[1], $0[2], epsilon, $1) }
  }
  /// Zero mean and unit variance over groups of channels (Wu & He, 2018).
  public func groupNorm(_ groups: Int, weight: Tensor? = nil, bias: Tensor? = nil, epsilon: Double = 1e-5) -> Tensor {
    calling([self, weight, bias]) { ct_group_norm($0[0], groups, $0[1], $0[2], epsilon, $1) }
  }
  /// Zero mean and unit variance per channel over the batch (Ioffe & Szegedy, 2015). In training the running statistics
  /// are updated in place: `new = (1 − momentum) · old + momentum · batch`.
  public func batchNorm(
    weight: Tensor?, bias: Tensor?, mean: Tensor?, variance: Tensor?, training: Bool, momentum: Double = 0.1,
    epsilon: Double = 1e-5
  ) -> Tensor {
    calling([self, weight, bias, mean, variance]) {
      ct_batch_norm($0[0], $0[1], $0[2], $0[3], $0[4], training, momentum, epsilon, $1)
    }
  }
  /// The rows of `weight` at the int64 indices in `self`.
  public func embedded(in weight: Tensor) -> Tensor { binary(weight, self, ct_embedding) }

  /// softmax(q kᵀ / √D) v over the last two axes `[…, T, D]`; a bool mask is true where a query may look, a
  /// floating-point one is added to the scores.
  public static func scaledDotProductAttention(
    _ q: Tensor, _ k: Tensor, _ v: Tensor, mask: Tensor? = nil, causal: Bool = false
  ) -> Tensor {
    calling([q, k, v, mask]) { ct_attention($0[0], $0[1], $0[2], $0[3], causal, $1) }
  }
  /// The engine's own LSTM over `[B, T, D]`; parameters per layer and direction are weight_ih, weight_hh and, with
  /// `biases`, bias_ih, bias_hh; states `[layers · directions, B, H]`.
  public func lstm(
    hidden: Tensor, cell: Tensor, parameters: [Tensor], biases: Bool = true, layers: Int = 1,
    bidirectional: Bool = false
  ) -> (output: Tensor, hidden: Tensor, cell: Tensor) {
    let given = [self, hidden, cell] + parameters
    let parts = many(3, given: given) { outs in
      withHandles(parameters) {
        ct_lstm(
          handle.raw, hidden.handle.raw, cell.handle.raw, $0, parameters.count, biases, layers, bidirectional, outs,
          outs + 1, outs + 2)
      }
    }
    return (parts[0]!, parts[1]!, parts[2]!)
  }
  /// The engine's own GRU over `[B, T, D]`; see `lstm`.
  public func gru(
    hidden: Tensor, parameters: [Tensor], biases: Bool = true, layers: Int = 1, bidirectional: Bool = false
  ) -> (output: Tensor, hidden: Tensor) {
    let parts = many(2, given: [self, hidden] + parameters) { outs in
      withHandles(parameters) {
        ct_gru(
          handle.raw, hidden.handle.raw, $0, parameters.count, biases, layers, bidirectional, outs, outs + 1)
      }
    }
    return (parts[0]!, parts[1]!)
  }

  /// Spectrum of a real signal: `n / 2 + 1` complex bins; `n` cuts or zero-pads.
  public func rfft(n: Int? = nil, axis: Int = -1) -> Tensor { unary(self) { ct_rfft($0, n ?? 0, axis, $1) } }
  public func irfft(n: Int? = nil, axis: Int = -1) -> Tensor { unary(self) { ct_irfft($0, n ?? 0, axis, $1) } }
  /// Short-time Fourier transform `[…, size / 2 + 1, frames]`, complex; `centred` pads by reflection.
  public func stft(size: Int, hop: Int, window: Tensor, centred: Bool = true) -> Tensor {
    binary(self, window) { ct_stft($0, size, hop, window.count, $1, centred, $2) }
  }

  static func calling(
    _ tensors: [Tensor?], _ call: ([OpaquePointer?], UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) -> Tensor {
    var out: OpaquePointer?
    if withOptionals(tensors, { call($0, &out) }) != 0 { trap(tensors.compactMap { $0 }) }
    return Tensor(owning: out!)
  }
  func calling(
    _ tensors: [Tensor?], _ call: ([OpaquePointer?], UnsafeMutablePointer<OpaquePointer?>) -> Int32
  ) -> Tensor {
    Tensor.calling(tensors, call)
  }
}
