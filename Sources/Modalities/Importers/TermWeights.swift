import Foundation

/// Texts as vectors of weighted word counts (tf–idf), fitted on some texts and applied to any.
///
/// A word counts once for every time it is written, times ln((1 + n) / (1 + d)) + 1, where d of the n fitted texts hold
/// it (Salton & Buckley, 1988, smoothed as if one more text held every word); vectors have length 1. Words that were
/// not fitted are left out, and a text of such words alone is all zeros.
struct TermWeights {
  /// Sorted: the columns of a vector.
  let words: [String]
  private let columns: [String: Int]
  private let weights: [Double]

  /// Keeps the words that at least `minimumTexts` of the texts hold.
  init(fittedTo texts: [String], minimumTexts: Int = 1) {
    var counts: [String: Int] = [:]
    for text in texts {
      for word in Set(Self.words(of: text)) { counts[word, default: 0] += 1 }
    }
    let kept = counts.filter { $0.value >= minimumTexts }.sorted { $0.key < $1.key }
    words = kept.map(\.key)
    columns = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
    weights = kept.map { log(Double(1 + texts.count) / Double(1 + $0.value)) + 1 }
  }

  /// `[words]`
  func vector(_ text: String) -> [Double] {
    var values = [Double](repeating: 0, count: words.count)
    for column in Self.words(of: text).compactMap({ columns[$0] }) { values[column] += weights[column] }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return length > 0 ? values.map { $0 / length } : values
  }

  /// Runs of at least two letters or digits, in small letters.
  static func words(of text: String) -> [String] {
    text.lowercased().split { !$0.isLetter && !$0.isNumber }.filter { $0.count > 1 }.map(String.init)
  }
}
