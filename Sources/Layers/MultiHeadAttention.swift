public import Tensors

/// Attention of several heads, softmax(Q Kᵀ / √d) V (Vaswani et al., 2017, eq. 1), to the sequence itself or to another.
///
/// Projections start Xavier-uniform with zero biases. Written out rather than through the engine's fused kernel, whose
/// dropout draws from a global generator and whose gradient cannot be differentiated again.
public struct MultiHeadAttention: Module {
  public let query: Linear
  public let key: Linear
  public let value: Linear
  public let output: Linear
  let heads: Int
  let dropout: Dropout

  /// - Parameters:
  ///   - width: of the queries and of the output, a multiple of `heads`.
  ///   - heads: how many attend side by side, each with its share of the width.
  ///   - contextWidth: of the sequence attended to; `width` where nil.
  ///   - dropout: probability on the attention weights, while training.
  ///   - generator: source of the initial weights.
  public init(_ width: Int, heads: Int, contextWidth: Int? = nil, dropout: Double = 0, generator: Generator) {
    precondition(heads > 0 && width % heads == 0, "a width of \(width) cannot be split over \(heads) heads")
    func projection(_ inputs: Int) -> Linear {
      Linear(
        weight: Initialisation.xavierUniform([width, inputs], fanIn: inputs, fanOut: width, generator: generator),
        bias: Tensor.zeros([width]))
    }
    query = projection(width)
    key = projection(contextWidth ?? width)
    value = projection(contextWidth ?? width)
    output = projection(width)
    self.heads = heads
    self.dropout = Dropout(dropout)
  }

  /// - Parameters:
  ///   - x: queries, [B, L, width].
  ///   - context: what they attend to, [B, S, contextWidth]; `x` itself where nil.
  ///   - mask: which positions may be attended to; all where nil.
  ///   - cache: what was attended to before, to which the context is added; see ``KeyValueCache``.
  /// - Returns: [B, L, width]; a query that may attend to nothing gets the output layer's bias.
  public func callAsFunction(
    _ x: Tensor, context: Tensor? = nil, mask: AttentionMask? = nil, cache: KeyValueCache? = nil
  ) -> Tensor {
    let queries = split(query(x))
    let (keys, values) =
      cache?.known ?? cache.map { $0.adding(split(key(context ?? x)), split(value(context ?? x))) }
      ?? (split(key(context ?? x)), split(value(context ?? x)))
    let scale = 1 / Double(queries.shape[3]).squareRoot()
    var scores = queries.matmul(keys.transposed(-2, -1)) * scale
    let allowed = mask?.allowed(batch: x.shape[0], heads: heads, queries: x.shape[1], keys: keys.shape[2])
    if let allowed {
      // A finite number instead of −∞: a row without valid keys then has a finite gradient, and is zeroed below.
      let lowest = scores.dtype == .float16 ? -65504 : -3e38
      scores = scores.maskedFill(.!allowed, lowest)
    }
    var weights = scores.softmax(axis: -1)
    if let allowed { weights = weights * allowed.to(weights.dtype) }
    let attended = dropout(weights).matmul(values).transposed(1, 2)
    return reporting(output(attended.flattened(from: 2, to: 3)))
  }

  /// The same with a mask of the context's positions alone, [B, S], true where one is valid.
  public func callAsFunction(_ x: Tensor, context: Tensor? = nil, mask: Tensor?) -> Tensor {
    self(x, context: context, mask: mask.map { AttentionMask(keys: $0) })
  }

  /// [B, T, width] to [B, heads, T, width / heads].
  private func split(_ x: Tensor) -> Tensor {
    x.reshaped([x.shape[0], x.shape[1], heads, x.shape[2] / heads]).transposed(1, 2)
  }
}
