/// What somebody who wrote a name that there is not may have meant.
///
/// ```swift
/// throw UsageError("unknown method \"tensr\"" + suggestion(for: "tensr", among: names))  // …; did you mean tensor?
/// ```
/// - Returns: `; did you mean X?`, or nothing where no name is near: at most a third of its letters are wrong (distance of
///   Damerau and Levenshtein with adjacent transpositions).
public func suggestion(for name: String, among names: some Sequence<String>) -> String {
  let wanted = Array(name.lowercased())
  // What is far longer than any name is no slip of the finger, and the table below grows with it.
  guard !wanted.isEmpty, wanted.count <= 64 else { return "" }
  let near = names.map { ($0, distance(wanted, Array($0.lowercased()))) }.filter { candidate, distance in
    distance <= max(1, min(wanted.count, candidate.count) / 3)
      // The beginning of one name, such as "sem" of "semantic".
      || wanted.count >= 3 && candidate.lowercased().hasPrefix(name.lowercased())
  }
  guard let best = near.min(by: { ($0.1, $0.0) < ($1.1, $1.0) }), best.0 != name else { return "" }
  return "; did you mean \(best.0)?"
}

/// Insertions, deletions, substitutions and transpositions of neighbours that turn one text into the other.
private func distance(_ a: [Character], _ b: [Character]) -> Int {
  var rows = [Array(0...b.count)]
  for i in 1...max(a.count, 1) where i <= a.count {
    var row = [i]
    for j in 1...max(b.count, 1) where j <= b.count {
      var best = min(rows[i - 1][j] + 1, row[j - 1] + 1, rows[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1))
      if i > 1, j > 1, a[i - 1] == b[j - 2], a[i - 2] == b[j - 1] { best = min(best, rows[i - 2][j - 2] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
