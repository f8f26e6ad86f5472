import Layers
import Tensors

/// x ← x + attention(norm(x)); x ← x + feedForward(norm(x)), `[B, T, width]`, as `TransformerEncoderLayer` but with dropout
/// that is alike in all steps, so that replicas drop what their seeds alone drop at any T.
///
/// Without attention it is what is left of the block for a single step, where attention would be a linear layer.
struct TransformerBlock: Module {
  let attentionNorm: LayerNorm?
  let attention: MultiHeadAttention?
  let feedForwardNorm: LayerNorm
  let feedForward: MLP
  let dropout: Dropout

  /// - Parameters:
  ///   - heads: number of attention heads.
  ///   - attends: whether there is attention at all.
  init(width: Int, heads: Int, attends: Bool = true, dropout: Double = 0, generator: Generator) {
    attentionNorm = attends ? LayerNorm(width) : nil
    attention = attends ? MultiHeadAttention(width, heads: heads, generator: generator) : nil
    feedForwardNorm = LayerNorm(width)
    feedForward = MLP(sizes: [width, 4 * width, width], activation: .gelu, generator: generator)
    self.dropout = Dropout(dropout)
  }

  /// - Parameters:
  ///   - context: what `x` attends to, `[B, S, width]`; `x` itself where nil.
  ///   - mask: true where a step of the context is real, `[B, S]`.
  func callAsFunction(_ x: Tensor, context: Tensor? = nil, mask: Tensor?) -> Tensor {
    var x = x
    if let attention, let attentionNorm {
      let seen = context.map { attentionNorm($0) }
      x = x + dropout.alikeInAllSteps(attention(attentionNorm(x), context: seen, mask: mask))
    }
    return x + dropout.alikeInAllSteps(feedForward(feedForwardNorm(x)))
  }
}

extension TransformerBlock {
  /// Multiplications of a pass over one sample: `count` steps that attend to `context`.
  static func multiplications(count: Int, context: Int, width: Int) -> Int {
    // Queries and outputs, keys and values, scores and sums; then the two layers of four times the width.
    2 * count * width * width + 2 * context * width * width + 2 * count * context * width + 8 * count * width * width
  }
}

/// Refuses a number of heads that does not divide the width of a transformer.
func checkHeads(_ heads: Int, width: Int, method: String) throws {
  guard width % heads == 0 else {
    throw UsageError("method \(method): \(width) numbers cannot be split over \(heads) heads; change heads or output")
  }
}

/// Sines and cosines of the position, `[count, width]` (Vaswani et al., 2017, section 3.5).
func sinusoidalPositions(_ count: Int, width: Int, like x: Tensor) -> Tensor {
  let half = (width + 1) / 2
  let rates = (Tensor.arange(half).to(.float64) * (-2 * 9.210340371976184 / Double(width))).exp()
  let angles = Tensor.arange(count).to(.float64).unsqueezed(1) * rates.unsqueezed(0)
  let pairs = Tensor.stacked([angles.sin(), angles.cos()], axis: 2).reshaped([count, 2 * half])
  return pairs.narrow(axis: 1, start: 0, length: width).to(x.dtype).to(x.device)
}
