public import Tensors

/// Self-attention and feed-forward blocks with the norm before each (pre-LN: Xiong et al., 2020, fig. 1b) and one after
/// the last, [B, T, width] to [B, T, width].
public struct TransformerEncoder: Module {
  public let layers: [TransformerEncoderLayer]
  public let norm: LayerNorm

  /// - Parameters:
  ///   - width: of a position, a multiple of `heads`.
  ///   - heads: of the attention.
  ///   - layers: how many blocks of each kind.
  ///   - feedForward: inner width of the feed-forward blocks, 4 · width where nil.
  ///   - activation: inside the feed-forward blocks.
  ///   - dropout: probability on attention weights, inside and after each block, while training.
  ///   - generator: source of the initial weights.
  public init(
    width: Int, heads: Int, layers: Int, feedForward: Int? = nil, activation: Activation = .gelu, dropout: Double = 0,
    generator: Generator
  ) {
    self.layers = (0..<layers).map { _ in
      TransformerEncoderLayer(
        width: width, heads: heads, feedForward: feedForward ?? 4 * width, activation: activation, dropout: dropout,
        generator: generator)
    }
    norm = LayerNorm(width)
  }

  /// - Parameters:
  ///   - x: [B, T, width].
  ///   - mask: true where a position is valid, [B, T].
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    norm(layers.reduce(x) { $1($0, mask: mask) })
  }
}

/// x ← x + attention(norm(x)); x ← x + feedForward(norm(x)).
public struct TransformerEncoderLayer: Module {
  public let attentionNorm: LayerNorm
  public let attention: MultiHeadAttention
  public let feedForwardNorm: LayerNorm
  public let feedForward: MLP
  let dropout: Dropout

  public init(
    width: Int, heads: Int, feedForward: Int, activation: Activation = .gelu, dropout: Double = 0, generator: Generator
  ) {
    attentionNorm = LayerNorm(width)
    attention = MultiHeadAttention(width, heads: heads, dropout: dropout, generator: generator)
    feedForwardNorm = LayerNorm(width)
    self.feedForward = MLP(
      sizes: [width, feedForward, width], activation: activation, dropout: dropout, generator: generator)
    self.dropout = Dropout(dropout)
  }

  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    let attended = x + dropout(attention(attentionNorm(x), mask: mask))
    return attended + dropout(feedForward(feedForwardNorm(attended)))
  }
}
