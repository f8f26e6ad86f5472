public import Tensors

/// Compares texts by the pieces of `length` neighbouring symbols that they share (Leslie, Eskin & Noble, 2002):
/// K(a, b) = Σ_piece c_a(piece) c_b(piece).
///
/// A text shorter than `length` has no piece; its kernel with any other is 0.
public struct SpectrumKernel: Kernel, Hashable {
  /// What a text is a sequence of.
  public enum Symbol: String, CaseIterable, Sendable, Codable {
    /// Characters as people see them.
    case character
    /// What stands between white space.
    case word
  }

  /// What c counts.
  public enum Counting: String, CaseIterable, Sendable, Codable {
    /// How often a piece occurs.
    case occurrences
    /// 1 where a piece occurs.
    case presence
  }

  public let length: Int
  public let symbol: Symbol
  public let counting: Counting

  /// - Parameters:
  ///   - length: symbols of a piece, at least 1.
  ///   - symbol: what a piece is made of.
  ///   - counting: whether a piece counts as often as it occurs.
  public init(length: Int = 3, symbol: Symbol = .character, counting: Counting = .occurrences) {
    precondition(length >= 1, "pieces of \(length) symbols; at least 1 expected")
    self.length = length
    self.symbol = symbol
    self.counting = counting
  }

  public func gram(_ a: [String], _ b: [String]) -> Tensor {
    var vocabulary: [[Substring]: Int32] = [:]
    let (left, right) = (a.map { count($0, &vocabulary) }, b.map { count($0, &vocabulary) })
    return sharing(left, right)
  }

  public func gram(_ a: [String]) -> Tensor {
    var vocabulary: [[Substring]: Int32] = [:]
    let texts = a.map { count($0, &vocabulary) }
    return sharing(texts, texts)
  }

  public func diagonal(_ a: [String]) -> Tensor {
    var vocabulary: [[Substring]: Int32] = [:]
    let squares = a.map { text in count(text, &vocabulary).reduce(0.0) { $0 + $1.count * $1.count } }
    return Tensor(squares)
  }

  private func count(_ text: String, _ vocabulary: inout [[Substring]: Int32]) -> [Piece] {
    let symbols: [Substring]
    switch symbol {
    case .character: symbols = text.indices.map { text[$0...$0] }
    case .word: symbols = text.split(whereSeparator: \.isWhitespace)
    }
    guard symbols.count >= length else { return [] }
    var counts: [Int32: Double] = [:]
    for start in 0...symbols.count - length {
      let next = Int32(vocabulary.count)
      let id = vocabulary[Array(symbols[start..<start + length]), default: next]
      if id == next { vocabulary[Array(symbols[start..<start + length])] = next }
      counts[id, default: 0] += 1
    }
    return counts.map { Piece(id: $0, count: counting == .presence ? 1 : $1) }.sorted { $0.id < $1.id }
  }
}

/// A feature that occurs, by number.
struct Piece: Sendable {
  let id: Int32
  let count: Double
}

/// Σ of products over the shared features of sorted lists, `[a, b]`.
func sharing(_ a: [[Piece]], _ b: [[Piece]]) -> Tensor {
  filling(a.count, columns: b.count, block: 4) { range, out in
    for (row, i) in range.enumerated() {
      for j in b.indices {
        var (left, right, sum) = (0, 0, 0.0)
        while left < a[i].count && right < b[j].count {
          let (x, y) = (a[i][left], b[j][right])
          if x.id == y.id { sum += x.count * y.count }
          if x.id <= y.id { left += 1 }
          if y.id <= x.id { right += 1 }
        }
        out[row * b.count + j] = sum
      }
    }
  }
}
