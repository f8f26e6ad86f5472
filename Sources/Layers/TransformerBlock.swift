public import Tensors

/// x ← x + attention(norm(x)); x ← x + cross(norm(x), context), where there is a context; x ← x + feedForward(norm(x)):
/// a layer of a transformer with the norm before each part (Xiong et al., 2020, fig. 1b), [B, T, width] to [B, T, width].
public struct TransformerBlock: Module {
  /// Where dropout acts.
  public enum Dropping: Sendable {
    /// On attention weights, inside the feed-forward part and on what is added, each element by itself.
    case everywhere
    /// On what is added alone, the same features in all steps of a sample, so that replicas drop what their seeds alone drop
    /// at any length.
    case alikeInAllSteps
  }

  public let attentionNorm: LayerNorm?
  public let attention: MultiHeadAttention?
  public let crossNorm: LayerNorm?
  public let cross: MultiHeadAttention?
  public let feedForwardNorm: LayerNorm
  public let feedForward: MLP
  let dropout: Dropout
  private let dropping: Dropping

  /// - Parameters:
  ///   - width: of a position, a multiple of `heads`.
  ///   - heads: of the attention.
  ///   - attends: whether there is self-attention; without it is what is left of a block for a single step, where attention
  ///     would be a linear layer.
  ///   - contextWidth: of a sequence that a decoder attends to after its own; nil for none.
  ///   - feedForward: inner width of the feed-forward part; 4 · width where nil.
  ///   - activation: inside the feed-forward part.
  ///   - dropout: probability, while training.
  ///   - dropping: where it acts.
  ///   - generator: source of the initial weights.
  public init(
    width: Int, heads: Int, attends: Bool = true, contextWidth: Int? = nil, feedForward: Int? = nil,
    activation: Activation = .gelu, dropout: Double = 0, dropping: Dropping = .everywhere, generator: Generator
  ) {
    let inner = dropping == .everywhere ? dropout : 0
    attentionNorm = attends ? LayerNorm(width) : nil
    attention = attends ? MultiHeadAttention(width, heads: heads, dropout: inner, generator: generator) : nil
    crossNorm = contextWidth.map { _ in LayerNorm(width) }
    cross = contextWidth.map {
      MultiHeadAttention(width, heads: heads, contextWidth: $0, dropout: inner, generator: generator)
    }
    feedForwardNorm = LayerNorm(width)
    self.feedForward = MLP(
      sizes: [width, feedForward ?? 4 * width, width], activation: activation, dropout: inner, generator: generator)
    self.dropout = Dropout(dropout)
    self.dropping = dropping
  }

  /// - Parameters:
  ///   - x: [B, T, width].
  ///   - seen: what self-attention attends to instead of `x`, [B, S, width].
  ///   - mask: of self-attention.
  ///   - cache: of self-attention.
  ///   - context: what a decoder attends to, [B, S, contextWidth].
  ///   - contextMask: true where a position of it is valid, [B, S].
  ///   - contextCache: of attention to it, fixed.
  public func callAsFunction(
    _ x: Tensor, attendingTo seen: Tensor? = nil, mask: AttentionMask? = nil, cache: KeyValueCache? = nil,
    context: Tensor? = nil, contextMask: Tensor? = nil, contextCache: KeyValueCache? = nil
  ) -> Tensor {
    precondition((context == nil) == (cross == nil), "a block with a context needs one, and no other block takes one")
    var x = x
    if let attention, let attentionNorm {
      let seen = seen.map { attentionNorm($0) }
      x = x + drop(attention(attentionNorm(x), context: seen, mask: mask, cache: cache))
    }
    if let cross, let crossNorm {
      let mask = contextMask.map { AttentionMask(keys: $0) }
      x = x + drop(cross(crossNorm(x), context: context, mask: mask, cache: contextCache))
    }
    return x + drop(feedForward(feedForwardNorm(x)))
  }

  private func drop(_ x: Tensor) -> Tensor {
    switch dropping {
    case .everywhere: dropout(x)
    case .alikeInAllSteps: dropout.alikeInAllSteps(x)
    }
  }

  /// Multiplications of a pass over one sample: `count` steps that attend to `context`.
  public static func multiplications(count: Int, context: Int, width: Int) -> Int {
    // Queries and outputs, keys and values, scores and sums; then the two layers of four times the width.
    2 * count * width * width + 2 * context * width * width + 2 * count * context * width + 8 * count * width * width
  }
}
