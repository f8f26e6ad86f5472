import Foundation

/// Labels that a person would take for the same: equal but for blanks, case, or how a number is written.
enum Spelling {
  /// The same for all labels that are alike.
  static func key(_ label: String) -> String {
    let text = label.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    if let number = Double(text), number.isFinite { return "\(number == 0 ? 0 : number)" }
    return text.lowercased()
  }

  /// What alike labels differ in.
  static func difference(_ first: String, _ second: String) -> String {
    let (a, b) = (first.split(whereSeparator: \.isWhitespace), second.split(whereSeparator: \.isWhitespace))
    if a == b { return "blanks" }
    if first.lowercased() == second.lowercased() { return "case" }
    return Double(a.joined()) != nil ? "how the number is written" : "blanks and case"
  }

  /// Labels that are alike, each group in the order given; those without another like them are left out.
  static func alike(_ labels: [String]) -> [[String]] {
    var groups: [String: [String]] = [:]
    for label in labels { groups[key(label), default: []].append(label) }
    return labels.compactMap { label in
      groups[key(label)].flatMap { $0.count > 1 && $0[0] == label ? $0 : nil }
    }
  }
}
