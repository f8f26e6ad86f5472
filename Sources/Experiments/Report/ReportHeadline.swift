/// The verdict's sentence in two sizes: the answer, and what stands after its first semicolon or colon.
struct ReportHeadline {
  let first: LinkedText
  let rest: LinkedText?

  init(_ sentence: LinkedText) {
    let plain = sentence.plain
    let cut = [": ", "; "].compactMap { plain.range(of: $0) }.min { $0.lowerBound < $1.lowerBound }
    guard let cut else {
      first = sentence
      rest = nil
      return
    }
    let position = plain.distance(from: plain.startIndex, to: cut.lowerBound)
    first = sentence.slice(0..<position) + "."
    rest = sentence.slice(position + 2..<plain.count).capitalised
  }
}
