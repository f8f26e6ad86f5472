import Foundation

/// Several labels in one cell.
enum LabelList {
  /// The labels, without blanks around them; empty ones are none.
  static func split(_ cell: String, by separator: String) -> [String] {
    cell.components(separatedBy: separator).map { $0.trimmingCharacters(in: .whitespaces) }.filter { !$0.isEmpty }
  }

  /// Whether a cell is a list as Python and JSON write it, or a set or tuple of Python's.
  static func isList(_ cell: String) -> Bool {
    let text = cell.trimmingCharacters(in: .whitespaces)
    guard let first = text.first, let last = text.last, text.count > 1 else { return false }
    let inner = text.dropFirst().dropLast().trimmingCharacters(in: .whitespaces)
    switch (first, last) {
    case ("[", "]"): return true
    case ("{", "}"), ("(", ")"): return inner.hasPrefix("'") || inner.hasPrefix("\"")
    default: return false
    }
  }

  /// What seems to separate labels within what was taken for one label; nil where nothing does.
  ///
  /// A separator is likely where most of what it parts are labels of other cells, too: "a;b" beside "a" and "b;c", but
  /// not "New York" beside "San Francisco".
  static func likelySeparator(_ labels: [String]) -> String? {
    let distinct = Array(Set(labels))
    return ["|", ";", ",", "/", "\t", "\n", "+", "&", "；", "，", "、", "｜", " "].first { separator in
      let lists = distinct.map { Set(split($0, by: separator)) }
      let several = lists.filter { $0.count > 1 }
      guard !several.isEmpty else { return false }
      var uses: [String: Int] = [:]
      for label in lists.joined() { uses[label, default: 0] += 1 }
      return several.count { $0.allSatisfy { (uses[$0] ?? 0) > 1 } } * 2 > several.count
    }
  }
}
