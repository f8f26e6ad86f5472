import CTorch

/// What becomes of the losses of the samples.
public enum Reduction: Int32, Sendable {
  case none = 0
  case mean = 1
  case sum = 2
}

extension Tensor {
  /// −ln softmax(self)[target]; logits `[B, K]`, target int64 `[B]`. With class weights the mean is a weighted mean.
  public func crossEntropy(
    _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean, labelSmoothing: Double = 0
  ) -> Tensor {
    calling([self, target, weight]) {
      ct_cross_entropy($0[0], $0[1], $0[2], reduction.rawValue, labelSmoothing, $1)
    }
  }
  /// −self[target] on log-probabilities `[B, K]`.
  public func negativeLogLikelihood(_ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean) -> Tensor {
    calling([self, target, weight]) { ct_nll($0[0], $0[1], $0[2], reduction.rawValue, $1) }
  }
  public func meanSquaredError(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    binary(self, target) { ct_mse($0, $1, reduction.rawValue, $2) }
  }
  public func absoluteError(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    binary(self, target) { ct_l1($0, $1, reduction.rawValue, $2) }
  }
  /// Quadratic up to `delta`, linear beyond (Huber, 1964).
  public func huberLoss(_ target: Tensor, delta: Double = 1, reduction: Reduction = .mean) -> Tensor {
    binary(self, target) { ct_huber($0, $1, reduction.rawValue, delta, $2) }
  }
  /// Binary cross-entropy on logits; targets in 0 … 1 of the same shape.
  public func binaryCrossEntropyWithLogits(
    _ target: Tensor, weight: Tensor? = nil, reduction: Reduction = .mean
  ) -> Tensor {
    calling([self, target, weight]) { ct_bce_logits($0[0], $0[1], $0[2], reduction.rawValue, $1) }
  }
  /// Σ target (ln target − self) on log-probabilities; `.mean` divides by the number of elements.
  public func klDivergence(_ target: Tensor, reduction: Reduction = .mean) -> Tensor {
    binary(self, target) { ct_kl_div($0, $1, reduction.rawValue, $2) }
  }
  public func cosineSimilarity(_ other: Tensor, axis: Int = -1) -> Tensor {
    binary(self, other) { ct_cosine_similarity($0, $1, axis, $2) }
  }
}
