import Foundation

/// Labels that a person would take for the same: equal but for blanks, case, characters that cannot be seen, forms of one
/// letter such as full-width ones, or how a number is written.
enum Spelling {
  private typealias Step = (name: String, apply: (String) -> String)

  /// What is made alike, in this order.
  private static var steps: [Step] {
    [
      ("invisible characters", visible), ("forms of one character", \.precomposedStringWithCompatibilityMapping),
      ("blanks", { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }), ("case", folded),
    ]
  }

  /// The same for all labels that are alike.
  static func key(_ label: String) -> String {
    let text = steps.reduce(label) { $1.apply($0) }
    if let number = Double(text), number.isFinite { return "\(number == 0 ? 0 : number)" }
    return text
  }

  /// What alike labels differ in.
  static func difference(_ first: String, _ second: String) -> String {
    func isEqual(_ steps: [Step]) -> Bool {
      let (a, b) = (steps.reduce(first) { $1.apply($0) }, steps.reduce(second) { $1.apply($0) })
      return a.unicodeScalars.elementsEqual(b.unicodeScalars)
    }
    guard isEqual(steps) else { return "how the number is written" }
    let parts = steps.indices.filter { index in
      !isEqual(steps.enumerated().filter { $0.offset != index }.map(\.element))
    }
    // Several ways may lead to the same.
    let shown = parts.isEmpty ? steps.filter { isEqual([$0]) }.suffix(1).map(\.name) : parts.map { steps[$0].name }
    return shown.joined(separator: " and ")
  }

  /// Without what takes no room, such as zero-width blanks and marks of direction.
  private static func visible(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.filter { !$0.properties.isDefaultIgnorableCodePoint }))
  }

  /// Without case: ß is SS, and İ is i. Composed again, as changing case may take letters apart.
  private static func folded(_ text: String) -> String {
    text.uppercased().lowercased().replacingOccurrences(of: "i\u{307}", with: "i", options: .literal)
      .precomposedStringWithCanonicalMapping
  }

  /// Labels that are alike, each group in the order given; those without another like them are left out.
  static func alike(_ labels: [String]) -> [[String]] {
    let keys = labels.map(key)
    var groups: [String: [String]] = [:]
    for (label, key) in zip(labels, keys) { groups[key, default: []].append(label) }
    return zip(labels, keys).compactMap { label, key in
      groups[key].flatMap { $0.count > 1 && $0[0] == label ? $0 : nil }
    }
  }
}
