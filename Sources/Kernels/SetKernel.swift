public import Tensors

/// Compares texts as sets of words, or any other lists of items as sets.
public struct SetKernel: Kernel, Hashable {
  /// How the overlap of two sets is measured; each is positive semi-definite.
  public enum Overlap: String, CaseIterable, Sendable, Codable {
    /// |A ∩ B|.
    case intersection
    /// |A ∩ B| / |A ∪ B| (Jaccard, also called Tanimoto); 1 for two empty sets.
    case jaccard
    /// |A ∩ B| / √(|A| |B|) (Ochiai); 0 where a set is empty.
    case cosine
  }

  public let overlap: Overlap

  public init(_ overlap: Overlap = .intersection) { self.overlap = overlap }

  /// The words of a text as a set for this kernel: what stands between white space.
  public static func words(_ text: String) -> Set<String> {
    Set(text.split(whereSeparator: \.isWhitespace).map(String.init))
  }

  public func gram(_ a: [Set<String>], _ b: [Set<String>]) -> Tensor {
    var vocabulary: [String: Int32] = [:]
    func pieces(_ set: Set<String>) -> [Piece] {
      set.map { item in
        let next = Int32(vocabulary.count)
        let id = vocabulary[item, default: next]
        if id == next { vocabulary[item] = next }
        return Piece(id: id, count: 1)
      }.sorted { $0.id < $1.id }
    }
    let shared = sharing(a.map(pieces), b.map(pieces))
    let left = Tensor(a.map { Double($0.count) }).unsqueezed(1)
    let right = Tensor(b.map { Double($0.count) })
    switch overlap {
    case .intersection: return shared
    case .jaccard:
      let union = left + right - shared
      return Tensor.where(union .> 0, shared / union.clamped(min: 1), union.onesLike())
    case .cosine:
      let product = left * right
      return Tensor.where(product .> 0, shared / product.clamped(min: 1).sqrt(), product.zerosLike())
    }
  }

  public func gram(_ a: [Set<String>]) -> Tensor { gram(a, a) }

  public func diagonal(_ a: [Set<String>]) -> Tensor {
    let values: [Double] = a.map { set in
      switch overlap {
      case .intersection: Double(set.count)
      case .jaccard: 1
      case .cosine: set.isEmpty ? 0 : 1
      }
    }
    return Tensor(values)
  }
}
