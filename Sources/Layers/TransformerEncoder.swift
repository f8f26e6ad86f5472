public import Tensors

/// Blocks of self-attention and feed-forward layers (``TransformerBlock``) and a norm after the last, [B, T, width] to
/// [B, T, width].
public struct TransformerEncoder: Module {
  public let layers: [TransformerBlock]
  public let norm: LayerNorm

  /// - Parameters:
  ///   - width: of a position, a multiple of `heads`.
  ///   - heads: of the attention.
  ///   - layers: how many blocks.
  ///   - feedForward: inner width of the feed-forward parts, 4 · width where nil.
  ///   - activation: inside the feed-forward parts.
  ///   - dropout: probability on attention weights, inside and after each part, while training.
  ///   - generator: source of the initial weights.
  public init(
    width: Int, heads: Int, layers: Int, feedForward: Int? = nil, activation: Activation = .gelu, dropout: Double = 0,
    generator: Generator
  ) {
    self.layers = (0..<layers).map { _ in
      TransformerBlock(
        width: width, heads: heads, feedForward: feedForward, activation: activation, dropout: dropout,
        generator: generator)
    }
    norm = LayerNorm(width)
  }

  /// - Parameters:
  ///   - x: [B, T, width].
  ///   - mask: true where a position is valid, [B, T].
  public func callAsFunction(_ x: Tensor, mask: Tensor? = nil) -> Tensor {
    self(x, mask: mask.map { AttentionMask(keys: $0) })
  }

  /// - Parameters:
  ///   - x: [B, T, width]; with caches the positions that follow those that they hold.
  ///   - mask: which positions attend to which.
  ///   - caches: one for each block.
  public func callAsFunction(_ x: Tensor, mask: AttentionMask?, caches: [KeyValueCache]? = nil) -> Tensor {
    norm(layers.enumerated().reduce(x) { $1.element($0, mask: mask, cache: caches?[$1.offset]) })
  }
}
