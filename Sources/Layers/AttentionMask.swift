public import Tensors

/// Which positions of a context each query may attend to: what all of its parts allow.
public struct AttentionMask {
  /// True where a position is valid, [B, S]; nil where all are.
  public var keys: Tensor?
  /// Whether a query attends to no position behind its own. Queries are the last positions of the context, as they are where a
  /// cache holds the ones before.
  public var isCausal: Bool
  /// True where a query may attend to a position, [L, S], [B, L, S] or [B, heads, L, S]; nil where every one may.
  public var pairs: Tensor?

  public init(keys: Tensor? = nil, isCausal: Bool = false, pairs: Tensor? = nil) {
    (self.keys, self.isCausal, self.pairs) = (keys, isCausal, pairs)
  }

  /// A query attends to its own position and to those before.
  public static var causal: AttentionMask { AttentionMask(isCausal: true) }

  /// What is allowed, to be broadcast over [B, heads, L, S]; nil where all is.
  func allowed(batch: Int, heads: Int, queries: Int, keys count: Int) -> Tensor? {
    var parts: [Tensor] = []
    if let keys {
      guard keys.shape == [batch, count] else {
        preconditionFailure("a mask of shape \(keys.shape) does not fit a context of shape [\(batch), \(count), …]")
      }
      parts.append(keys.unsqueezed(1).unsqueezed(1))
    }
    if isCausal {
      guard queries <= count else {
        preconditionFailure("\(queries) queries cannot be the last positions of a context of \(count)")
      }
      let device = keys?.device ?? pairs?.device ?? .cpu
      let ones = Tensor.ones([queries, count], device: device).lowerTriangle(count - queries)
      parts.append((ones .> 0).unsqueezed(0).unsqueezed(0))
    }
    if let pairs {
      let fits =
        pairs.shape == [queries, count] || pairs.shape == [batch, queries, count]
        || pairs.shape == [batch, heads, queries, count]
      guard fits else {
        preconditionFailure(
          "a mask of shape \(pairs.shape) does not fit scores of shape [\(batch), \(heads), \(queries), \(count)]")
      }
      switch pairs.rank {
      case 2: parts.append(pairs.unsqueezed(0).unsqueezed(0))
      case 3: parts.append(pairs.unsqueezed(1))
      default: parts.append(pairs)
      }
    }
    return parts.dropFirst().reduce(parts.first) { $0! .& $1 }
  }
}
